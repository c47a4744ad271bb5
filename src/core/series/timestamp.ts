import { type EpochMs, epochMs, toIso } from '../time.ts';
import { findTimeZone, momentsOfLocalTime, parseOffset } from './time-zone.ts';

/** What the caller knows about timestamps that do not say it themselves. */
export interface TimestampOptions {
  /** Zone of times without one: `utc`, a fixed offset such as `+02:00`, or an IANA name. */
  readonly zone?: string;
  /** Which moment a local time means that the clocks of `zone` showed twice. */
  readonly repeated?: 'earlier' | 'later';
}

/** Why a text is no moment. */
export type TimestampProblem =
  | 'UNREADABLE'
  | 'NO_SUCH_TIME'
  | 'ZONE_MISSING'
  | 'ZONE_UNKNOWN'
  | 'AMBIGUOUS';

/** A moment, or the reason why there is none, for the sender to read. */
export type ParsedTimestamp =
  | { readonly ok: true; readonly at: EpochMs }
  | { readonly ok: false; readonly problem: TimestampProblem; readonly message: string };

const EPOCH = /^(?:(\d{10})(?:\.(\d{1,9}))?|(\d{13}))$/;
const DATE = String.raw`(\d{4})-(\d{2})-(\d{2})`;
const TIME = String.raw`(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?`;
const ZONE = String.raw`(Z|UTC|[+-]\d{2}(?::?\d{2})?)`;
const ISO = new RegExp(`^${DATE}(?:[T ]${TIME}(?: ?${ZONE})?)?$`, 'i');

/**
 * Reads a timestamp without ever guessing its zone.
 *
 * Accepted are ISO 8601 dates with time (`T` or a space between, seconds and their fraction
 * optional, then `Z`, `UTC` or an offset), and the time since the epoch as 10 digits of seconds
 * (with a fraction, if any) or 13 digits of milliseconds. Fractions are cut to milliseconds, so that
 * no time moves into the next slot. A time of its own zone keeps it, whatever `options.zone` says.
 *
 * A time without zone (a date alone means its first moment) is refused unless `options.zone` tells
 * it. Where the zone's clocks skip that time, it never was and is refused: the data is probably in
 * another zone. Where they show it twice, it is refused as ambiguous unless `options.repeated` picks
 * one of the two.
 *
 * @example
 * ```ts
 * parseTimestamp('2026-01-01 00:00:00+01:00'); // => { ok: true, at: 1767222000000 }
 * ```
 */
export function parseTimestamp(text: string, options: TimestampOptions = {}): ParsedTimestamp {
  const trimmed = text.trim();
  const epoch = EPOCH.exec(trimmed);
  if (epoch !== null) {
    const [, seconds, fraction, milliseconds] = epoch;
    return moment(milliseconds === undefined ? `${seconds}${toMs(fraction)}` : milliseconds);
  }
  const iso = ISO.exec(trimmed);
  if (iso === null) {
    const allowed = 'ISO 8601, 10 digits of epoch seconds or 13 digits of epoch milliseconds';
    return refuse('UNREADABLE', `"${text.slice(0, 40)}" is no timestamp: use ${allowed}`);
  }
  const local = localTime(iso);
  if (local === undefined) return refuse('NO_SUCH_TIME', `there is no time ${trimmed}`);
  const ownZone = iso[8];
  if (ownZone === undefined) return inZone(trimmed, local, options);
  const offset = parseOffset(ownZone);
  if (offset === undefined) return refuse('NO_SUCH_TIME', `there is no offset ${ownZone}`);
  return moment(local - offset);
}

function inZone(text: string, local: number, options: TimestampOptions): ParsedTimestamp {
  if (options.zone === undefined) {
    return refuse('ZONE_MISSING', `${text} has no zone: append Z or an offset, or name its zone`);
  }
  const zone = findTimeZone(options.zone);
  if (zone === undefined) {
    const allowed = 'utc, an offset such as +02:00, or an IANA name such as Europe/Berlin';
    return refuse('ZONE_UNKNOWN', `${options.zone} is no time zone: use ${allowed}`);
  }
  const [earlier, later] = momentsOfLocalTime(local, zone);
  if (earlier === undefined) {
    return refuse('NO_SUCH_TIME', `clocks in ${options.zone} skipped ${text}: is the zone right?`);
  }
  if (later === undefined) return moment(earlier);
  if (options.repeated !== undefined) return moment(options.repeated === 'later' ? later : earlier);
  const both = `${toIso(earlier)} and ${toIso(later)}`;
  return refuse('AMBIGUOUS', `clocks in ${options.zone} showed ${text} twice, at ${both}`);
}

/** The date and time as if they were UTC; undefined when the calendar or the clock has no such. */
function localTime(iso: RegExpExecArray): number | undefined {
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction] = iso;
  const date = `${year}-${month}-${day}`;
  const at = Date.parse(`${date}T${hour}:${minute}:${second}.${toMs(fraction)}Z`);
  // The engine turns February 30 into March 1, and 24:00 into the next day.
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(date) ? undefined : at;
}

/** Exactly three digits of a second's fraction. */
function toMs(fraction = ''): string {
  return fraction.padEnd(3, '0').slice(0, 3);
}

function moment(at: string | number): ParsedTimestamp {
  return { ok: true, at: epochMs(Number(at)) };
}

function refuse(problem: TimestampProblem, message: string): ParsedTimestamp {
  return { ok: false, problem, message };
}
