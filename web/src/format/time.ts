const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How long ago something was, in its largest unit; what lies ahead is said so.
 * @example formatAge(90_000) // '2 min ago'
 */
export function formatAge(ms: number): string {
  const length = formatLength(Math.abs(ms));
  if (Math.abs(ms) < 5 * SECOND) return 'now';
  return ms >= 0 ? `${length} ago` : `in ${length}`;
}

/** A length of time in its largest unit, rounded: `45 s`, `12 min`, `5 h`, `3 d`. */
export function formatLength(ms: number): string {
  if (ms < 90 * SECOND) return `${Math.round(ms / SECOND)} s`;
  if (ms < 90 * MINUTE) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 36 * HOUR) return `${Math.round(ms / HOUR)} h`;
  return `${Math.round(ms / DAY)} d`;
}

/** UTC to the second, as it stands in logs. */
export function toUtc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Day, time and zone of whoever looks. */
export function formatFull(ms: number, zone?: string): string {
  return format(ms, { ...DATE, year: 'numeric', ...CLOCK, timeZoneName: 'short' }, zone);
}

/** Time of day; with the day where it is not the day of `now`. */
export function formatClock(ms: number, now: number, zone?: string): string {
  return isSameDay(ms, now, zone) ? format(ms, CLOCK, zone) : formatDay(ms, now, zone);
}

/** Day and time; with the year where it is another than that of `now`. */
export function formatDay(ms: number, now: number, zone?: string): string {
  const year = new Date(ms).getFullYear() === new Date(now).getFullYear() ? {} : YEAR;
  return format(ms, { ...DATE, ...year, ...CLOCK }, zone);
}

/** The day alone. */
export function formatDate(ms: number, zone?: string): string {
  return format(ms, { ...DATE, ...YEAR }, zone);
}

const DATE = { day: 'numeric', month: 'short' } as const;
const YEAR = { year: 'numeric' } as const;
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

function format(ms: number, options: Intl.DateTimeFormatOptions, timeZone?: string): string {
  const key = JSON.stringify([options, timeZone]);
  // Making a formatter is what takes the time.
  const known = formats.get(key) ?? new Intl.DateTimeFormat('en-GB', { ...options, timeZone });
  formats.set(key, known);
  return known.format(ms);
}

function isSameDay(one: number, other: number, zone?: string): boolean {
  const day = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
  return format(one, day, zone) === format(other, day, zone);
}
