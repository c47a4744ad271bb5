import { findTimeZone } from '#core/series/time-zone.ts';
import type { EpochMs } from '#core/time.ts';
import { epochMs } from '#core/time.ts';

/** Writes moments as clocks of one zone show them. */
export interface TimeFormat {
  /** `2026-01-01 13:05+01:00`, with seconds where they are not 0. */
  dateTime(at: EpochMs): string;
  /** `13:05`; `01-31 13:05` with the date. */
  short(at: EpochMs, withDate: boolean): string;
}

/** @throws {RangeError} when there is no such zone */
export function timeFormat(timeZone: string): TimeFormat {
  const zone = findTimeZone(timeZone);
  if (!zone) throw new RangeError(`there is no time zone ${timeZone}`);
  const local = (at: EpochMs) => new Date(at + zone.offsetAt(at)).toISOString();
  return {
    dateTime(at) {
      const text = local(at);
      const seconds = text.slice(17, 19) === '00' ? '' : text.slice(16, 19);
      return `${text.slice(0, 10)} ${text.slice(11, 16)}${seconds}${offsetText(zone.offsetAt(at))}`;
    },
    short(at, withDate) {
      const text = local(at);
      return withDate ? `${text.slice(5, 10)} ${text.slice(11, 16)}` : text.slice(11, 16);
    },
  };
}

function offsetText(offsetMs: number): string {
  if (offsetMs === 0) return 'Z';
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The moment an ISO time of a validated answer stands for. */
export function momentOf(iso: string): EpochMs {
  return epochMs(Date.parse(iso));
}

/**
 * How long something is, in its largest whole unit.
 *
 * @example
 * ```ts
 * formatAge(90); // => '90 s'
 * formatAge(7_200); // => '2 h'
 * ```
 */
export function formatAge(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7_200) return `${Math.floor(whole / 60)} min`;
  if (whole < 172_800) return `${Math.floor(whole / 3_600)} h`;
  return `${Math.floor(whole / 86_400)} d`;
}

/**
 * How long something took: to the millisecond below a second, to a tenth below two minutes.
 *
 * @example
 * ```ts
 * formatDuration(12.3); // => '12 ms'
 * formatDuration(1_500); // => '1.5 s'
 * formatDuration(150_000); // => '2 min'
 * ```
 */
export function formatDuration(durationMs: number): string {
  const seconds = durationMs / 1_000;
  if (durationMs < 999.5) return `${Math.round(durationMs)} ms`;
  return seconds < 119.95 ? `${seconds.toFixed(1)} s` : formatAge(seconds);
}

/** A step as people say it: `5 min`, `15 s`, `1 h`. */
export function formatStep(seconds: number): string {
  if (seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  if (seconds % 60 === 0) return `${seconds / 60} min`;
  return `${seconds} s`;
}
