import type { BinnedColumns } from './binned-columns.ts';

/**
 * The rows that a tree is grown from, with their gradients beside them. As it grows they are put into
 * the order of its leaves, so that the rows of a node are those from a `begin` on, before an `end`.
 */
export interface TreeRows {
  /** How many of the numbers below count. */
  count: number;
  readonly order: Int32Array;
  readonly gradients: Float64Array;
  /** undefined: all 1. */
  readonly hessians: Float64Array | undefined;
}

/**
 * Adds up the gradients and hessians of a node in each bin of a column: of code `k` at `at + 2 k` and
 * `at + 2 k + 1`.
 *
 * @param sign - -1 takes the rows out again
 */
export function addRows(
  sums: Float64Array,
  at: number,
  { codes, rows }: BinnedColumns,
  column: number,
  { order, gradients, hessians }: TreeRows,
  begin: number,
  end: number,
  sign: 1 | -1,
): void {
  const from = column * rows;
  if (hessians === undefined) {
    for (let i = begin; i < end; i++) {
      const to = at + 2 * codes[from + order[i]!]!;
      sums[to]! += sign * gradients[i]!;
      sums[to + 1]! += sign;
    }
    return;
  }
  for (let i = begin; i < end; i++) {
    const to = at + 2 * codes[from + order[i]!]!;
    sums[to]! += sign * gradients[i]!;
    sums[to + 1]! += sign * hessians[i]!;
  }
}

const CODES = 256;
const CODES_A_WORD = 32;

/** The sums of those bins of one column that a few rows fall into, without the empty ones between. */
export interface FewRows {
  /** As `addRows` leaves them, bin after bin; missing values come first even where there are none. */
  readonly sums: Float64Array;
  /** Of each bin its code. */
  readonly codes: Uint8Array;
  /** @returns how many bins there are */
  read(binned: BinnedColumns, column: number, rows: TreeRows, begin: number, end: number): number;
}

/** Memory to look at small nodes with: a node of fewer rows than bins leaves most of them empty. */
export function fewRows(): FewRows {
  const all = new Float64Array(2 * CODES);
  const sums = new Float64Array(2 * CODES);
  const found = new Uint8Array(CODES);
  /** A bit for each code that there is. */
  const words = new Int32Array(CODES / CODES_A_WORD);

  const collect = (): number => {
    let count = 0;
    for (let w = 0; w < words.length; w++) {
      let bits = words[w]!;
      words[w] = 0;
      while (bits !== 0) {
        const lowest = bits & -bits;
        bits ^= lowest;
        const code = CODES_A_WORD * w + 31 - Math.clz32(lowest);
        found[count] = code;
        sums[2 * count] = all[2 * code]!;
        sums[2 * count + 1] = all[2 * code + 1]!;
        all[2 * code] = 0;
        all[2 * code + 1] = 0;
        count++;
      }
    }
    return count;
  };

  return {
    sums,
    codes: found,
    read({ codes, rows }, column, { order, gradients, hessians }, begin, end) {
      const from = column * rows;
      words[0] = 1;
      for (let i = begin; i < end; i++) {
        const code = codes[from + order[i]!]!;
        // A shift counts modulo 32.
        words[code >> 5]! |= 1 << code;
        all[2 * code]! += gradients[i]!;
        all[2 * code + 1]! += hessians === undefined ? 1 : hessians[i]!;
      }
      return collect();
    },
  };
}
