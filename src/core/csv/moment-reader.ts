import { findTimeZone, momentsOfLocalTime, parseOffset } from '../series/time-zone.ts';
import { parseTimestamp } from '../series/timestamp.ts';
import { epochMs, MINUTE, SECOND } from '../time.ts';

/** Reads the times of a column: milliseconds since the epoch, or why a text is none. */
export type MomentReader = (text: string) => number | string;

const QUARTER_MS = 15 * MINUTE;
/** Three years of quarters of an hour. */
const MOST_QUARTERS = 100_000;
const HOUR_SECONDS = 3_600;

/**
 * `parseTimestamp` for long columns: the same answers, ten times as fast for plain ISO times. It keeps
 * the last date, the last offset and the offsets of a zone by the quarter of an hour.
 *
 * @param zone - of times without one; known to exist
 */
export function momentReader(zone?: string): MomentReader {
  const offsetOf = zone === undefined ? undefined : offsetReader(zone);
  const options = zone === undefined ? {} : { zone };
  let lastText = '';
  let last: number | string = Number.NaN;
  let lastDate = '';
  let day = Number.NaN;
  let lastZone = '';
  let lastOffset = 0;

  const quick = (text: string): number => {
    if (!isIso(text)) return Number.NaN;
    const date = text.slice(0, 10);
    if (date !== lastDate) {
      const parsed = parseTimestamp(date, { zone: 'utc' });
      lastDate = date;
      day = parsed.ok ? parsed.at : Number.NaN;
    }
    const clock = clockOf(text);
    if (clock === undefined) return Number.NaN;
    const local = day + clock.ms;
    if (clock.end === text.length) return local - (offsetOf?.(local) ?? Number.NaN);
    const own = text.slice(clock.end);
    if (own !== lastZone) {
      lastZone = own;
      lastOffset = parseOffset(own) ?? Number.NaN;
    }
    return local - lastOffset;
  };

  return (text) => {
    if (text === lastText) return last;
    lastText = text;
    const at = quick(text);
    if (!Number.isNaN(at)) {
      last = at;
      return at;
    }
    const parsed = parseTimestamp(text, options);
    last = parsed.ok ? parsed.at : parsed.message;
    return last;
  };
}

/** Whether a date and a time of day stand where ISO 8601 has them. */
function isIso(text: string): boolean {
  const between = text[10];
  return (
    text[4] === '-' && text[7] === '-' && text[13] === ':' && (between === 'T' || between === ' ')
  );
}

interface ClockTime {
  readonly ms: number;
  /** Where it ends in the text. */
  readonly end: number;
}

/** The time of day from the 11th character on; undefined leaves it to the slow path. */
function clockOf(text: string): ClockTime | undefined {
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const hasSeconds = text[16] === ':';
  const second = hasSeconds ? twoDigits(text, 17) : 0;
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined;
  const whole = (hour * HOUR_SECONDS + minute * 60 + second) * SECOND;
  let end = hasSeconds ? 19 : 16;
  if (!hasSeconds || (text[19] !== '.' && text[19] !== ',')) return { ms: whole, end };
  let fraction = 0;
  let scale = 100;
  for (end = 20; end < text.length && end < 29; end++) {
    const digit = text.charCodeAt(end) - ZERO;
    if (!(digit >= 0 && digit <= 9)) break;
    if (end < 23) fraction += digit * scale;
    scale /= 10;
  }
  return end === 20 ? undefined : { ms: whole + fraction, end };
}

const ZERO = 48;

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** How far local clocks are ahead of UTC; undefined where they changed or that is not unique. */
function offsetReader(name: string): (localMs: number) => number | undefined {
  const zone = findTimeZone(name);
  if (zone === undefined) throw new RangeError(`${name} is no time zone`);
  const known = new Map<number, number | undefined>();
  const offsetIn = (localMs: number) => {
    const [at, second] = momentsOfLocalTime(localMs, zone);
    return at === undefined || second !== undefined ? undefined : localMs - at;
  };
  return (localMs) => {
    const quarter = Math.floor(localMs / QUARTER_MS);
    if (!known.has(quarter)) {
      if (known.size >= MOST_QUARTERS) known.clear();
      const start = epochMs(quarter * QUARTER_MS);
      const offset = offsetIn(start);
      // The same before and after: nothing changes in between.
      known.set(quarter, offset === offsetIn(start + QUARTER_MS - 1) ? offset : undefined);
    }
    return known.get(quarter);
  };
}
