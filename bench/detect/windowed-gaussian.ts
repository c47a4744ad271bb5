/** NAB's settings: the values that mean and deviation are of, and how often they move on. */
const WINDOW_ROWS = 6_400;
const STRIDE_ROWS = 100;
/** NAB's deviation of a window that never moved. */
const LEAST_DEVIATION = 1e-6;

/**
 * A baseline after NAB's `windowedGaussian`: how many deviations a value lies from the mean of up to
 * 6,400 values before it. The window grows by each value until it is full, then moves by 100.
 *
 * Scores are z/(1+z) where NAB has a tail probability: the order is the same, but nothing rounds to 1
 * from 8 deviations on.
 *
 * @param values - finite
 * @returns a score in [0, 1) a row, from values at or before it; 0 at the first
 */
export function windowedGaussianScores(values: Float64Array): Float64Array {
  const scores = new Float64Array(values.length);
  let from = 0;
  let window = { count: 0, mean: 0, squares: 0 };
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (window.count > 0) {
      const deviation = Math.sqrt(window.squares / window.count) || LEAST_DEVIATION;
      const z = Math.abs(value - window.mean) / deviation;
      scores[i] = z / (1 + z);
    }
    if (window.count < WINDOW_ROWS) window = withValue(window, value);
    else if (i + 1 - from === WINDOW_ROWS + STRIDE_ROWS) {
      from += STRIDE_ROWS;
      window = momentsOf(values.subarray(from, i + 1));
    }
  }
  return scores;
}

/** Count, mean, and the sum of squared distances from it. */
interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
}

/** One value more (Welford 1962): no sum of large squares, so none of their rounding. */
function withValue({ count, mean, squares }: Moments, value: number): Moments {
  const next = mean + (value - mean) / (count + 1);
  return { count: count + 1, mean: next, squares: squares + (value - mean) * (value - next) };
}

function momentsOf(values: Float64Array): Moments {
  return values.reduce<Moments>(withValue, { count: 0, mean: 0, squares: 0 });
}
