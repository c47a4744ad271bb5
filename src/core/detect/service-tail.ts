import * as z from 'zod';
import { present, quantileOfSorted } from '../math/statistics.ts';

/** What distances usually are, on the scale where they are close to a normal distribution. */
export const UsualDistanceSchema = z.strictObject({
  /** That a squared distance is raised to. */
  power: z.number().positive(),
  centre: z.number(),
  spread: z.number().positive(),
});

export type UsualDistance = z.infer<typeof UsualDistanceSchema>;

/** One usual row in twenty lies beyond. Farther out, incidents in the training time would count. */
const OUTER = 0.95;
/** The standard normal distribution's quantile of `OUTER`. */
const OUTER_SIGMA = 1.6448536269514722;
const LEAST_POWER = 0.01;
const LARGEST_POWER = 0.5;
/** Training days from which on distances are taken as they were. */
const DAYS_TO_KNOW = 14;
/** Halvings of the range of powers: to three digits. */
const HALVINGS = 12;
/** For training rows that all are the same. */
const LEAST_SPREAD = 1e-6;

/**
 * Learns the scale on which distances become multiples of sigma: a power of the squared distance that
 * makes usual ones symmetric, near 1/3 for independent normal deviations (Wilson & Hilferty 1931, "The
 * distribution of chi-square", PNAS 17, 684-688; Jackson & Mudholkar 1979 for residuals), smaller the
 * heavier the tail. Power, middle and spread come from the quantiles 0.05, 0.5 and 0.95 alone, so that
 * incidents in some per cent of the training rows do not hide the next ones, as they would in an
 * empirical tail.
 *
 * A few days show few of the states that a service has (a weekend, a new version), so that below two
 * weeks the training distances are taken as larger than they were: squared, by the square root of
 * 14 days / `days`.
 *
 * @param squared - distances of rows that were not judged by themselves; NaN is passed over
 * @param days - how long the training time was
 */
export function usualDistance(squared: Float64Array, days: number): UsualDistance {
  const share = Math.min(1, Math.sqrt(days / DAYS_TO_KNOW));
  const sorted = present(squared)
    .map((distance) => distance / share)
    .sort();
  if (sorted.length === 0) return { power: 1 / 3, centre: 0, spread: 1 };
  const lower = quantileOfSorted(sorted, 1 - OUTER);
  const middle = quantileOfSorted(sorted, 0.5);
  const upper = quantileOfSorted(sorted, OUTER);
  const power = symmetricPower(lower, middle, upper);
  const centre = middle ** power;
  return { power, centre, spread: Math.max(LEAST_SPREAD, (upper ** power - centre) / OUTER_SIGMA) };
}

/** A squared distance as multiples of sigma: 0 up to the usual middle, NaN stays NaN. */
export function sigmas({ power, centre, spread }: UsualDistance, squared: number): number {
  return Math.max(0, (squared ** power - centre) / spread);
}

/** The power that puts `middle` half-way between the two others; the nearest that is allowed. */
function symmetricPower(lower: number, middle: number, upper: number): number {
  let low = LEAST_POWER;
  let high = LARGEST_POWER;
  for (let i = 0; i < HALVINGS; i++) {
    const power = (low + high) / 2;
    const isSkewedUp = upper ** power + lower ** power > 2 * middle ** power;
    if (isSkewedUp) high = power;
    else low = power;
  }
  return (low + high) / 2;
}
