import * as z from 'zod';
import type { BacktestReport } from './report.ts';

/** Live errors this many times the backtest's, or a fraction of them as small, are drift … */
const BEYOND = 1.5;
/** … until they are within this again. */
const WITHIN = 1.2;
/** Looks in a row that must agree: one bad hour is no drift. */
const LOOKS = 3;
/** Forecasts to be judged by: most of the hourly ones of two days, so that night and day both count. */
const MIN_FORECASTS = 40;

const SideSchema = z.enum(['worse', 'better']);
/** Which way a model has drifted: it errs more than its backtest said, or less. */
export type DriftSide = z.infer<typeof SideSchema>;

export const DriftStateSchema = z.strictObject({
  /** Where the model stands; null is where it was measured to be. */
  status: SideSchema.nullable(),
  /** Where the newest looks saw it, and how many of them in a row, as long as that is not its status. */
  leaning: SideSchema.nullable(),
  looks: z.int().min(0).max(LOOKS),
});

/** What the looks so far have shown of one model. Plain JSON. */
export type DriftState = z.infer<typeof DriftStateSchema>;

/** A model that nobody has looked at yet. */
export const NO_DRIFT: DriftState = { status: null, leaning: null, looks: 0 };

/** The error of a forecast that has met its actual. */
export interface LiveError {
  /** When the forecast was made. */
  readonly cutoff: number;
  /** Steps ahead. */
  readonly step: number;
  /** Actual − forecast, in the unit of the series. */
  readonly error: number;
}

/**
 * How the live errors of a model stand to those of its backtest: their mean absolute error over the
 * one that the backtest had at the same steps ahead. 1 is as measured, 2 twice as wrong.
 *
 * @param report - of the backtest the model was chosen by
 * @param model - its name among the candidates
 * @returns Infinity when the backtest was without error and life is not; NaN when there are fewer than
 *   40 forecasts, the backtest measured nothing at these steps, or neither has an error
 */
export function driftRatio(
  live: readonly LiveError[],
  report: BacktestReport,
  model: string,
): number {
  const buckets = report.candidates.find(({ name }) => name === model)?.buckets ?? [];
  const cutoffs = new Set<number>();
  let actual = 0;
  let expected = 0;
  for (const { cutoff, step, error } of live) {
    const mae = buckets.find(({ fromStep, toStep }) => fromStep <= step && step <= toStep)?.mae;
    if (mae === null || mae === undefined || !Number.isFinite(error)) continue;
    cutoffs.add(cutoff);
    actual += Math.abs(error);
    expected += mae;
  }
  return cutoffs.size < MIN_FORECASTS ? Number.NaN : actual / expected;
}

/**
 * What one more look makes of a model's state. It has drifted once three looks in a row saw it beyond
 * 1.5 times its error on one side, and is steady again below 1.2: between the two it stays what it is.
 *
 * @param ratio - of `driftRatio`; NaN is no look and changes nothing
 * @example
 * ```ts
 * nextDrift({ status: null, leaning: 'worse', looks: 2 }, 1.6).status; // => 'worse'
 * nextDrift({ status: 'worse', leaning: null, looks: 0 }, 1.3).status; // => 'worse'
 * nextDrift({ status: 'worse', leaning: null, looks: 0 }, 1.1).status; // => null
 * ```
 */
export function nextDrift(state: DriftState, ratio: number): DriftState {
  if (Number.isNaN(ratio)) return state;
  const status = isOver(state.status, ratio) ? null : state.status;
  const side = sideOf(ratio);
  if (side === null || side === status) return { status, leaning: null, looks: 0 };
  const looks = side === state.leaning ? state.looks + 1 : 1;
  return looks < LOOKS
    ? { status, leaning: side, looks }
    : { status: side, leaning: null, looks: 0 };
}

function sideOf(ratio: number): DriftSide | null {
  if (ratio > BEYOND) return 'worse';
  return ratio < 1 / BEYOND ? 'better' : null;
}

function isOver(status: DriftSide | null, ratio: number): boolean {
  return status === 'worse' ? ratio < WITHIN : status === 'better' && ratio > 1 / WITHIN;
}
