/**
 * The recent values of a series relative to the last of them, with running sums, so that means over
 * any part cost the same. Relative values make everything taken from here free of the level.
 */
export interface RecentWindow {
  readonly length: number;
  /** The last value, which is present: what all others are relative to. */
  readonly last: number;
  /** `values[i]` minus `last`; NaN = missing. */
  readonly values: Float64Array;
  /** Mean over `[from, to)`; NaN when it begins before the window or half of it is missing. */
  mean(from: number, to: number): number;
  /** Standard deviation over `[from, to)`, dividing by the count; NaN as for the mean. */
  deviation(from: number, to: number): number;
}

/** @param recent - ends with a value that is present */
export function recentWindow(recent: Float64Array): RecentWindow {
  const { length } = recent;
  const last = recent[length - 1]!;
  const values = recent.map((value) => value - last);
  const sums = new Float64Array(length + 1);
  const squares = new Float64Array(length + 1);
  const counts = new Int32Array(length + 1);
  for (let i = 0; i < length; i++) {
    const isPresent = !Number.isNaN(values[i]!);
    const value = isPresent ? values[i]! : 0;
    sums[i + 1] = sums[i]! + value;
    squares[i + 1] = squares[i]! + value * value;
    counts[i + 1] = counts[i]! + (isPresent ? 1 : 0);
  }
  const presentIn = (from: number, to: number) => {
    if (from < 0 || to > length) return 0;
    const count = counts[to]! - counts[from]!;
    return 2 * count > to - from ? count : 0;
  };
  return {
    length,
    last,
    values,
    mean(from, to) {
      const count = presentIn(from, to);
      return count === 0 ? Number.NaN : (sums[to]! - sums[from]!) / count;
    },
    deviation(from, to) {
      const count = presentIn(from, to);
      if (count === 0) return Number.NaN;
      const centre = (sums[to]! - sums[from]!) / count;
      const variance = (squares[to]! - squares[from]!) / count - centre * centre;
      return Math.sqrt(Math.max(0, variance));
    },
  };
}
