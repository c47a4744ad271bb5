import { DomainError } from '../errors.ts';
import type { DecimalMark } from './decimal.ts';
import { splitLine } from './split-line.ts';

/** What may stand between two fields. */
export const DELIMITERS = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** How a person names a delimiter that is hard to type. */
const NAMES: ReadonlyMap<string, Delimiter> = new Map([
  ['comma', ','],
  ['semicolon', ';'],
  ['tab', '\t'],
  ['\\t', '\t'],
  ['pipe', '|'],
]);

/** The delimiter that `text` names; undefined when none. */
export function delimiterOf(text: string): Delimiter | undefined {
  return NAMES.get(text.toLowerCase()) ?? DELIMITERS.find((delimiter) => delimiter === text);
}

/**
 * The delimiter that cuts most of `lines` into as many fields as the header, the first of them; of
 * several such the one that makes the most fields. A comma when none makes two.
 *
 * @example
 * ```ts
 * detectDelimiter(['time;cpu', '2026-01-01T00:00:00Z;0,5']); // => ';'
 * ```
 */
export function detectDelimiter(lines: readonly string[]): Delimiter {
  let best: { delimiter: Delimiter; alike: number; width: number } | undefined;
  for (const delimiter of DELIMITERS) {
    const widths = lines.map((line) => splitLine(line, delimiter)?.length);
    const [width = 0] = widths;
    if (width < 2) continue;
    const alike = widths.filter((each) => each === width).length;
    if (!best || alike > best.alike || (alike === best.alike && width > best.width)) {
      best = { delimiter, alike, width };
    }
  }
  return best?.delimiter ?? ',';
}

const WITH_POINT = /^[+-]?\d*\.\d+(e[+-]?\d+)?$/i;
const WITH_COMMA = /^[+-]?\d*,\d+(e[+-]?\d+)?$/i;
const WITH_BOTH = /^[+-]?\d{1,3}([.,]\d{3})+[.,]\d+$/;
/** One and a half, or one thousand five hundred. */
const THOUSANDS = /^[+-]?[1-9]\d{0,2},\d{3}$/;

/**
 * The decimal mark of the cells of a file, when they tell without doubt. Where the comma is the
 * delimiter it is the point.
 *
 * @throws {DomainError} `IMPORT_INVALID` when the cells contradict each other, or could all be
 *   thousands
 */
export function detectDecimal(cells: readonly string[], delimiter: Delimiter): DecimalMark {
  if (delimiter === ',') return '.';
  const grouped = cells.find((cell) => WITH_BOTH.test(cell));
  if (grouped !== undefined) {
    throw unclear(`${grouped} has a mark between thousands: export the numbers without`, [grouped]);
  }
  const commas = cells.filter((cell) => WITH_COMMA.test(cell));
  const [comma] = commas;
  if (comma === undefined) return '.';
  const point = cells.find((cell) => WITH_POINT.test(cell));
  if (point !== undefined) {
    throw unclear(`both ${point} and ${comma} are in the file: which has decimals?`, [
      point,
      comma,
    ]);
  }
  if (commas.every((cell) => THOUSANDS.test(cell))) {
    throw unclear(`${comma} could have decimals or be thousands`, [comma]);
  }
  return ',';
}

function unclear(problem: string, cells: readonly string[]): DomainError {
  const details = { cells, try: '--decimal , or --decimal .' };
  return new DomainError('IMPORT_INVALID', problem, details);
}
