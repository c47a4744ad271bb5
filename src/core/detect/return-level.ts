import * as z from 'zod';
import { quantileOfSorted } from '../math/statistics.ts';
import { type DurationMs, durationMs, HOUR } from '../time.ts';

/** How large the greatest value of a block usually is: Gumbel's location and scale. */
export const ExtremesSchema = z.strictObject({
  location: z.number(),
  scale: z.number().positive(),
});
export type Extremes = z.infer<typeof ExtremesSchema>;

/** Values are looked at in blocks of this length: longer than what one disturbance lasts. */
export const BLOCK: DurationMs = durationMs(6 * HOUR);
/** Blocks that tell something. */
const MIN_BLOCKS = 12;
/**
 * The part of the block maxima that is fitted. Incidents among the training data fill the upper end,
 * gaps the lower one.
 */
const FITTED = { from: 0.2, to: 0.7 } as const;
/** A narrower distribution than this, in the unit of the values, is an accident of few blocks. */
const MIN_SCALE = 0.15;

/**
 * Fits Gumbel's distribution to the maxima of blocks by two of their quantiles (Coles 2001, An
 * Introduction to Statistical Modeling of Extreme Values, chapter 3). Values are rarities or like them:
 * beyond the usual, 1 more is about e times rarer.
 *
 * @returns undefined below 12 blocks that hold a value
 */
export function fitExtremes(values: Float64Array, step: DurationMs): Extremes | undefined {
  const size = Math.max(1, Math.round(BLOCK / step));
  const maxima: number[] = [];
  for (let from = 0; from + size <= values.length; from += size) {
    let greatest = Number.NaN;
    for (let i = from; i < from + size; i++) {
      if (!(greatest >= values[i]!) && !Number.isNaN(values[i]!)) greatest = values[i]!;
    }
    if (!Number.isNaN(greatest)) maxima.push(greatest);
  }
  if (maxima.length < MIN_BLOCKS) return undefined;
  const sorted = Float64Array.from(maxima).sort();
  const low = quantileOfSorted(sorted, FITTED.from);
  const high = quantileOfSorted(sorted, FITTED.to);
  const scale = Math.max(MIN_SCALE, (high - low) / (reduced(FITTED.to) - reduced(FITTED.from)));
  const location = (low + high) / 2 - (scale * (reduced(FITTED.from) + reduced(FITTED.to))) / 2;
  return { location, scale };
}

/** The value that is reached once in `period` on average. @param period - longer than a block */
export function returnLevel({ location, scale }: Extremes, period: DurationMs): number {
  return location + scale * reduced(1 - BLOCK / period);
}

/** Gumbel's quantile function for location 0 and scale 1. */
function reduced(probability: number): number {
  return -Math.log(-Math.log(probability));
}
