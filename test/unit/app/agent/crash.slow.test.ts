import { describe, expect, it } from '@jest/globals';
import { openDiskBuffer } from '#adapters/agent/disk-buffer.ts';
import { directorySegments } from '#adapters/agent/segment-files.ts';
import { stateFiles } from '#adapters/agent/state-directory.ts';
import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import { createAgentClock } from '#app/agent/agent-clock.ts';
import { runAgent } from '#app/agent/run-agent.ts';
import type { AgentUplink } from '#app/ports/agent-uplink.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import { type IngestResponse, IngestSamplesSchema } from '#contracts/http/ingest.ts';
import { durationMs, epochMs, HOUR, MINUTE, SECOND } from '#core/time.ts';
import { counting, opened, START, WEB } from '#test/helpers/agent-world.ts';
import {
  type Cut,
  ENDS,
  type End,
  type FaultyDisk,
  faultyDisk,
} from '#test/helpers/faulty-disk.ts';
import { virtualTime } from '#test/helpers/virtual-time.ts';

/** Long enough for an outage, a refusal of the future, and readings before and after. */
const LIFE = 24 * SECOND;
const PAST_STEP = 10 * SECOND;

/** Nothing that a dead process began is ever heard of. */
const never = () => new Promise<never>(() => {});

/** One machine with its agent, life after life, and a service that notes what it was sent. */
function machine() {
  const time = virtualTime(START);
  const stored = new Map<string, string>();
  /** Values of readings that were kept, as the agent was told. */
  const kept = new Set<number>();
  const probe = counting(time);

  const answers = new Map<string, IngestResponse>();
  /** As Helios does: the answer to a batch is that of its id, for ever. */
  const answerTo = (id: string, json: string): IngestResponse => {
    const answered = answers.get(id);
    if (answered) return answered;
    const { metrics } = IngestSamplesSchema.parse(JSON.parse(json));
    // At first it says that the second reading is from the future.
    const isEarly = metrics[0]?.value === 2 && time.elapsed() < 20 * SECOND;
    if (!isEarly) stored.set(id, json);
    const rejected = isEarly ? metrics.length : 0;
    const answer = {
      received: metrics.length,
      accepted: metrics.length - rejected,
      duplicate: 0,
      superseded: 0,
      rejected,
      rejections: isEarly ? [{ index: 0, code: 'IN_FUTURE', message: '' }] : [],
      batch_id: id,
    };
    answers.set(id, answer);
    return answer;
  };

  /** One life of the agent. @returns how to stop it */
  const live = async (disk: FaultyDisk) => {
    const alive = <T>(value: T): Promise<T> => (disk.hasEnded() ? never() : Promise.resolve(value));
    const isAway = () => time.elapsed() > 8 * SECOND && time.elapsed() < 14 * SECOND;
    const uplink: AgentUplink = {
      endpoint: 'http://helios',
      async send({ id, json }) {
        await alive(undefined);
        if (isAway()) return { kind: 'later', message: 'away' };
        const value = answerTo(id, json);
        return alive({ kind: 'done', value });
      },
      heartbeat: () => alive({ kind: 'later', message: 'no heartbeat here' }),
    };
    const past: MetricSource = {
      ...counting(time, 'past'),
      async sweep({ range }) {
        const first = Math.ceil(range.from / PAST_STEP) * PAST_STEP;
        const count = Math.max(Math.ceil((range.to - first) / PAST_STEP), 0);
        const observations = Array.from({ length: count }, (_, i) => {
          const at = epochMs(first + i * PAST_STEP);
          return { metric: 'past', at, value: (at - START) / PAST_STEP, source: 'past', asOf: at };
        });
        const step = durationMs(PAST_STEP);
        const collected = { step, observations, counters: [], problems: [] };
        const through = epochMs(first + count * PAST_STEP);
        return alive({ workloads: [{ workload: WEB, collected }], problems: [], through });
      },
    };
    const noting: MetricSource = {
      ...probe,
      sweep: async (request) => {
        await alive(undefined);
        return (await probe.sweep?.(request)) ?? never();
      },
    };
    const ring = { maxBytes: 4_000, fsync: true };
    const disks = await openDiskBuffer(await directorySegments('/agent/buffer', disk), ring);
    const buffer = {
      ...disks,
      add: async (batches: Parameters<typeof disks.add>[0]) => {
        await disks.add(batches);
        if (disks.state().problem !== undefined) return;
        for (const { json } of batches) {
          for (const { name, value } of IngestSamplesSchema.parse(JSON.parse(json)).metrics) {
            if (name === 'jobs') kept.add(value ?? 0);
          }
        }
      },
    };
    const memory = await stateFiles('/agent', disk);
    let stop = () => {};
    const ended = runAgent(
      {
        clock: createAgentClock(time.clock, time.uptimeMs, () => {}),
        sleep: time.sleep,
        random: () => 0.5,
        sha256: nodeKeyCrypto.sha256,
        buffer,
        early: await openDiskBuffer(await directorySegments('/agent/early', disk), ring),
        uplink,
        memory,
        messages: { info: () => {}, warn: () => {} },
        onStop: (how) => {
          stop = how;
        },
      },
      {
        version: '1',
        hostname: 'host-1',
        platform: 'linux',
        sources: [opened(noting, 5), opened(past, 10)],
        state: memory.remembered ?? {
          agent_id: 'agent-1',
          commands: { paused: false, collection_interval: null },
          cursors: {},
        },
        heartbeatEvery: durationMs(30 * SECOND),
        flushEvery: durationMs(SECOND),
        firstDelay: SECOND,
        catchUp: HOUR,
        batchSize: 100,
        stopWithin: durationMs(10 * SECOND),
      },
    );
    return { stop: () => stop(), ended, remembered: memory.remembered };
  };
  return { time, stored, kept, live };
}

