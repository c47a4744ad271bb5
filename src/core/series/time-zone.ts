import { DAY, type DurationMs, durationMs, type EpochMs, epochMs } from '../time.ts';

/** A rule that tells how far local clocks are ahead of UTC. */
export interface TimeZone {
  /** Positive east of Greenwich. */
  offsetAt(at: EpochMs): DurationMs;
}

/** Kept because building a formatter costs a thousand times its use. One entry per IANA zone at most. */
const ianaZones = new Map<string, TimeZone>();

/**
 * The zone of a name: `utc`, a fixed offset (`+02:00`, `-0330`, `+02`) or an IANA name
 * (`Europe/Berlin`, in any case). Undefined when there is none of this name.
 */
export function findTimeZone(name: string): TimeZone | undefined {
  const offset = parseOffset(name);
  if (offset !== undefined) return { offsetAt: () => offset };
  const key = name.toLowerCase();
  const zone = ianaZones.get(key) ?? ianaZone(name);
  if (zone !== undefined) ianaZones.set(key, zone);
  return zone;
}

/**
 * The moments at which clocks in `zone` show a local time, ascending: one as a rule, none where the
 * clocks skipped it (summer time begins), two where they showed it twice (summer time ends).
 *
 * @param localMs - the local date and time, as milliseconds since the epoch as if it were UTC
 */
export function momentsOfLocalTime(localMs: number, zone: TimeZone): readonly EpochMs[] {
  // The offsets in force a day before and after: no local time is a day away from UTC, and no zone
  // changes its clocks twice in that time. Clocks show a time twice when they go back, so when the
  // offset falls: the offset before, which comes first here, gives the earlier moment.
  const offsets = [-DAY, DAY].map((away) => zone.offsetAt(epochMs(localMs + away)));
  return [...new Set(offsets)]
    .map((offset) => ({ offset, at: epochMs(localMs - offset) }))
    .filter(({ offset, at }) => zone.offsetAt(at) === offset)
    .map(({ at }) => at);
}

/** The offset that `Z`, `UTC` or `±hh[:][mm]` stand for; undefined for any other text. */
export function parseOffset(text: string): DurationMs | undefined {
  if (/^(z|utc)$/i.test(text)) return durationMs(0);
  const match = /^([+-])([01]\d|2[0-3])(?::?([0-5]\d))?$/.exec(text);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return durationMs(minutes === 0 ? 0 : minutes * (match[1] === '-' ? -60_000 : 60_000));
}

function ianaZone(name: string): TimeZone | undefined {
  const format = formatIn(name);
  if (format === undefined) return undefined;
  return {
    offsetAt: (at) => {
      const parts = new Map(
        format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
      );
      const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
      const local = new Date(0);
      local.setUTCFullYear(part('year'), part('month') - 1, part('day'));
      local.setUTCHours(part('hour'), part('minute'), part('second'));
      return durationMs(local.getTime() - Math.floor(at / 1_000) * 1_000);
    },
  };
}

function formatIn(timeZone: string): Intl.DateTimeFormat | undefined {
  const numeric = 'numeric';
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
