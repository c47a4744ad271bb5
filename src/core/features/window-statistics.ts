/** Statistics of windows that end at one row, an entry a window. Overwritten by the next row. */
export interface WindowStatistics {
  readonly means: Float64Array;
  /** Sample standard deviations (n − 1), NaN below two values. */
  readonly deviations: Float64Array;
  readonly minima: Float64Array;
  readonly maxima: Float64Array;
}

/**
 * Describes the last values up to and including a row, over several window lengths in one pass back
 * from it. Every row is computed from its own window alone, so no rounding is carried along and a row
 * has the same bits wherever the computation began. Missing values are passed over; a window with
 * fewer than `leastPresent` values says NaN.
 *
 * @param sizes - window lengths in rows, ascending
 * @param leastPresent - values that a window of this length must hold
 * @returns what describes row `end` of `values`; nothing before index 0 is read when `end` is at
 *   least the longest window − 1
 * @example
 * ```ts
 * const statisticsAt = windowStatistics([2, 3], (size) => size - 1);
 * const values = Float64Array.of(4, NaN, 1, 3);
 * statisticsAt(values, 3).means; // => [2, 2]
 * statisticsAt(values, 2).means; // => [1, 2.5]
 * ```
 */
export function windowStatistics(
  sizes: readonly number[],
  leastPresent: (size: number) => number,
): (values: Float64Array, end: number) => WindowStatistics {
  const column = () => new Float64Array(sizes.length);
  const statistics = { means: column(), deviations: column(), minima: column(), maxima: column() };
  const { means, deviations, minima, maxima } = statistics;
  const least = sizes.map(leastPresent);
  return (values, end) => {
    let base = Number.NaN;
    let sum = 0;
    let squares = 0;
    let count = 0;
    let lowest = Infinity;
    let highest = -Infinity;
    let i = end;
    for (let k = 0; k < sizes.length; k++) {
      for (const before = end - sizes[k]!; i > before; i--) {
        const value = values[i]!;
        if (Number.isNaN(value)) continue;
        // Differences from a value of the window: exact for a constant, and the subtraction of the
        // squares below cancels by a factor of the count at most, however far from zero the values.
        if (count === 0) base = value;
        const away = value - base;
        sum += away;
        squares += away * away;
        count++;
        if (value < lowest) lowest = value;
        if (value > highest) highest = value;
      }
      const isKnown = count > 0 && count >= least[k]!;
      means[k] = isKnown ? base + sum / count : Number.NaN;
      deviations[k] =
        isKnown && count > 1
          ? Math.sqrt(Math.max(0, squares - (sum * sum) / count) / (count - 1))
          : Number.NaN;
      minima[k] = isKnown ? lowest : Number.NaN;
      maxima[k] = isKnown ? highest : Number.NaN;
    }
    return statistics;
  };
}
