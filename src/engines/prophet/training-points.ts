import { DAY } from '#core/time.ts';

/** What a fit learns from: present values and the moments they stand for. */
export interface TrainingPoints {
  /** `EpochMs`, ascending. */
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Most points of one fit. */
export const MAX_POINTS = 4000;

/** A history of this length is always seen whole: four weeks, so four of each weekday. */
const WINDOW_MS = 28 * DAY;

/**
 * The newest part of a history, thinned so that a fit stays fast: 28 days (or more, as far as
 * `MAX_POINTS` reach) in at most `MAX_POINTS` means over equal blocks of steps, the last block ending
 * at the cutoff. A mean stands for the mean time of its values; missing values are left out, and
 * blocks without any value. On a grid of five minutes a block is three steps once the history is
 * longer than four weeks, on an hourly grid one. The mean over a quarter of an hour takes 0.3 % off a
 * wave of six hours, the fastest there is.
 *
 * @param start - `EpochMs` of the first value
 * @param step - milliseconds between values
 * @param values - NaN = missing
 */
export function trainingPoints(start: number, step: number, values: Float64Array): TrainingPoints {
  const seen = Math.min(values.length, Math.ceil(WINDOW_MS / step));
  const block = Math.ceil(seen / MAX_POINTS);
  const blocks = Math.min(MAX_POINTS, Math.ceil(values.length / block));
  const times: number[] = [];
  const means: number[] = [];
  for (let b = blocks; b > 0; b--) {
    const to = values.length - (b - 1) * block;
    let sum = 0;
    let steps = 0;
    let count = 0;
    for (let i = Math.max(0, to - block); i < to; i++) {
      if (Number.isNaN(values[i]!)) continue;
      sum += values[i]!;
      steps += i;
      count++;
    }
    if (count === 0) continue;
    times.push(start + (steps / count) * step);
    means.push(sum / count);
  }
  return { times: Float64Array.from(times), values: Float64Array.from(means) };
}
