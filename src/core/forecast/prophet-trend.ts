import * as z from 'zod';

/**
 * A line that bends at each changepoint, in a time of its own: 0 at the first value learned from, 1
 * at the last.
 */
export const ProphetTrendSchema = z.strictObject({
  /** Growth in one unit of time before the first changepoint. */
  slope: z.number(),
  /** Value at time 0. */
  offset: z.number(),
  /** By how much the slope changes, and when; ascending in `at`. */
  changepoints: z.array(z.strictObject({ at: z.number(), change: z.number() })),
});

export type ProphetTrend = z.infer<typeof ProphetTrendSchema>;

/**
 * The trend at `time`: `offset + slope × t + Σ change_j × max(0, t - at_j)`, so past the last
 * changepoint the last slope goes on (Taylor & Letham 2018, "Forecasting at scale", section 3.1.2).
 *
 * @example
 * ```ts
 * trendAt({ slope: 1, offset: 2, changepoints: [{ at: 0.5, change: -1 }] }, 0.25); // => 2.25
 * trendAt({ slope: 1, offset: 2, changepoints: [{ at: 0.5, change: -1 }] }, 3); // => 2.5
 * ```
 */
export function trendAt({ slope, offset, changepoints }: ProphetTrend, time: number): number {
  let value = offset + slope * time;
  for (const { at, change } of changepoints) {
    if (at >= time) break;
    value += change * (time - at);
  }
  return value;
}