/**
 * One life that ends at a change of the disk, and one after it that is stopped by a person.
 * @returns undefined where the first life has no such change
 */
async function twoLives(endAt: number, cut: Cut, end: End) {
  const { time, stored, kept, live } = machine();
  const disk = faultyDisk({ endAt, cut });
  const opening = live(disk);
  await time.pass(LIFE);
  if (endAt > 0 && !disk.hasEnded()) return undefined;
  const last = disk.hasEnded() ? live(disk.after(end)) : opening;
  await time.pass(2 * MINUTE);
  const agent = await last;
  agent.stop();
  await time.pass(10 * SECOND);
  expect(await agent.ended).toEqual({ isHanging: false });
  const all = [...stored.values()].flatMap(
    (json) => IngestSamplesSchema.parse(JSON.parse(json)).metrics,
  );
  const valuesOf = (metric: string) =>
    all.filter(({ name }) => name === metric).map(({ value }) => value ?? Number.NaN);
  const hasCursor = disk.hasEnded() ? agent.remembered?.cursors.past !== undefined : true;
  const [jobs, past] = [valuesOf('jobs'), new Set(valuesOf('past'))];
  return {
    lost: [...kept].filter((value) => !jobs.includes(value)),
    doubled: jobs.filter((value, i) => jobs.indexOf(value) !== i),
    // Of a source with a past nothing is missing since its first cursor was kept.
    gaps: hasCursor ? Array.from({ length: 8 }, (_, i) => i).filter((at) => !past.has(at)) : [],
  };
}

describe('an agent whose machine ends', () => {
  it.each<Cut>(['before', 'half'])(
    'at any change of its disk (%s) loses and doubles nothing',
    async (cut) => {
      const none = { lost: [], doubled: [], gaps: [] };
      expect(await twoLives(0, cut, 'killed')).toMatchObject(none);
      let endAt = 0;
      for (let isWithin = true; isWithin; ) {
        endAt++;
        for (const end of ENDS) {
          const outcome = await twoLives(endAt, cut, end);
          isWithin = outcome !== undefined;
          const at = `change ${endAt}, ${cut}, ${end}`;
          if (outcome) expect({ at, ...outcome }).toMatchObject({ at, ...none });
        }
      }
      expect(endAt).toBeGreaterThan(40);
    },
  );
});
