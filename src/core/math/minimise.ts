/** Where a function is smallest, and how small. */
export interface Minimum {
  readonly at: number;
  readonly value: number;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The smallest value of a function of one variable on `[low, high]`: a grid finds the valley (the
 * function may have several), golden-section search its bottom (Kiefer 1953). Among equal grid
 * points the highest wins.
 *
 * @param options.gridPoints - 2 or more, spread evenly, both ends included
 * @param options.tolerance - width of the bracket at which the search ends
 * @throws {RangeError} when the interval is empty or the grid has fewer than two points
 */
export function minimise(
  f: (x: number) => number,
  low: number,
  high: number,
  options: { readonly gridPoints?: number; readonly tolerance?: number } = {},
): Minimum {
  const { gridPoints = 21, tolerance = 1e-7 } = options;
  if (!(low < high) || gridPoints < 2) {
    throw new RangeError(`cannot search [${low}, ${high}] with ${gridPoints} grid points`);
  }
  const width = (high - low) / (gridPoints - 1);
  let best: Minimum = { at: high, value: f(high) };
  for (let i = gridPoints - 2; i >= 0; i--) {
    const at = low + i * width;
    const value = f(at);
    if (value < best.value) best = { at, value };
  }
  let left = Math.max(low, best.at - width);
  let right = Math.min(high, best.at + width);
  let x1 = right - GOLDEN * (right - left);
  let x2 = left + GOLDEN * (right - left);
  let f1 = f(x1);
  let f2 = f(x2);
  while (right - left > tolerance) {
    if (f1 < f2) {
      right = x2;
      x2 = x1;
      f2 = f1;
      x1 = right - GOLDEN * (right - left);
      f1 = f(x1);
    } else {
      left = x1;
      x1 = x2;
      f1 = f2;
      x2 = left + GOLDEN * (right - left);
      f2 = f(x2);
    }
  }
  const bottom = f1 < f2 ? { at: x1, value: f1 } : { at: x2, value: f2 };
  // On a flat function rounding decides between the two: then the grid's point stays.
  return bottom.value < best.value ? bottom : best;
}
