import * as z from 'zod';
import { addMs, DAY, type EpochMs, epochMs, floorTo, HOUR } from '../time.ts';
import type { TimeRange } from './observation.ts';
import { storedValue } from './slot-register.ts';

/** Count, sum, minimum and maximum of one metric's values in one hour. */
export interface HourSummary {
  readonly metric: string;
  /** Start of the hour. */
  readonly hour: EpochMs;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Hour of the day, count, sum, minimum, maximum. */
const HourSchema = z.tuple([
  z.int().min(0).max(23),
  z.int().nonnegative(),
  z.number(),
  z.number(),
  z.number(),
]);
const ContentSchema = z.tuple([z.literal(1), z.array(z.tuple([z.string(), z.array(HourSchema)]))]);

/** The first and last UTC day that `range` touches; undefined when the range is empty. */
export function daysOf(
  range: TimeRange,
): { readonly first: EpochMs; readonly last: EpochMs } | undefined {
  if (!(range.from < range.to)) return undefined;
  return { first: floorTo(range.from, DAY), last: floorTo(epochMs(range.to - 1), DAY) };
}

/**
 * The one text of a day's summaries: sorted by metric and hour, 7 significant digits.
 * @throws {RangeError} when a summary is not of an hour of `day`, or an hour comes twice
 */
export function hoursContentOf(day: EpochMs, hours: readonly HourSummary[]): string {
  const byMetric = new Map<string, Map<number, z.infer<typeof HourSchema>>>();
  for (const { metric, hour, count, sum, minimum, maximum } of hours) {
    const index = (hour - day) / HOUR;
    if (!Number.isInteger(index) || index < 0 || index > 23) {
      throw new RangeError(`${hour} is not the start of an hour of the day ${day}`);
    }
    const ofMetric = byMetric.get(metric) ?? new Map();
    if (ofMetric.has(index)) throw new RangeError(`hour ${hour} of ${metric} comes twice`);
    const amounts = [sum, minimum, maximum].map(storedValue);
    ofMetric.set(index, HourSchema.parse([index, count, ...amounts]));
    byMetric.set(metric, ofMetric);
  }
  const sorted = [...byMetric].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    1,
    sorted.map(([metric, ofMetric]) => [metric, [...ofMetric.values()].sort(([a], [b]) => a - b)]),
  ]);
}

/**
 * The inverse of `hoursContentOf`, ascending by metric and hour.
 * @throws {SyntaxError | z.ZodError} when `content` is not the text of a day
 */
export function parseHours(content: string, day: EpochMs): readonly HourSummary[] {
  const [, metrics] = ContentSchema.parse(JSON.parse(content));
  return metrics.flatMap(([metric, hours]) =>
    hours.map(([index, count, sum, minimum, maximum]) => ({
      metric,
      hour: addMs(day, HOUR, index),
      count,
      sum,
      minimum,
      maximum,
    })),
  );
}

/** Orders summaries by metric, then hour, and keeps those that start in `range`. */
export function selectHours(
  hours: readonly HourSummary[],
  range: TimeRange,
): readonly HourSummary[] {
  return hours
    .filter(({ hour }) => hour >= range.from && hour < range.to)
    .sort((a, b) => (a.metric === b.metric ? a.hour - b.hour : a.metric < b.metric ? -1 : 1));
}
