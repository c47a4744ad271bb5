/**
 * Small statistics over values in which NaN means missing and is passed over. Each answers NaN when
 * there is no value at all.
 */

/** Turns the median absolute deviation of normal values into their standard deviation. */
export const MAD_TO_SIGMA = 1.4826;

/** The values that are present, in a new array. */
export function present(values: ArrayLike<number>): Float64Array {
  const kept = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) kept[count++] = value;
  }
  return kept.slice(0, count);
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? Number.NaN : sum / count;
}

/** Sample standard deviation (n − 1), two passes. NaN below two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  const known = present(values);
  if (known.length < 2) return Number.NaN;
  const centre = mean(known);
  let squares = 0;
  for (const value of known) squares += (value - centre) ** 2;
  return Math.sqrt(squares / (known.length - 1));
}

/**
 * The quantile of values that are already ascending and hold no NaN, interpolated between order
 * statistics (Hyndman & Fan 1996, type 7; R's and NumPy's default).
 *
 * @param q - in [0, 1]
 * @example
 * ```ts
 * quantileOfSorted([1, 2, 3, 4], 0.5); // => 2.5
 * ```
 */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const lower = sorted[below]!;
  const upper = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return lower + (upper - lower) * (position - below);
}

/** The quantile of unsorted values, NaN passed over (type 7). */
export function quantile(values: ArrayLike<number>, q: number): number {
  const known = present(values);
  const position = Math.max(0, known.length - 1) * q;
  const below = Math.floor(position);
  arrange(known, below);
  const lower = known[below] ?? Number.NaN;
  let upper = below + 1 < known.length ? Infinity : lower;
  for (let i = below + 1; i < known.length; i++) upper = Math.min(upper, known[i]!);
  return lower + (upper - lower) * (position - below);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Puts the value of a rank, counted from 0, at its index, and none greater before it (Hoare 1961). */
function arrange(values: Float64Array, rank: number): void {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = middleOf(values[left]!, values[(left + right) >> 1]!, values[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const held = values[i]!;
      values[i++] = values[j]!;
      values[j--] = held;
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else return;
  }
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
