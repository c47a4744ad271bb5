import { fft } from './fft.ts';

/** How much values that lie so many steps apart differ. Index = steps. */
export interface Variogram {
  /** Half the mean squared difference; NaN where no pair has both values. */
  readonly halfSquares: Float64Array;
  /** Pairs with both values. */
  readonly pairs: Float64Array;
}

/** Differences this small beside the largest are what the transforms leave of none at all. */
const ROUNDING = 1e-12;

/**
 * The empirical variogram `γ(k) = Σ (x[t + k] − x[t])² / (2 n(k))` over the `n(k)` pairs that are not
 * missing (Matheron 1963), for k = 0 … `longest`. Unlike the autocorrelation it needs no mean, so a
 * drifting level does not distort it, and gaps only leave out pairs.
 *
 * Computed by three Fourier transforms: `Σ (x[t + k] − x[t])²` is made of three correlations, of x
 * with itself and of x² with the mask of what is present.
 *
 * @param values - NaN = missing
 * @param longest - largest distance, 0 or more
 */
export function variogram(values: Float64Array, longest: number): Variogram {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, values.length + longest + 1)));
  const { centre, spread } = extent(values);
  const x = new Float64Array(size);
  const mask = new Float64Array(size);
  const squares = new Float64Array(size);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    // On the scale of the mask, whose rounding they share.
    x[i] = spread > 0 ? (values[i]! - centre) / spread : 0;
    mask[i] = 1;
    squares[i] = x[i]! * x[i]!;
  }
  const squaresIm = new Float64Array(size);
  fft(x, mask);
  fft(squares, squaresIm);
  // x and the mask were real, so the transform of x + i·mask holds both: X = (Z[k] + Z̄[−k]) / 2 and
  // M = (Z[k] − Z̄[−k]) / 2i. The two spectra wanted are real and even, so one inverse serves both.
  const sums = new Float64Array(size);
  const counts = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    const mirror = (size - k) & (size - 1);
    const xRe = (x[k]! + x[mirror]!) / 2;
    const xIm = (mask[k]! - mask[mirror]!) / 2;
    const mRe = (mask[k]! + mask[mirror]!) / 2;
    const mIm = (x[mirror]! - x[k]!) / 2;
    sums[k] = 2 * (squares[k]! * mRe + squaresIm[k]! * mIm) - 2 * (xRe * xRe + xIm * xIm);
    counts[k] = mRe * mRe + mIm * mIm;
  }
  fft(counts, sums);
  const halfSquares = new Float64Array(longest + 1);
  const pairs = new Float64Array(longest + 1);
  let highest = 0;
  for (let k = 0; k <= longest; k++) {
    pairs[k] = Math.round(counts[k]! / size);
    halfSquares[k] = pairs[k]! > 0 ? sums[k]! / size / (2 * pairs[k]!) : Number.NaN;
    if (halfSquares[k]! > highest) highest = halfSquares[k]!;
  }
  for (let k = 0; k <= longest; k++) {
    if (halfSquares[k]! < highest * ROUNDING) halfSquares[k] = 0;
    else halfSquares[k]! *= spread * spread;
  }
  return { halfSquares, pairs };
}

/** The middle of the range of the values, and its width. */
function extent(values: Float64Array): { readonly centre: number; readonly spread: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { centre: (low + high) / 2, spread: high - low } : { centre: 0, spread: 0 };
}
