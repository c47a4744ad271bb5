/** A labelled window: its first and last row, both inside, counted from 0 in the order of the file. */
export interface RowWindow {
  readonly first: number;
  readonly last: number;
}

/** What is known of a file before any detector has seen it. */
export interface LabelledRows {
  /** Rows of the file. */
  readonly rows: number;
  /** In order, none overlapping another. */
  readonly windows: readonly RowWindow[];
}

/** What an alarm is worth at each row of a file. */
export interface RowGains {
  /** In [-1, 1]: above 0 inside a window, outside at most 0. */
  readonly gain: Float64Array;
  /** Place of the row's window in the file's list, `OUTSIDE` where there is none. */
  readonly window: Int32Array;
}

export const OUTSIDE = -1;

const PROBATION_SHARE = 0.15;
const MOST_PROBATION_ROWS = 750;
/** Window widths behind a window after which an alarm is wholly false. */
const FORGOTTEN_AFTER = 3;

/**
 * Rows at the beginning of a file that are not scored: min(⌊0.15·n⌋, 750).
 *
 * @example
 * ```ts
 * probationRows(4032); // => 604
 * probationRows(18050); // => 750
 * ```
 */
export function probationRows(rows: number): number {
  return Math.min(Math.floor(PROBATION_SHARE * rows), MOST_PROBATION_ROWS);
}

/**
 * NAB's scaled sigmoid, 2/(1+e^{5y}) − 1, and −1 from y > 3 on (Lavin & Ahmad 2015, equation 1).
 *
 * @param y - place in units of a window's width: −1 at its beginning, 0 at its end, above 0 behind it
 * @example
 * ```ts
 * sigmoid(0); // => 0
 * sigmoid(3.1); // => -1
 * ```
 */
export function sigmoid(y: number): number {
  return y > FORGOTTEN_AFTER ? -1 : 2 / (1 + Math.exp(5 * y)) - 1;
}

/**
 * The gain of an alarm at every row: inside a window 1 at its first row and less the later, behind it
 * from 0 down to −1, and −1 before the first window. Behind a window of one row it is −1 at once.
 *
 * Windows that end in the probation count as left behind.
 *
 * @throws {RangeError} when windows overlap, are not in order or not inside the file
 * @example
 * ```ts
 * [...rowGains({ rows: 3, windows: [{ first: 1, last: 1 }] }).gain]; // => [-1, 1, -1]
 * ```
 */
export function rowGains({ rows, windows }: LabelledRows): RowGains {
  const gain = new Float64Array(rows).fill(-1);
  const window = new Int32Array(rows).fill(OUTSIDE);
  windows.forEach(({ first, last }, place) => {
    const next = windows[place + 1]?.first ?? rows;
    if (!(first >= 0 && first <= last && last < next && next <= rows)) {
      throw new RangeError(`window ${first}..${last} must be in order, inside ${rows} rows`);
    }
    const width = last - first + 1;
    for (let i = first; i <= last; i++) {
      window[i] = place;
      gain[i] = sigmoid(-(last - i + 1) / width) / sigmoid(-1);
    }
    // A width of 1 divides by 0, and Infinity is beyond every window.
    for (let i = last + 1; i < next; i++) gain[i] = sigmoid((i - last) / (width - 1));
  });
  return { gain, window };
}
