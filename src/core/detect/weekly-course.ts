import * as z from 'zod';
import { decodeFloat32, encodeFloat32 } from '../math/float32-base64.ts';
import { loess } from '../math/loess.ts';
import { MAD_TO_SIGMA, median, present } from '../math/statistics.ts';
import { DAY, type DurationMs, type EpochMs, MINUTE, WEEK } from '../time.ts';

/** What a metric usually is over the week (UTC), in the unit of the values it was learned from. */
export const WeeklyCourseSchema = z.strictObject({
  /** 32-bit floats in base64, as many slots a day for each of seven days from Monday on. */
  slots: z.string().max(16_384),
});
export type WeeklyCourse = z.infer<typeof WeeklyCourseSchema>;

/** Slots a day at most: at finer steps, neighbours share one. */
const MAX_SLOTS = 288;
const DAYS = 7;
/** The epoch began on a Thursday. */
const EPOCH_WEEKDAY = 3;
/** Days of the week that are taken to have one shape, once there are two weeks of them. */
const DAY_TYPES = [
  [0, 1, 2, 3, 4],
  [5, 6],
] as const;
const EVERY_DAY = [[0, 1, 2, 3, 4, 5, 6]] as const;
/** Widths of smoothing: of the shape of a day, and of how a weekday deviates from it. */
const SHAPE_WINDOW = 40 * MINUTE;
const WEEKDAY_WINDOW = 120 * MINUTE;
/** Shares of days and of weeks that are trimmed off on either side of their means. */
const TRIM = { days: 0.15, weeks: 0.25 } as const;
/** A slot that differs this much from its neighbours is an edge, such as a nightly job: it stays. */
const EDGE = 4;

/**
 * Learns the course of a week: the shape of working days and of weekends (of all days alike below two
 * weeks), smoothed but for its edges, and how each day of the week deviates from it. Trimmed means keep
 * incidents out.
 *
 * @param values - `values[i]` is for `start + i * step`, NaN = missing; half a week or more
 * @returns undefined when a day is not a whole number of steps, or some slot was never seen
 */
export function learnWeeklyCourse(
  values: Float64Array,
  start: EpochMs,
  step: DurationMs,
): WeeklyCourse | undefined {
  if (!Number.isInteger(DAY / step)) return undefined;
  const perDay = Math.min(MAX_SLOTS, DAY / step);
  const seen = collect(values, start, step, perDay);
  const hasWeeks = values.length * step >= 2 * WEEK;
  const course = new Float32Array(DAYS * perDay);
  for (const days of hasWeeks ? DAY_TYPES : EVERY_DAY) {
    const raw = Float64Array.from({ length: perDay }, (_, slot) =>
      trimmedMean(
        days.flatMap((day) => seen[day * perDay + slot]!),
        TRIM.days,
      ),
    );
    if (raw.some(Number.isNaN)) return undefined;
    const shape = smoothedButEdges(raw, SHAPE_WINDOW);
    for (const day of days) {
      const deviation = hasWeeks
        ? weekdayDeviation(seen.slice(day * perDay, (day + 1) * perDay), shape)
        : undefined;
      for (let slot = 0; slot < perDay; slot++) {
        course[day * perDay + slot] = shape[slot]! + (deviation?.[slot] ?? 0);
      }
    }
  }
  return { slots: encodeFloat32(course) };
}

/** A course, ready to be asked. */
export interface PreparedCourse {
  at(time: EpochMs): number;
  /** The size of the edge between a time's slot and the one before, 0 where the course is smooth. */
  edge(time: EpochMs): number;
}

/** No course: 0 throughout. */
export const LEVEL_COURSE: PreparedCourse = { at: () => 0, edge: () => 0 };

/** A detector asks for its courses with every row it scores: each is decoded once. */
const prepared = new WeakMap<WeeklyCourse, PreparedCourse>();

/** @throws {RangeError} when the slots are not those of whole days */
export function prepareCourse(course: WeeklyCourse): PreparedCourse {
  const known = prepared.get(course) ?? decoded(course);
  prepared.set(course, known);
  return known;
}

function decoded({ slots }: WeeklyCourse): PreparedCourse {
  const course = decodeFloat32(slots);
  const perDay = course.length / DAYS;
  if (!(perDay >= 1 && Number.isInteger(perDay))) {
    throw new RangeError(`a week has ${DAYS} days of as many slots, got ${course.length} slots`);
  }
  const moves = course.map((value, slot) => Math.abs(value - course.at(slot - 1)!));
  const steep = STEEP * median(moves);
  return {
    at: (time) => course[slotOfWeek(time, perDay)]!,
    edge: (time) => {
      const move = moves[slotOfWeek(time, perDay)]!;
      return move > steep ? move : 0;
    },
  };
}

/** A move from slot to slot that is this many usual ones is an edge. */
const STEEP = 4;

function slotOfWeek(at: EpochMs, perDay: number): number {
  return Math.floor((((at + EPOCH_WEEKDAY * DAY) % WEEK) * perDay) / DAY);
}

/** The present values of each slot of the week, in order of time. */
function collect(values: Float64Array, start: EpochMs, step: DurationMs, perDay: number) {
  const seen = Array.from({ length: DAYS * perDay }, (): number[] => []);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) seen[slotOfWeek((start + i * step) as EpochMs, perDay)]!.push(value);
  }
  return seen;
}

function weekdayDeviation(seen: readonly (readonly number[])[], shape: Float64Array) {
  const raw = Float64Array.from(shape, (usual, slot) =>
    trimmedMean(
      seen[slot]!.map((value) => value - usual),
      TRIM.weeks,
    ),
  );
  // A slot that this weekday lacks is taken to be as on the others.
  return smoothed(
    raw.map((value) => value || 0),
    WEEKDAY_WINDOW,
  );
}

function smoothedButEdges(raw: Float64Array, window: number): Float64Array {
  const smooth = smoothed(raw, window);
  const left = raw.map((value, i) => value - smooth[i]!);
  const usual = MAD_TO_SIGMA * median(left.map(Math.abs));
  return smooth.map((value, i) => (Math.abs(left[i]!) > EDGE * usual ? raw[i]! : value));
}

/** The mean without the smallest and the largest; NaN of nothing. */
function trimmedMean(values: readonly number[], share: number): number {
  const sorted = present(values).sort();
  const cut = Math.floor(sorted.length * share);
  const kept = sorted.subarray(cut, sorted.length - cut);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

/** Local linear regression within the day, so that it follows slopes up to midnight. */
function smoothed(raw: Float64Array, window: number): Float64Array {
  const slots = 2 * Math.round((window * raw.length) / (2 * DAY)) + 1;
  return slots < 3 ? raw : loess(raw, { window: slots, degree: 1 });
}
