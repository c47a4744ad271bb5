import * as z from 'zod';
import { decodeFloat32, encodeFloat32 } from '../math/float32-base64.ts';
import { DAY, type DurationMs, type EpochMs } from '../time.ts';

export const DailyCourseStateSchema = z.strictObject({
  /** Mean of each slot of the day as 32-bit floats in base64, NaN where nothing was seen. */
  means: z.string().max(4_096),
  /** Days seen in each slot, counted up to the rule's need, one digit a slot. */
  days: z
    .string()
    .regex(/^[0-4]+$/)
    .max(288),
  /** The slot that was taught last, counted from the epoch on; null: none was yet. */
  taught: z.int().nullable(),
});
export type DailyCourseState = z.infer<typeof DailyCourseStateSchema>;

/** What a metric usually is at each time of the day (UTC), learned as the days go by. */
export interface DailyCourse {
  /** What was usual at this time of day before `value`, NaN before two days of it; then learns `value`. */
  expect(at: EpochMs, value: number): number;
  toState(): DailyCourseState;
}

/** Slots a day at most: at finer steps, neighbours share one, which the first value of a day teaches. */
const MAX_SLOTS = 288;
const ENOUGH_DAYS = 2;
/** The newest day counts this much once there are enough: the last week decides. */
const LEARNING_RATE = 0.25;
/** From here on 1 / days is below the learning rate. */
const COUNTED_DAYS = 1 / LEARNING_RATE;

/** An exponentially weighted mean for each slot of the day; the first days count equally. */
export function dailyCourse(step: DurationMs, state?: DailyCourseState): DailyCourse {
  const slots = slotsADay(step);
  const means = state ? decodeFloat32(state.means) : new Float32Array(slots).fill(Number.NaN);
  const days = Uint8Array.from(state ? state.days : new Array(slots).fill(0), Number);
  let taught = state?.taught ?? null;
  if (means.length !== slots || days.length !== slots) {
    throw new RangeError(`a day has ${slots} slots, the state has ${means.length}`);
  }
  return {
    expect(at, value) {
      const slot = Math.floor((at % DAY) / (DAY / slots)) % slots;
      const slotSinceEpoch = Math.floor(at / DAY) * slots + slot;
      const seen = days[slot]!;
      const expected = seen >= ENOUGH_DAYS ? means[slot]! : Number.NaN;
      if (!Number.isNaN(value) && slotSinceEpoch !== taught) {
        taught = slotSinceEpoch;
        const weight = Math.max(LEARNING_RATE, 1 / (seen + 1));
        means[slot] = seen === 0 ? value : means[slot]! + weight * (value - means[slot]!);
        days[slot] = Math.min(COUNTED_DAYS, seen + 1);
      }
      return expected;
    },
    toState: () => ({ means: encodeFloat32(means), days: days.join(''), taught }),
  };
}

function slotsADay(step: DurationMs): number {
  return Math.max(1, Math.min(MAX_SLOTS, Math.floor(DAY / step)));
}
