declare const epochMsBrand: unique symbol;
declare const durationMsBrand: unique symbol;

/** A moment: milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number & { readonly [epochMsBrand]: true };

/** A length of time in milliseconds. */
export type DurationMs = number & { readonly [durationMsBrand]: true };

/** Tells the current time. Passed as an argument so that tests and replays own it. */
export interface Clock {
  now(): EpochMs;
}

/** Marks a number as a moment. @throws {RangeError} when it is not finite */
export function epochMs(value: number): EpochMs {
  if (!Number.isFinite(value)) throw new RangeError(`a moment must be finite, got ${value}`);
  return value as EpochMs;
}

/** Marks a number as a length of time. @throws {RangeError} when it is not finite */
export function durationMs(value: number): DurationMs {
  if (!Number.isFinite(value)) throw new RangeError(`a duration must be finite, got ${value}`);
  return value as DurationMs;
}

export const SECOND: DurationMs = durationMs(1_000);
export const MINUTE: DurationMs = durationMs(60_000);
export const HOUR: DurationMs = durationMs(3_600_000);
export const DAY: DurationMs = durationMs(86_400_000);
export const WEEK: DurationMs = durationMs(604_800_000);

/** The grid of Helios unless a workload declares another. */
export const DEFAULT_STEP: DurationMs = durationMs(300_000);

/** Moves a moment by `count` steps (or a plain duration when `count` is left out). */
export function addMs(at: EpochMs, length: DurationMs, count = 1): EpochMs {
  return (at + length * count) as EpochMs;
}

/** The last grid point at or before `at`; grids are anchored at the epoch, so in UTC. */
export function floorTo(at: EpochMs, step: DurationMs): EpochMs {
  return (Math.floor(at / step) * step) as EpochMs;
}

/** ISO 8601 in UTC, as the wire and the logs write moments. */
export function toIso(at: EpochMs): string {
  return new Date(at).toISOString();
}

/** How many steps make one day, or undefined when the day is not a whole number of steps. */
export function stepsPerDay(step: DurationMs): number | undefined {
  const steps = DAY / step;
  return Number.isInteger(steps) ? steps : undefined;
}
