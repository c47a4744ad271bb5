import { describe, expect, it } from '@jest/globals';
import { windowedSource } from '#adapters/sources/windowed-source.ts';
import type { MetricSource, Sweep } from '#app/ports/metric-source.ts';
import { type SweepPlan, sweepSource } from '#app/scheduled/sweep.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, DAY, durationMs, type EpochMs, HOUR, MINUTE, SECOND } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { createHandler } from '#functions/collect/handler.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';
import { recordingLogger } from '#test/helpers/recording-logger.ts';
import { recordingQueue } from '#test/helpers/recording-queue.ts';

const NOW = at('2026-03-02T10:02:00Z');
const STEP = durationMs(5 * MINUTE);
const LOOKBACK = durationMs(10 * MINUTE);
const WEB = workloadId({ deployment: 'web', namespace: 'shop' });

/** A cloud that has a value of `web` in every period, and what it was asked for. */
function setUp(options: {
  readonly lookback?: number;
  readonly fault?: (
    question: number,
    from: EpochMs,
    to: EpochMs,
  ) => Partial<Sweep> | Error | undefined;
  readonly onRead?: (services: MemoryServices) => void;
}) {
  const services = memoryServices(NOW);
  const reads: [from: EpochMs, to: EpochMs][] = [];
  const limits: number[] = [];
  let closed = 0;
  const source = (): MetricSource =>
    windowedSource({
      name: 'azure',
      clock: services.clock,
      step: STEP,
      lookback: durationMs(options.lookback ?? LOOKBACK),
      async read({ from, to }) {
        const fault = options.fault?.(reads.length, from, to);
        reads.push([from, to]);
        options.onRead?.(services);
        if (fault instanceof Error) throw fault;
        const length = (to - from) / STEP;
        const points = Array.from({ length }, (_, i): readonly [EpochMs, number] => [
          addMs(from, STEP, i),
          1,
        ]);
        const series = [{ id: 'a', workload: WEB, metric: 'cpu_cores', instance: 'a', points }];
        return { series, problems: fault?.problems ?? [], isWhole: fault === undefined };
      },
      close: async () => {
        closed++;
      },
    });
  const plan: SweepPlan = { name: 'azure', backfill: durationMs(DAY), open: async () => source() };
  const deps = {
    ...services,
    timeLimit(ms: number) {
      limits.push(ms);
      return new AbortController().signal;
    },
  };
  return { services, deps, plan, reads, limits, closedTimes: () => closed };
}

const minutesLong = ([from, to]: readonly [EpochMs, EpochMs]) => (to - from) / MINUTE;

