import { readsWithin } from '../cost/metrics-requested.ts';
import { type DurationMs, durationMs, type EpochMs } from '../time.ts';
import type { WorkloadKey } from '../workload.ts';

/**
 * What reading a series is worth, least first: nothing uses it; naive serves it, which needs its last
 * value only; a model that beats naive serves it; something acts on it (an open incident, a scaling
 * policy of its workload).
 */
export const SERIES_VALUES = ['unused', 'naive', 'modelled', 'acted_on'] as const;
export type SeriesValue = (typeof SERIES_VALUES)[number];

/** A series that is to be read, and how often it should be. */
export interface CadenceSeries {
  readonly workload: WorkloadKey;
  readonly metric: string;
  /** Metrics that one read is billed as. */
  readonly inputs: number;
  readonly interval: DurationMs;
  readonly value: SeriesValue;
}

/** A series that is read more rarely than it should be. */
export interface LoweredSeries extends CadenceSeries {
  /** From one read to the next; null: not read before the month is over. */
  readonly lowered: DurationMs | null;
}

/** How often series are read, so that a budget lasts. */
export interface CadencePlan {
  readonly lowered: readonly LoweredSeries[];
  /** Metrics that the plan requests until the budget's time is over. */
  readonly requested: number;
  /** What would have been requested with no series lowered. */
  readonly wanted: number;
}

/** A series is read so many times more rarely, step by step: from five minutes up to a day. */
const FACTORS = [2, 3, 6, 12, 36, 72, 144, 288] as const;

/**
 * Lowers the cadence of the least valuable series until what is left of a budget lasts.
 *
 * All series of the least value go one step down, one after the other by name, then the next step,
 * and only when they are read once a day those of the next value begin. Where even a day is too often
 * for all, the least valuable are not read for the rest of the time. It is planned anew from what is
 * left, so cadences rise again where a budget turns out to be large enough.
 *
 * @param budget.metrics - that may still be requested
 * @param budget.time - that they must last for
 */
export function planCadence(
  series: readonly CadenceSeries[],
  budget: { readonly metrics: number; readonly time: DurationMs },
): CadencePlan {
  const states = series
    .map((each) => ({ series: each, lowered: undefined as DurationMs | null | undefined }))
    .sort((a, b) => compare(a.series, b.series));
  const costOf = (each: CadenceSeries, interval: DurationMs | null): number =>
    interval === null ? 0 : readsWithin({ inputs: each.inputs, interval }, budget.time);
  const wanted = states.reduce((sum, { series: each }) => sum + costOf(each, each.interval), 0);
  let requested = wanted;

  const lower = (state: (typeof states)[number], to: DurationMs | null) => {
    const before = state.lowered === undefined ? state.series.interval : state.lowered;
    requested += costOf(state.series, to) - costOf(state.series, before);
    state.lowered = to;
  };
  for (const value of SERIES_VALUES) {
    const own = states.filter((state) => state.series.value === value);
    for (const factor of FACTORS) {
      for (const state of own) {
        if (requested <= budget.metrics) break;
        lower(state, durationMs(state.series.interval * factor));
      }
    }
  }
  for (const state of states) {
    if (requested <= budget.metrics) break;
    lower(state, null);
  }
  return {
    lowered: states.flatMap(({ series: each, lowered }) =>
      lowered === undefined ? [] : [{ ...each, lowered }],
    ),
    requested,
    wanted,
  };
}

/**
 * Whether a series is read in this round. Rounds are counted from the epoch, so that nothing has to
 * be remembered; workloads are spread over the rounds by their names, and the series of one workload
 * that are read equally often are read together.
 *
 * @param every - from one round to the next
 * @param interval - from one read to the next, a multiple of `every`; null: never
 * @example
 * ```ts
 * const hour = [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55].map((m) => epochMs(m * 60_000));
 * const every = durationMs(300_000);
 * hour.filter((at) => isDue('web', at, every, durationMs(900_000))).length; // => 4
 * hour.filter((at) => isDue('web', at, every, null)).length; // => 0
 * ```
 */
export function isDue(
  workload: WorkloadKey,
  now: EpochMs,
  every: DurationMs,
  interval: DurationMs | null,
): boolean {
  if (interval === null) return false;
  const rounds = Math.max(1, Math.round(interval / every));
  return (Math.floor(now / every) + phaseOf(workload)) % rounds === 0;
}

function phaseOf(workload: WorkloadKey): number {
  let hash = 7;
  for (let i = 0; i < workload.length; i++) hash = (hash * 31 + workload.charCodeAt(i)) % 1_000_003;
  return hash;
}

function compare(a: CadenceSeries, b: CadenceSeries): number {
  const byValue = SERIES_VALUES.indexOf(a.value) - SERIES_VALUES.indexOf(b.value);
  return byValue || compareText(a.workload, b.workload) || compareText(a.metric, b.metric);
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
