import type { Variogram } from './variogram.ts';

/** How much of what varies within a cycle repeats with it. */
export interface Dip {
  /** 0 when nothing repeats, 1 when everything does; below 0 when the cycle makes it worse. */
  readonly strength: number;
  /** Of `log(1 − strength)`, for Gaussian values without a cycle. */
  readonly standardError: number;
}

/** A dip is lower than anything within this share of its distance. */
const NEIGHBOURHOOD = 1 / 8;

/**
 * Distances at which the variogram is lower than anywhere within an eighth of them: what a cycle of
 * that length leaves.
 *
 * @returns ascending, from 2 to `longest`
 */
export function dipsOf({ halfSquares }: Variogram, longest: number): readonly number[] {
  const lengths: number[] = [];
  for (let length = 2; length <= longest; length++) {
    const reach = Math.max(1, Math.floor(length * NEIGHBOURHOOD));
    if (isLowest(halfSquares, length, reach)) lengths.push(length);
  }
  return lengths;
}

/**
 * The distance next to a dip whose multiples lie lowest: at m cycles a step too many shows m times. A
 * wide dip is moved by noise, its multiples by less.
 *
 * @param within - how far off it may be
 */
export function sharpened({ halfSquares }: Variogram, dip: number, within: number): number {
  const cycles = Math.floor((halfSquares.length - 1) / (dip + within));
  let best = { length: dip, sum: Infinity };
  for (let off = -Math.floor(within); off <= within; off++) {
    let sum = 0;
    for (let m = 1; m <= cycles; m++) sum += halfSquares[m * (dip + off)]!;
    if (sum < best.sum) best = { length: dip + off, sum };
  }
  return best.length;
}

/** Lower than something around and higher than nothing. NaN, a distance without pairs, is neither. */
function isLowest(values: Float64Array, at: number, reach: number): boolean {
  const value = values[at]!;
  let isDip = false;
  for (let i = Math.max(1, at - reach); i <= Math.min(values.length - 1, at + reach); i++) {
    if (values[i]! < value) return false;
    if (values[i]! > value) isDip = true;
  }
  return isDip;
}

/**
 * How deep the variogram dips at `length`: `1 − γ(length) / mean γ(k)` over a whole cycle of k around
 * it, looking only at multiples of `part`.
 *
 * @param repeats - how many multiples of the length must dip as well; the shallowest counts
 */
export function dipAt(gamma: Variogram, length: number, part: number, repeats: number): Dip {
  let strength = Infinity;
  let pairs = 0;
  for (let m = 1; m <= repeats && (m === 1 || m * length + length / 2 < gamma.pairs.length); m++) {
    strength = Math.min(strength, strengthAt(gamma, m * length, length, part));
    pairs += gamma.pairs[m * length]!;
  }
  // A mean of n squares of a Gaussian sequence with autocorrelation ρ has a relative variance of
  // 2 (1 + 2 Σ ρ²) / n (Bartlett 1946).
  return { strength, standardError: Math.sqrt((2 * overlap(gamma, length)) / pairs) };
}

/** `1 − γ(at) / mean γ` over the multiples of `part` within half a cycle of `at`. */
function strengthAt({ halfSquares }: Variogram, at: number, cycle: number, part: number): number {
  const reach = Math.floor(cycle / 2 / part);
  let sum = 0;
  let count = 0;
  for (let j = -reach; j <= reach; j++) {
    const around = halfSquares[at + j * part];
    if (j === 0 || at + j * part < 1 || around === undefined || Number.isNaN(around)) continue;
    sum += around;
    count++;
  }
  return sum > 0 ? 1 - (halfSquares[at]! * count) / sum : 0;
}

/**
 * `1 + 2 Σ ρ(k)²` of the differences over `length` steps, up to where they are uncorrelated. Their
 * covariance is `γ(length + k) + γ(length − k) − 2 γ(k)`, in which the season itself cancels.
 */
function overlap({ halfSquares }: Variogram, length: number): number {
  let sum = 1;
  if (halfSquares[length] === 0) return sum;
  for (let k = 1; k < length && length + k < halfSquares.length; k++) {
    const covariance = halfSquares[length + k]! + halfSquares[length - k]! - 2 * halfSquares[k]!;
    const correlation = covariance / (2 * halfSquares[length]!);
    if (!(correlation > 0)) break;
    sum += 2 * correlation * correlation;
  }
  return sum;
}
