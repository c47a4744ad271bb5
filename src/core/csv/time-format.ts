import { DomainError } from '../errors.ts';
import { parseTimestamp } from '../series/timestamp.ts';

/** The forms of a time that are read. */
export const TIME_FORMATS = ['iso', 'epoch', 'compact', 'ymd', 'dmy', 'mdy', 'month-name'] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** What a form looks like, for messages and documents. */
export const TIME_EXAMPLES: Readonly<Record<TimeFormat, string>> = {
  iso: '2026-01-05T10:00:00Z',
  epoch: '1767607200, or with milli-, micro- or nanoseconds',
  compact: '20260105T100000Z',
  ymd: '2026/1/5 10:00',
  dmy: '05.01.2026 10:00',
  mdy: '1/5/2026 10:00 AM',
  'month-name': '5 Jan 2026 10:00:00',
};

const ZONE = String.raw`Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?`;
const CLOCK = new RegExp(
  String.raw`^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([ap])\.?m\.?)?(?: ?(${ZONE}))?$`,
  'i',
);
const NUMERIC = /^(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?:,?[T ]+(.+))?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})T?(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{2}:?\d{2})?$/i;
const EPOCH = /^(\d{10}(?:\.\d{1,9})?|\d{13}|\d{16}|\d{19})$/;
const WEEKDAY = '(?:[A-Za-z]{3,9},? )?';
const DAY_MONTH = new RegExp(
  String.raw`^${WEEKDAY}(\d{1,2})[ /-]([A-Za-z]{3,9})[ /-](\d{4})(?:[ ,:T]+(.+))?$`,
);
const MONTH_DAY = new RegExp(
  String.raw`^${WEEKDAY}([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})(?:[ ,]+(.+))?$`,
);
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const MONTH_NAMES = new Set(
  'january february march april may june july august september october november december'.split(
    ' ',
  ),
);

/**
 * A time rewritten as ISO 8601 or as epoch seconds or milliseconds; undefined when it is not of this
 * form. The calendar is not checked here. Two digits of a year mean 20yy, in `dmy` and `mdy` only.
 *
 * @example
 * ```ts
 * toIsoText('5.1.2026 10:00', 'dmy'); // => '2026-01-05 10:00:00'
 * toIsoText('1/5/2026 1:30 PM', 'mdy'); // => '2026-01-05 13:30:00'
 * toIsoText('1767607200123456', 'epoch'); // => '1767607200123'
 * ```
 */
export function toIsoText(text: string, format: TimeFormat): string | undefined {
  switch (format) {
    case 'iso':
      return text;
    case 'epoch':
      if (!EPOCH.test(text)) return undefined;
      return text.length > 13 && !text.includes('.') ? text.slice(0, 13) : text;
    case 'compact':
      return fromCompact(text);
    case 'ymd':
    case 'dmy':
    case 'mdy':
      return fromNumeric(text, format);
    case 'month-name':
      return fromNamed(text);
  }
}

function fromCompact(text: string): string | undefined {
  const [, year, month, day, hour, minute, second = '00', zone = ''] = COMPACT.exec(text) ?? [];
  return year === undefined
    ? undefined
    : `${year}-${month}-${day} ${hour}:${minute}:${second}${zone}`;
}

function fromNumeric(text: string, order: 'ymd' | 'dmy' | 'mdy'): string | undefined {
  const [, first = '', mark, second = '', third = '', clock] = NUMERIC.exec(text) ?? [];
  // Nobody writes the month first with dots.
  if (mark === undefined || (mark === '.' && order === 'mdy')) return undefined;
  if (order === 'ymd') return dateTime(first, second, third, clock);
  const year = third.length === 2 ? `20${third}` : third;
  return order === 'dmy'
    ? dateTime(year, second, first, clock)
    : dateTime(year, first, second, clock);
}

