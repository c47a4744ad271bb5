import type { EpochMs } from '../time.ts';

/** The side of a limit that is meant. */
export type Side = 'above' | 'below';

/** The quantiles of one moment of a forecast, ascending in `q`, values never crossing. */
export interface Moment {
  readonly at: EpochMs;
  readonly quantiles: readonly { readonly q: number; readonly value: number }[];
}

/** The probability that the limit was crossed by a time. */
export interface CrossedBy {
  readonly at: EpochMs;
  readonly probability: number;
}

/**
 * When a metric crosses a limit, as a distribution: the probability F(t) that it has by each moment.
 *
 * F(t) is the greatest P(value beyond the limit) of any moment up to t. That is the least it can be,
 * whatever the errors do: having been beyond the limit at one moment is part of having crossed it
 * (the lower Fréchet bound of a union). It is exact where the errors of all moments move together,
 * and too small, so the crossing told too late, where they are independent. What the paths say of one
 * moment alone is used; how errors at two moments depend on each other was never measured.
 *
 * @param moments - in order of time; the whole of a forecast, of one grid or of several
 */
export function crossingDistribution(
  moments: readonly Moment[],
  limit: number,
  side: Side,
): readonly CrossedBy[] {
  let greatest = 0;
  return moments.map(({ at, quantiles }) => {
    greatest = Math.max(greatest, probabilityBeyond(quantiles, limit, side));
    return { at, probability: greatest };
  });
}

/**
 * P(value beyond the limit) of one moment, the quantiles joined by straight lines. Beyond the
 * outermost ones nothing is known: a limit above all of them is passed with probability 0 here, at
 * most 1 − the highest `q` in truth.
 *
 * @example
 * ```ts
 * const path = [{ q: 0.1, value: 10 }, { q: 0.9, value: 50 }];
 * probabilityBeyond(path, 30, 'above'); // => 0.5
 * probabilityBeyond(path, 30, 'below'); // => 0.5
 * probabilityBeyond(path, 60, 'above'); // => 0
 * probabilityBeyond(path, 5, 'above'); // => 1
 * ```
 */
export function probabilityBeyond(
  quantiles: Moment['quantiles'],
  limit: number,
  side: Side,
): number {
  const below = probabilityBelow(quantiles, limit, side);
  return side === 'above' ? 1 - below : below;
}

/** The first moment by which the limit was crossed with probability `p`; undefined within this reach. */
export function crossingQuantile(
  distribution: readonly CrossedBy[],
  p: number,
): EpochMs | undefined {
  return distribution.find(({ probability }) => probability >= p)?.at;
}

/** Whether a value lies beyond a limit: on it is not beyond. */
export function isBeyond(value: number, limit: number, side: Side): boolean {
  return side === 'above' ? value > limit : value < limit;
}

/** Where several quantiles have the limit for their value, the value is on it and not beyond. */
function probabilityBelow(quantiles: Moment['quantiles'], limit: number, side: Side): number {
  const known = quantiles.filter(({ value }) => Number.isFinite(value));
  if (known.length === 0) return side === 'above' ? 1 : 0;
  const under = known.filter(({ value }) => (side === 'above' ? value <= limit : value < limit));
  const before = under[under.length - 1];
  const after = known[under.length];
  if (before === undefined) return 0;
  if (after === undefined) return 1;
  const share = (limit - before.value) / (after.value - before.value);
  return before.q + (after.q - before.q) * Math.min(Math.max(share, 0), 1);
}
