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
  return Float64Array.from(values, (value) => Math.min(maximum, Math.max(minimum, value)));
}
