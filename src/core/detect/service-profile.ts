/** The medians of a column in each slot of the day. */
export interface DailyProfile {
  readonly medians: Float64Array;
  /**
   * Every value less the median of the *other* values of its slot, so that no value is judged by
   * itself; NaN where a slot holds no other.
   */
  readonly leftOut: Float64Array;
}

/**
 * What a column usually is at each time of the day: nightly backups and the like are no anomaly.
 *
 * @param values - without gaps
 * @param slots - of each value, 0 … `slotCount` − 1; a slot that was never seen gets the median of all
 */
export function dailyProfile(
  values: Float64Array,
  slots: Int32Array,
  slotCount: number,
): DailyProfile {
  const members: number[][] = Array.from({ length: slotCount }, () => []);
  for (let i = 0; i < values.length; i++) members[slots[i]!]!.push(i);
  const medians = new Float64Array(slotCount);
  const leftOut = new Float64Array(values.length);
  const whole = middleWithout(Float64Array.from(values).sort(), -1);
  for (const [slot, rows] of members.entries()) {
    rows.sort((a, b) => values[a]! - values[b]! || a - b);
    const sorted = Float64Array.from(rows, (i) => values[i]!);
    medians[slot] = rows.length === 0 ? whole : middleWithout(sorted, -1);
    for (const [rank, i] of rows.entries()) leftOut[i] = values[i]! - middleWithout(sorted, rank);
  }
  return { medians, leftOut };
}

/** The median of ascending values without the one of this rank; of all when there is none. */
function middleWithout(sorted: Float64Array, rank: number): number {
  const without = rank >= 0;
  const last = sorted.length - (without ? 2 : 1);
  if (last < 0) return Number.NaN;
  const at = (index: number) => sorted[without && index >= rank ? index + 1 : index]!;
  return (at(last >> 1) + at((last + 1) >> 1)) / 2;
}
