import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { WorkQueue } from '#app/ports/work-queue.ts';
import type { WorkMessage } from '#contracts/events.ts';
import { DomainError } from '#core/errors.ts';

/** Messages in one SQS request at most. */
const BATCH = 10;
const MAX_ATTEMPTS = 5;

/** Work on two SQS queues: reading and rolling up on one, scoring on the other. */
export function createSqsWorkQueue(options: {
  readonly client: SQSClient;
  readonly collectQueueUrl: string;
  readonly scoreQueueUrl: string;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
}): WorkQueue {
  const { client, sleep, random } = options;
  const urlOf = (message: WorkMessage) =>
    message.kind === 'score' ? options.scoreQueueUrl : options.collectQueueUrl;

  const sendBatch = async (url: string, messages: readonly WorkMessage[]): Promise<void> => {
    let pending = messages.map((message, i) => ({
      Id: String(i),
      MessageBody: JSON.stringify(message),
    }));
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const result = await client
        .send(new SendMessageBatchCommand({ QueueUrl: url, Entries: pending }))
        .catch((error: unknown) => {
          throw new DomainError('STORE_UNAVAILABLE', 'the queue did not take work', {}, error);
        });
      const failed = new Set((result.Failed ?? []).map(({ Id }) => Id));
      pending = pending.filter(({ Id }) => failed.has(Id));
      if (pending.length === 0) return;
      await sleep(random() * 100 * 2 ** attempt);
    }
    throw new DomainError('STORE_UNAVAILABLE', `the queue refused ${pending.length} messages`, {
      refused: pending.length,
    });
  };

  return {
    async send(messages) {
      for (const url of [options.collectQueueUrl, options.scoreQueueUrl]) {
        const own = messages.filter((message) => urlOf(message) === url);
        for (let i = 0; i < own.length; i += BATCH) await sendBatch(url, own.slice(i, i + BATCH));
      }
    },
  };
}
