import { describe, expect, it } from '@jest/globals';
import { dispatch } from '#app/scheduled/dispatch.ts';
import { seenMetrics } from '#app/workload-directory.ts';
import { ScheduleEventSchema, type WorkMessage, WorkMessageSchema } from '#contracts/events.ts';
import { SCHEDULES } from '#contracts/schedules.ts';
import { DEFAULT_STEP } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import { feed } from '#test/helpers/feed.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { recordingQueue } from '#test/helpers/recording-queue.ts';

const NOW = at('2026-03-01T00:10:00Z');
const [API, HOST, WEB] = ['default#shop#api#*', 'default#local#host#*', 'default#shop#web#*'];

/** web and api are known; host is read by Helios itself, and so is web. */
async function dispatched(task: string): Promise<readonly WorkMessage[]> {
  const services = memoryServices(NOW);
  for (const deployment of ['web', 'api']) {
    await feed(services, { cpu: [0.5] }, { start: NOW, deployment });
  }
  const queue = recordingQueue();
  const event = ScheduleEventSchema.parse({ task });
  const count = await dispatch({ ...services, queue, collected: [HOST, WEB] }, event);
  expect(count).toBe(queue.sent.length);
  return queue.sent.map((message) => WorkMessageSchema.parse(message));
}

describe('the schedule', () => {
  it('collect-and-score reads what Helios reads and scores what agents send', async () => {
    expect(await dispatched('collect-and-score')).toEqual([
      { kind: 'collect', workload: HOST },
      { kind: 'collect', workload: WEB },
      { kind: 'score', workload: API },
    ]);
  });

  it('collect-and-score reads a source as a whole once, and leaves its workloads to that', async () => {
    const services = memoryServices(NOW);
    const note = { step: DEFAULT_STEP, metrics: seenMetrics([{ metric: 'cpu_cores', at: NOW }]) };
    await services.directory.note(parseWorkloadKey(WEB), { ...note, source: 'azure' });
    await services.directory.note(parseWorkloadKey(API), { ...note, source: 'agent' });
    const queue = recordingQueue();
    const event = ScheduleEventSchema.parse({ task: 'collect-and-score' });
    await dispatch({ ...services, queue, collected: [], sources: ['azure'] }, event);
    expect(queue.sent.map((message) => WorkMessageSchema.parse(message))).toEqual([
      { kind: 'sweep', source: 'azure' },
      { kind: 'score', workload: API },
    ]);
  });

  it('roll-up sums up today and yesterday, for the hour before midnight', async () => {
    expect(await dispatched('roll-up')).toEqual([
      { kind: 'roll-up', workload: API, day: '2026-03-01' },
      { kind: 'roll-up', workload: API, day: '2026-02-28' },
      { kind: 'roll-up', workload: WEB, day: '2026-03-01' },
      { kind: 'roll-up', workload: WEB, day: '2026-02-28' },
    ]);
  });

  it('roll-up-again sums up the two days behind, for what came late', async () => {
    const days = (await dispatched('roll-up-again')).map((message) =>
      message.kind === 'roll-up' ? message.day : '',
    );
    expect(days).toEqual(['2026-02-28', '2026-02-27', '2026-02-28', '2026-02-27']);
  });

  it('train is for another function', async () => {
    expect(await dispatched('train')).toEqual([]);
  });

  it.each(SCHEDULES)('row $name sends an event that is understood', async ({ event, ...row }) => {
    expect(ScheduleEventSchema.parse(event)).toEqual(event);
    const messages = await dispatched(event.task);
    const isWork = row.function === 'dispatch' && event.task !== 'plan-collection';
    expect(messages.length > 0).toBe(isWork);
  });
});
