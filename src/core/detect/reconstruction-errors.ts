import * as z from 'zod';
import { MAD_TO_SIGMA, median, quantile } from '../math/statistics.ts';

/** What errors usually are around one level of the prediction, all in the metric's unit. */
export const ErrorLevelSchema = z.strictObject({
  /** Where: the median of the predictions. */
  predicted: z.number(),
  /** Median of actual − predicted. */
  bias: z.number(),
  /** Their spread, as the standard deviation of a normal distribution. */
  scale: z.number().positive(),
});

export type ErrorLevel = z.infer<typeof ErrorLevelSchema>;

/** Predictions of held-out rows and what came, pair by pair. */
export interface HeldOut {
  readonly predicted: Float64Array;
  readonly actual: Float64Array;
}

/** Cases a level has at least, and levels at most. */
const LEVEL_CASES = 100;
const MAX_LEVELS = 8;

/** A share of normal errors, and how many standard deviations all of these are below. */
interface Outer {
  readonly share: number;
  readonly sigmas: number;
}

const OUTER: Outer = { share: 0.9, sigmas: 1.6448536269514722 };
const FAR_OUTER: Outer = { share: 0.975, sigmas: 2.241402727604947 };

/**
 * Learns how far predictions are off by how high they are: a busy service misses by more than an idle
 * one. The cases are cut into levels of as many cases each, by their prediction.
 *
 * The spread is 1.4826 × the median absolute deviation from the bias, or the quantile 0.9 of the
 * deviations / 1.645 where that is larger, because errors have longer tails than the normal
 * distribution; so incidents in up to a tenth of a level's cases do not hide the next ones.
 *
 * @param floor - smallest spread
 * @returns ascending in `predicted`; one level or more
 */
export function errorLevels({ predicted, actual }: HeldOut, floor: number): ErrorLevel[] {
  const order = Array.from(predicted, (_, i) => i).sort((a, b) => predicted[a]! - predicted[b]!);
  const count = Math.max(1, Math.min(MAX_LEVELS, Math.floor(order.length / LEVEL_CASES)));
  return Array.from({ length: count }, (_, level) => {
    const from = Math.floor((level * order.length) / count);
    const to = Math.floor(((level + 1) * order.length) / count);
    const members = order.slice(from, to);
    const part = {
      predicted: Float64Array.from(members, (i) => predicted[i]!),
      actual: Float64Array.from(members, (i) => actual[i]!),
    };
    return errorOf(part, floor, OUTER);
  });
}

/**
 * The same for a metric that wanders: one spread at all levels, since it is at most of them only once,
 * and by the quantile 0.975 / 2.241, since such a metric starts anew now and then (memory with every
 * deployment) and is then off for hours, more than a tenth of the time, without anything being wrong.
 */
export function wanderingError(cases: HeldOut, floor: number): ErrorLevel {
  return errorOf(cases, floor, FAR_OUTER);
}

function errorOf({ predicted, actual }: HeldOut, floor: number, outer: Outer): ErrorLevel {
  const errors = actual.map((value, i) => value - predicted[i]!);
  const bias = median(errors);
  const deviations = errors.map((error) => Math.abs(error - bias));
  return {
    // JSON has no -0.
    predicted: median(predicted) + 0,
    bias: bias + 0,
    scale: Math.max(
      floor,
      MAD_TO_SIGMA * median(deviations),
      quantile(deviations, outer.share) / outer.sigmas,
    ),
  };
}

/** Between two levels in proportion; beyond the outermost as there. */
export function errorAt(levels: readonly ErrorLevel[], predicted: number): ErrorLevel {
  const above = levels.findIndex((level) => level.predicted >= predicted);
  const right = levels.at(above)!;
  const left = levels[above - 1];
  if (above <= 0 || left === undefined) return { ...right, predicted };
  const share = (predicted - left.predicted) / (right.predicted - left.predicted);
  return {
    predicted,
    bias: left.bias + share * (right.bias - left.bias),
    scale: left.scale + share * (right.scale - left.scale),
  };
}
