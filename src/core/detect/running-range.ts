import * as z from 'zod';

export const RunningRangeStateSchema = z.strictObject({
  /** null: nothing was seen yet. */
  bounds: z.tuple([z.number(), z.number(), z.number()]).nullable(),
});
export type RunningRangeState = z.infer<typeof RunningRangeStateSchema>;

/** Everything a number has ever been, and slowly forgotten again. */
export interface RunningRange {
  /**
   * How far `value` lies outside of what was seen before it, in widths of that range: 0 inside it,
   * and while the range has no width. The range then takes the value in. A missing value is 0 and
   * leaves the range alone.
   */
  exceed(value: number): number;
  toState(): RunningRangeState;
}

/** Rows after which half of the distance from a bound to the mean is forgotten: three months of 5 minutes. */
const HALF_LIFE_ROWS = 28_000;
const FORGET = 1 - 2 ** (-1 / HALF_LIFE_ROWS);

/**
 * Follows the smallest and the largest value. Both move towards the slow mean of the values with a
 * half-life of weeks, so that one extreme value does not blind the detector for ever.
 *
 * @param isTwoSided - false: only values above the range exceed it
 * @example
 * ```ts
 * const range = runningRange({ isTwoSided: true });
 * [10, 20, 20, 25].map((value) => Math.round(range.exceed(value) * 100)); // => [0, 0, 0, 50]
 * ```
 */
export function runningRange(
  { isTwoSided }: { readonly isTwoSided: boolean },
  state: RunningRangeState = { bounds: null },
): RunningRange {
  let [low, high, centre] = state.bounds ?? [Number.NaN, Number.NaN, Number.NaN];
  return {
    exceed(value) {
      if (Number.isNaN(value)) return 0;
      if (Number.isNaN(low)) {
        low = value;
        high = value;
        centre = value;
        return 0;
      }
      const width = high - low;
      const beyond = Math.max(value - high, isTwoSided ? low - value : 0);
      centre += FORGET * (value - centre);
      low = Math.min(value, low + FORGET * (centre - low));
      high = Math.max(value, high - FORGET * (high - centre));
      return beyond > 0 && width > 0 ? beyond / width : 0;
    },
    toState: () => ({ bounds: Number.isNaN(low) ? null : [low, high, centre] }),
  };
}
