/** What rows are sorted by; missing values come last in either direction. */
export type SortValue = number | string | null | undefined;

/** A column that is sorted by, and in which direction. */
export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

/** Reads a sort from an address: `name`, or `-name` for descending. */
export function parseSort(text: string): Sort | undefined {
  if (text === '' || text === '-') return undefined;
  return text.startsWith('-')
    ? { column: text.slice(1), descending: true }
    : { column: text, descending: false };
}

/** A sort as it stands in an address. */
export function formatSort({ column, descending }: Sort): string {
  return descending ? `-${column}` : column;
}

/** Rows in order; equal ones stay as they were. */
export function sortRows<Row>(
  rows: readonly Row[],
  sortValue: (row: Row) => SortValue,
  descending: boolean,
): readonly Row[] {
  const keyed = rows.map((row) => ({ row, value: sortValue(row) }));
  const direction = descending ? -1 : 1;
  keyed.sort((one, other) => {
    const missing = Number(isMissing(one.value)) - Number(isMissing(other.value));
    return missing || (isMissing(one.value) ? 0 : direction * compare(one.value, other.value));
  });
  return keyed.map(({ row }) => row);
}

/** Rows whose text has every word of the filter in it, whatever the case. */
export function filterRows<Row>(
  rows: readonly Row[],
  textOf: (row: Row) => string,
  filter: string,
): readonly Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = textOf(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Which rows are drawn: those in sight, and some on either side. */
export interface Window {
  readonly first: number;
  /** Exclusive. */
  readonly last: number;
}

/**
 * The rows to draw of a table whose first row lies `top` pixels below the upper edge of what is seen
 * (less than 0: above it).
 */
export function windowOf(
  count: number,
  rowHeight: number,
  top: number,
  seenHeight: number,
  margin: number,
): Window {
  // By whole margins, so that most steps of scrolling draw nothing new.
  const first = (Math.floor(-top / rowHeight / margin) - 1) * margin;
  const last = (Math.ceil((seenHeight - top) / rowHeight / margin) + 1) * margin;
  const within = (row: number) => Math.min(Math.max(row, 0), count);
  return { first: within(first), last: within(last) };
}

function isMissing(value: SortValue): value is null | undefined {
  return value === null || value === undefined || Number.isNaN(value);
}

const TEXTS = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compare(one: SortValue, other: SortValue): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return TEXTS.compare(String(one), String(other));
}
