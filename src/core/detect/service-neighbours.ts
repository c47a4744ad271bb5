/** The nearest of some rows. */
export interface Nearest {
  /** Mean squared distance to them; NaN when there are none. */
  readonly squared: number;
  /** The mean of them. */
  readonly centre: Float64Array;
}

/**
 * Finds the `count` rows of `reference` (one after another, as long as `row`) that are nearest to
 * `row`, the earlier one of two that are as near.
 *
 * @param withoutItself - whether rows that equal `row` are passed over
 * @example
 * ```ts
 * const reference = Float64Array.of(0, 0, 3, 4, 9, 9);
 * nearestRows(Float64Array.of(0, 0), reference, 2); // => { squared: 12.5, centre: [1.5, 2] }
 * nearestRows(Float64Array.of(0, 0), reference, 1, true).squared; // => 25
 * ```
 */
export function nearestRows(
  row: Float64Array,
  reference: Float64Array,
  count: number,
  withoutItself = false,
): Nearest {
  const size = row.length;
  const distances = new Float64Array(count).fill(Infinity);
  const starts = new Int32Array(count);
  for (let start = 0; start < reference.length; start += size) {
    const limit = distances[count - 1]!;
    let squared = 0;
    for (let j = 0; j < size && squared < limit; j++) {
      squared += (row[j]! - reference[start + j]!) ** 2;
    }
    if (squared >= limit || (withoutItself && squared === 0)) continue;
    let at = count - 1;
    for (; at > 0 && distances[at - 1]! > squared; at--) {
      distances[at] = distances[at - 1]!;
      starts[at] = starts[at - 1]!;
    }
    distances[at] = squared;
    starts[at] = start;
  }
  const found = distances.filter((distance) => distance < Infinity).length;
  const centre = Float64Array.from(row, (_, j) => {
    let sum = 0;
    for (let k = 0; k < found; k++) sum += reference[starts[k]! + j]!;
    return sum / found;
  });
  const sum = distances.subarray(0, found).reduce((total, distance) => total + distance, 0);
  return { squared: sum / found, centre };
}