function fromNamed(text: string): string | undefined {
  const [, day = '', name, year = '', clock] = DAY_MONTH.exec(text) ?? [];
  if (name !== undefined) return dateTime(year, monthOf(name), day, clock);
  const [, other, date = '', other4 = '', time] = MONTH_DAY.exec(text) ?? [];
  return other === undefined ? undefined : dateTime(other4, monthOf(other), date, time);
}

function monthOf(name: string): string {
  const lower = name.toLowerCase();
  const isName = lower.length === 3 || MONTH_NAMES.has(lower);
  return isName ? String(MONTHS.indexOf(lower.slice(0, 3)) + 1) : '0';
}

function dateTime(
  year: string,
  month: string,
  day: string,
  clock: string | undefined,
): string | undefined {
  if (year.length !== 4 || day.length > 2 || month.length > 2) return undefined;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (clock === undefined) return date;
  const time = timeOfDay(clock.trim());
  return time === undefined ? undefined : `${date} ${time}`;
}

function timeOfDay(clock: string): string | undefined {
  const [, hours, minute, second = '00', fraction, half, zone = ''] = CLOCK.exec(clock) ?? [];
  if (hours === undefined) return undefined;
  let hour = Number(hours);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  }
  const rest = fraction === undefined ? '' : `.${fraction}`;
  const own = /^gmt$/i.test(zone) ? 'Z' : zone;
  return `${String(hour).padStart(2, '0')}:${minute}:${second}${rest}${own}`;
}

/** Whether `text` is a time of this form, zone or not. */
function fits(text: string, format: TimeFormat): boolean {
  const iso = toIsoText(text, format);
  return iso !== undefined && parseTimestamp(iso, { zone: 'utc' }).ok;
}

/** Two digits of a year could be anything else; only a person may say that they are one. */
const SHORT_YEAR = /^\d{1,2}[/.-]\d{1,2}[/.-]\d{2}(?!\d)/;

/**
 * The form of most of `cells`; undefined when none is a time.
 *
 * @throws {DomainError} `IMPORT_INVALID` when the day could as well be the month, or the year has two
 *   digits: a person has to say it
 * @example
 * ```ts
 * detectTimeFormat(['1/5/2026 10:00', '1/13/2026 10:00']); // => 'mdy'
 * detectTimeFormat(['1/5/2026 10:00']); // throws IMPORT_INVALID
 * detectTimeFormat(['1.5.2026 10:00']); // => 'dmy'
 * ```
 */
export function detectTimeFormat(cells: readonly string[]): TimeFormat | undefined {
  let best: TimeFormat | undefined;
  let most = 0;
  for (const format of TIME_FORMATS) {
    const count = cells.filter((cell) => fits(cell, format)).length;
    if (count > most) {
      best = format;
      most = count;
    }
  }
  if (best !== 'dmy' && best !== 'mdy') return best;
  const short = cells.find((cell) => SHORT_YEAR.test(cell));
  if (short !== undefined) throw ambiguous(`the year of ${short} has two digits`, short);
  const onlyDay = cells.find((cell) => fits(cell, 'dmy') && !fits(cell, 'mdy'));
  const onlyMonth = cells.find((cell) => fits(cell, 'mdy') && !fits(cell, 'dmy'));
  if (onlyDay !== undefined && onlyMonth !== undefined) {
    throw ambiguous(`${onlyDay} begins with the day, ${onlyMonth} with the month`, onlyDay);
  }
  if (onlyDay !== undefined) return 'dmy';
  if (onlyMonth !== undefined) return 'mdy';
  const [cell = ''] = cells.filter((each) => fits(each, 'dmy'));
  throw ambiguous(`${cell} could begin with the day or with the month`, cell);
}

function ambiguous(problem: string, cell: string): DomainError {
  return new DomainError('IMPORT_INVALID', `${problem}: it is never guessed`, {
    time: cell.slice(0, 40),
    try: '--date-format dmy (day first) or --date-format mdy (month first)',
  });
}