describe('a source that is read as a whole', () => {
  it('is read back in parts that grow, up to now, without a gap', async () => {
    const { deps, plan, reads, closedTimes, limits } = setUp({});
    const outcome = await sweepSource(deps, plan);
    // An hour, then twice as long each; each begins ten minutes before the one before has ended. The
    // first begins where its period does, which is two minutes earlier.
    const spans = reads.map(minutesLong);
    expect(spans.slice(0, 4)).toEqual([60, 120, 240, 480]);
    for (const [i, [from]] of reads.entries()) {
      const before = reads[i - 1];
      if (before) expect(from).toBe(addMs(before[1], LOOKBACK, -1));
    }
    expect(reads[0]?.[0]).toBe(at('2026-03-01T10:00:00Z'));
    expect(reads.at(-1)?.[1]).toBe(at('2026-03-02T10:00:00Z'));
    expect(outcome.through).toBe(at('2026-03-02T09:50:00Z'));
    expect(outcome.workloads).toEqual(['default#shop#web#*']);
    expect(closedTimes()).toBe(1);
    expect(new Set(limits)).toEqual(new Set([60 * SECOND]));
  });

  it('goes on from where it was read, and stores what is read twice once', async () => {
    const { deps, services, plan, reads } = setUp({});
    await sweepSource(deps, plan);
    const before = reads.length;
    services.clock.set(addMs(NOW, MINUTE, 5));
    await sweepSource(deps, plan);
    expect(reads.slice(before)).toEqual([[at('2026-03-02T09:50:00Z'), at('2026-03-02T10:05:00Z')]]);
    const range = { from: at('2026-03-02T09:00:00Z'), to: NOW };
    const [series] = await services.observations.read(WEB, STEP, range);
    // 13 periods from 09:00 to 10:00.
    expect(series?.slots).toHaveLength(13);
  });

  it('leaves the rest of a long past to the next round', async () => {
    const { deps, plan, reads } = setUp({
      onRead: ({ clock }) => clock.set(addMs(clock.now(), SECOND, 30)),
    });
    await sweepSource(deps, plan);
    // Begun at 0 s and at 30 s; after 60 s nothing more is.
    expect(reads.map(minutesLong)).toEqual([60, 120]);
    await sweepSource(deps, plan);
    expect(reads.map(minutesLong)).toEqual([60, 120, 240, 480]);
  });

  it('reads a part again that was not whole, and not within the same round', async () => {
    const part = { problems: [{ metric: 'cpu_cores', reason: 'a region is away' }] };
    const { deps, plan, reads } = setUp({
      fault: (question) => (question === 1 ? part : undefined),
    });
    const { problems, through } = await sweepSource(deps, plan);
    expect(problems).toEqual(part.problems);
    expect(reads).toHaveLength(2);
    expect(through).toBe(reads[1]?.[0]);
    await sweepSource(deps, plan);
    expect(reads[2]).toEqual(reads[1]);
    expect(await deps.sourceLog.list()).toMatchObject([
      {
        name: 'azure',
        lastProblem: { code: 'INCOMPLETE', message: 'cpu_cores: a region is away' },
      },
    ]);
  });

  it('halves a part that takes too long, and tells the failure', async () => {
    const late = new DomainError('DEADLINE_EXCEEDED', 'nobody waits any more');
    const { deps, plan, reads, closedTimes } = setUp({
      fault: (_, from, to) => (to - from > 30 * MINUTE ? late : undefined),
    });
    await expect(sweepSource(deps, plan)).rejects.toBe(late);
    expect(closedTimes()).toBe(1);
    expect(await deps.sourceLog.list()).toMatchObject([
      { lastSuccess: null, lastProblem: { code: 'DEADLINE_EXCEEDED' } },
    ]);
    await expect(sweepSource(deps, plan)).rejects.toBe(late);
    // What was read before the failure is kept.
    expect(reads.map(minutesLong)).toEqual([60, 30, 60]);
  });

  it('comes forward where the source reads back longer than a part is', async () => {
    const { deps, plan } = setUp({ lookback: 12 * HOUR });
    const { through } = await sweepSource(deps, plan);
    expect(through).toBe(at('2026-03-01T22:00:00Z'));
  });

  it('tells why it cannot be opened', async () => {
    const { deps, plan } = setUp({});
    const refused = new DomainError('CONFIG_INVALID', 'the secret helios/azure does not exist');
    const open = () => Promise.reject(refused);
    await expect(sweepSource(deps, { ...plan, open })).rejects.toBe(refused);
    expect(await deps.sourceLog.list()).toMatchObject([
      { lastProblem: { code: 'CONFIG_INVALID', message: refused.message } },
    ]);
  });

  it('has its workloads scored after it', async () => {
    const { deps, plan } = setUp({});
    const queue = recordingQueue();
    const logger = recordingLogger();
    const handler = createHandler(
      { ...deps, queue, planOf: () => undefined, sweepPlans: [plan] },
      logger,
    );
    const record = (messageId: string, source: string) =>
      ({ messageId, body: JSON.stringify({ kind: 'sweep', source }) }) as never;
    const answer = await handler({ Records: [record('1', 'azure'), record('2', 'gone')] });
    expect(queue.sent).toEqual([{ kind: 'score', workload: 'default#shop#web#*' }]);
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: '2' }]);
  });
});
