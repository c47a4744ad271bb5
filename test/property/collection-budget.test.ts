import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createMetricsLedger } from '#app/collection/metrics-ledger.ts';
import { allowedMetrics } from '#app/collection/plan-collection.ts';
import {
  type CadenceSeries,
  isDue,
  planCadence,
  SERIES_VALUES,
  type SeriesValue,
} from '#core/collect/cadence.ts';
import { monthOf } from '#core/cost/budget.ts';
import { costOfMetrics, metricsRequested, metricsWithin } from '#core/cost/metrics-requested.ts';
import {
  addMs,
  DAY,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  HOUR,
  MINUTE,
} from '#core/time.ts';
import { settableClock } from '#test/helpers/memory-services.ts';

const EVERY = durationMs(30 * MINUTE);
const MONTH = epochMs(Date.UTC(2026, 1, 1));
/** A plan every six hours keeps the simulation short; the real one is made every hour. */
const PLAN_EVERY = durationMs(6 * HOUR);

const arbitrarySeries: fc.Arbitrary<CadenceSeries> = fc.record({
  workload: fc.integer({ min: 0, max: 5 }).map((n) => `default#shop#w${n}#*`),
  metric: fc.constantFrom('cpu_utilization', 'request_rate', 'memory_utilization'),
  inputs: fc.integer({ min: 1, max: 3 }),
  interval: fc.constantFrom(EVERY, HOUR),
  value: fc.constantFrom(...SERIES_VALUES),
});

interface Outcome {
  readonly requested: number;
  /** Reads of a value that the ledger refused. */
  readonly refused: ReadonlyMap<SeriesValue, number>;
}

/** A month, or what is left of it, on a clock of its own; a burst reads the past of all series anew. */
async function month(
  series: readonly CadenceSeries[],
  budgetUsd: number,
  { from, bursts }: { readonly from: EpochMs; readonly bursts: readonly number[] },
): Promise<Outcome> {
  const clock = settableClock(from);
  const ledger = createMetricsLedger(createMemoryCatalogStore(), clock, budgetUsd);
  const refused = new Map<SeriesValue, number>();
  const { end } = monthOf(from);
  const intervals = new Map<CadenceSeries, DurationMs | null>();
  let planned: EpochMs | undefined;
  for (let at = from; at < end; at = addMs(at, EVERY)) {
    clock.set(at);
    if (planned === undefined || at - planned >= PLAN_EVERY) {
      planned = at;
      const { requested } = await ledger.ofMonth(at);
      const left = Math.max(0, allowedMetrics(budgetUsd) - requested);
      const plan = planCadence(series, { metrics: left, time: durationMs(end - at) });
      intervals.clear();
      for (const { lowered, ...each } of plan.lowered) {
        const own = series.find((s) => s.workload === each.workload && s.metric === each.metric);
        if (own) intervals.set(own, lowered);
      }
    }
    const isBurst = bursts.includes(Math.floor((at - from) / DAY)) && (at - from) % DAY < EVERY;
    for (const each of series) {
      const interval = intervals.get(each);
      const due = isDue(
        each.workload,
        at,
        EVERY,
        interval === undefined ? each.interval : interval,
      );
      if (!due && !isBurst) continue;
      if (await ledger.take(each.inputs)) continue;
      refused.set(each.value, (refused.get(each.value) ?? 0) + 1);
    }
  }
  return { requested: (await ledger.ofMonth(clock.now())).requested, refused };
}

const arbitraryMonth = fc.record({
  series: fc.uniqueArray(arbitrarySeries, {
    selector: ({ workload, metric }) => `${workload}#${metric}`,
    minLength: 1,
    maxLength: 8,
  }),
  /** Of what all series would cost in a month: from nothing to more than enough. */
  share: fc.double({ min: 0, max: 1.2, noNaN: true }),
  startDay: fc.integer({ min: 0, max: 20 }),
  bursts: fc.array(fc.integer({ min: 0, max: 27 }), { maxLength: 4 }),
});

describe('the budget of a month', () => {
  it('is never overspent, whatever is read and whatever is read anew', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryMonth, async ({ series, share, startDay, bursts }) => {
        const wanted = costOfMetrics(metricsRequested(series, durationMs(28 * DAY)));
        const budget = share * wanted;
        const from = addMs(MONTH, DAY, startDay);
        const { requested, refused } = await month(series, budget, { from, bursts });
        expect(costOfMetrics(requested)).toBeLessThanOrEqual(budget);
        expect(requested).toBeLessThanOrEqual(metricsWithin(budget));
        // Without surprises and with a budget that is worth planning, nothing runs into the limit.
        if (bursts.length === 0 && share > 0.2) expect([...refused]).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

const of = (name: string, value: SeriesValue, interval = EVERY): CadenceSeries => ({
  workload: `default#shop#${name}#*`,
  metric: 'cpu_utilization',
  inputs: 1,
  interval,
  value,
});

describe('a plan of cadences', () => {
  const series = [of('a', 'acted_on'), of('b', 'unused'), of('c', 'modelled'), of('d', 'naive')];
  const DAYS = durationMs(10 * DAY);
  const loweredTo = (metrics: number) =>
    planCadence(series, { metrics, time: DAYS }).lowered.map(({ value, lowered }) => [
      value,
      lowered === null ? null : lowered / MINUTE,
    ]);

  it('lowers nothing while the budget lasts', () => {
    // Four series, 48 times a day, for ten days.
    const plan = planCadence(series, { metrics: 1_920, time: DAYS });
    expect(plan).toEqual({ lowered: [], requested: 1_920, wanted: 1_920 });
  });

  it('lowers the least valuable first, step by step, and only then the next', () => {
    // One series at half its cadence saves 240 of 480.
    expect(loweredTo(1_919)).toEqual([['unused', 60]]);
    // A third: 160 reads.
    expect(loweredTo(1_679)).toEqual([['unused', 90]]);
    // 288 times more rarely is once in six days: 2 reads in ten days. 3 * 480 + 2 = 1442.
    expect(loweredTo(1_442)).toEqual([['unused', 8_640]]);
    expect(loweredTo(1_441)).toEqual([
      ['unused', 8_640],
      ['naive', 60],
    ]);
  });

  it('reads nothing any more where even the slowest is too much, the most valuable last', () => {
    // Each series reads twice at the slowest: 8 in all.
    expect(loweredTo(7)).toEqual([
      ['unused', null],
      ['naive', 8_640],
      ['modelled', 8_640],
      ['acted_on', 8_640],
    ]);
    expect(loweredTo(0).map(([, minutes]) => minutes)).toEqual([null, null, null, null]);
  });

  it('reads each series once in its interval, and the workloads spread over the rounds', () => {
    const rounds = Array.from({ length: 288 }, (_, i) => addMs(MONTH, EVERY, i));
    const dueIn = (name: string) =>
      rounds.flatMap((at, i) => (isDue(name, at, EVERY, durationMs(12 * EVERY)) ? [i] : []));
    const first = Array.from({ length: 40 }, (_, i) => dueIn(`default#shop#w${i}#*`));
    expect(new Set(first.map((due) => due.length))).toEqual(new Set([24]));
    expect(new Set(first.map(([round]) => round)).size).toBeGreaterThan(6);
  });
});
