/** The smallest and largest value that can be true. A `MetricDefinition` is one. */
export interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * The values moved into the bounds, in a new array. NaN stays NaN.
 *
 * @example
 * ```ts
 * [...clip([-1, 0.5, 2], { minimum: 0, maximum: 1 })]; // => [0, 0.5, 1]
 * ```
 */
export function clip(values: ArrayLike<number>, { minimum, maximum }: Bounds): Float64Array {
  // A loop: every forecast of every backtest comes by, and `from` takes ten times as long.
  const clipped = new Float64Array(values.length);
  for (let i = 0; i < clipped.length; i++) {
    clipped[i] = Math.min(maximum, Math.max(minimum, values[i]!));
  }
  return clipped;
}
