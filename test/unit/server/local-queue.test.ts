import { describe, expect, it } from '@jest/globals';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { WorkMessage } from '#contracts/events.ts';
import { createLocalQueue, type DeadLetter, type LocalQueueOptions } from '#server/local-queue.ts';
import { virtualTime } from './virtual-time.ts';

const collect = (n: number): WorkMessage => ({
  kind: 'collect',
  workload: `default#default#shop-${n}#*`,
});
const messages = (count: number) => Array.from({ length: count }, (_, n) => collect(n));
const bodies = (event: SQSEvent) => event.Records.map((record) => JSON.parse(record.body));

function setUp(
  consume: (event: SQSEvent) => Promise<SQSBatchResponse | undefined>,
  options: Partial<LocalQueueOptions> = {},
) {
  const time = virtualTime(1_000);
  const letters: DeadLetter[] = [];
  const errors: unknown[] = [];
  const deliveries: { at: number; event: SQSEvent }[] = [];
  let lastId = 0;
  const queue = createLocalQueue({
    clock: time,
    timers: time.timers,
    newId: () => `m${lastId++}`,
    onDeadLetter: (letter) => letters.push(letter),
    onError: (error) => errors.push(error),
    consume: (event) => {
      deliveries.push({ at: time.now(), event });
      return consume(event);
    },
    ...options,
  });
  return { time, queue, letters, errors, deliveries };
}

const allWell = async () => ({ batchItemFailures: [] });

describe('the local queue', () => {
  it('delivers in full batches and in order', async () => {
    const { queue, deliveries } = setUp(allWell);
    await queue.send(messages(15));
    await queue.send([collect(15)]);
    await queue.drain();
    expect(deliveries.map(({ event }) => event.Records.length)).toEqual([10, 6]);
    expect(deliveries.flatMap(({ event }) => bodies(event))).toEqual(messages(16));
  });

  it('delivers SQS records', async () => {
    const { queue, deliveries } = setUp(allWell);
    await queue.send([collect(0)]);
    await queue.drain();
    expect(deliveries[0]?.event.Records[0]).toMatchObject({
      messageId: 'm0',
      body: '{"kind":"collect","workload":"default#default#shop-0#*"}',
      eventSource: 'aws:sqs',
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1000' },
    });
  });

  it('delivers again only what failed, after 1, 2 and 4 s, and then gives up aloud', async () => {
    const { time, queue, letters, deliveries } = setUp(async (event) => ({
      batchItemFailures: event.Records.filter(({ body }) => body.includes('shop-1')).map(
        ({ messageId }) => ({ itemIdentifier: messageId }),
      ),
    }));
    await queue.send(messages(3));
    let isDrained = false;
    const drained = queue.drain().then(() => {
      isDrained = true;
    });
    await time.advance(6_999);
    expect(isDrained).toBe(false);
    await time.advance(1);
    await drained;
    expect(deliveries.map(({ at, event }) => [at, event.Records.length])).toEqual([
      [1_000, 3],
      [2_000, 1],
      [4_000, 1],
      [8_000, 1],
    ]);
    expect(deliveries.at(-1)?.event.Records[0]?.attributes).toMatchObject({
      ApproximateReceiveCount: '4',
      ApproximateFirstReceiveTimestamp: '1000',
    });
    const letter = {
      message: collect(1),
      receives: 4,
      reason: 'the consumer reported it as failed',
    };
    expect(letters).toEqual([letter]);
    expect(queue.deadLetters()).toEqual([letter]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('down'))],
    [
      'names a message it never got',
      async () => ({ batchItemFailures: [{ itemIdentifier: 'other' }] }),
    ],
  ])('delivers the whole batch again when the consumer %s', async (_, consume) => {
    const { time, queue, letters } = setUp(consume, { maxReceiveCount: 2 });
    await queue.send(messages(3));
    const drained = queue.drain();
    await time.advance(1_000);
    await drained;
    expect(letters.map(({ receives }) => receives)).toEqual([2, 2, 2]);
  });

  it('reports what the consumer threw', async () => {
    const { time, queue, letters, errors } = setUp(() => Promise.reject(new Error('down')), {
      maxReceiveCount: 1,
    });
    await queue.send(messages(1));
    await time.advance(0);
    expect(errors).toEqual([new Error('down')]);
    expect(letters[0]?.reason).toBe('down');
  });

  it('takes no answer for success', async () => {
    const { queue, letters, deliveries } = setUp(async () => undefined);
    await queue.send(messages(1));
    await queue.drain();
    expect(deliveries).toHaveLength(1);
    expect(letters).toEqual([]);
  });

  it('shares no object with the sender', async () => {
    const { queue, deliveries } = setUp(allWell);
    const message = { kind: 'collect' as const, workload: 'default#default#shop#*' };
    await queue.send([message]);
    Object.assign(message, { workload: 'changed' });
    await queue.drain();
    expect(deliveries.flatMap(({ event }) => bodies(event))).toEqual([
      { kind: 'collect', workload: 'default#default#shop#*' },
    ]);
  });

  it('keeps to its concurrency', async () => {
    let underWay = 0;
    let most = 0;
    const { queue } = setUp(
      async () => {
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay--;
        return undefined;
      },
      { concurrency: 3, batchSize: 1 },
    );
    await queue.send(messages(20));
    await queue.drain();
    expect(most).toBe(3);
  });

  it('drains what a consumer sends while it works', async () => {
    const seen: string[] = [];
    const { queue } = setUp(async (event) => {
      for (const message of bodies(event)) {
        seen.push(message.kind);
        if (message.kind === 'collect') await queue.send([{ ...message, kind: 'score' }]);
      }
      return undefined;
    });
    await queue.send([collect(0)]);
    await queue.drain();
    expect(seen).toEqual(['collect', 'score']);
  });

  it('closes: refuses messages and leaves no timer', async () => {
    const { time, queue } = setUp(() => Promise.reject(new Error('down')));
    await queue.send(messages(2));
    await time.advance(0);
    expect(time.pending()).toBe(2);
    await queue.close();
    expect(time.pending()).toBe(0);
    await expect(queue.send(messages(1))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});
