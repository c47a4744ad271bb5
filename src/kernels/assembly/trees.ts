// Sums of gradients and hessians in bins are pairs of doubles: a vector each. Every sum is made in the
// order of the rows, so that it has the same bits however it is computed.

/** Adds the pairs of rows up in the bins of some columns, which are cleared before. */
export function fillBins(
  sums: usize,
  codes: usize,
  height: i32,
  columns: usize,
  count: i32,
  offsets: usize,
  order: usize,
  pairs: usize,
  begin: i32,
  end: i32,
): void {
  for (let k = 0; k < count; k++) {
    const column = load<i32>(columns + (<usize>k << 2));
    const bins = binsOf(sums, offsets, column);
    memory.fill(bins, 0, binsOf(sums, offsets, column + 1) - bins);
    const own = codes + <usize>column * <usize>height;
    const last = order + (<usize>end << 2);
    let pair = pairs + (<usize>begin << 4);
    for (let at = order + (<usize>begin << 2); at < last; at += 4) {
      const bin = bins + (<usize>load<u8>(own + <usize>load<u32>(at)) << 4);
      v128.store(bin, f64x2.add(v128.load(bin), v128.load(pair)));
      pair += 16;
    }
  }
}

/** Takes the pairs of rows out of the bins of some columns. */
export function takeRows(
  sums: usize,
  codes: usize,
  height: i32,
  columns: usize,
  count: i32,
  offsets: usize,
  order: usize,
  pairs: usize,
  begin: i32,
  end: i32,
): void {
  for (let k = 0; k < count; k++) {
    const column = load<i32>(columns + (<usize>k << 2));
    const bins = binsOf(sums, offsets, column);
    const own = codes + <usize>column * <usize>height;
    const last = order + (<usize>end << 2);
    let pair = pairs + (<usize>begin << 4);
    for (let at = order + (<usize>begin << 2); at < last; at += 4) {
      const bin = bins + (<usize>load<u8>(own + <usize>load<u32>(at)) << 4);
      v128.store(bin, f64x2.sub(v128.load(bin), v128.load(pair)));
      pair += 16;
    }
  }
}

/** Takes the sums of one node out of those of another, in some columns. */
export function takeBins(
  sums: usize,
  others: usize,
  columns: usize,
  count: i32,
  offsets: usize,
): void {
  for (let k = 0; k < count; k++) {
    const column = load<i32>(columns + (<usize>k << 2));
    const last = binsOf(sums, offsets, column + 1);
    let other = binsOf(others, offsets, column);
    for (let bin = binsOf(sums, offsets, column); bin < last; bin += 16) {
      v128.store(bin, f64x2.sub(v128.load(bin), v128.load(other)));
      other += 16;
    }
  }
}

/** Looks for the best split between two bins of a column, in some columns. */
export function searchBins(
  sums: usize,
  columns: usize,
  count: i32,
  offsets: usize,
  totalG: f64,
  totalH: f64,
  lambda: f64,
  alpha: f64,
  leastChild: f64,
  best: usize,
): void {
  for (let k = 0; k < count; k++) {
    const column = load<i32>(columns + (<usize>k << 2));
    const bins = binsOf(sums, offsets, column);
    const last = <i32>((binsOf(sums, offsets, column + 1) - bins) >> 4) - 2;
    searchColumn(bins, last, column, totalG, totalH, lambda, alpha, leastChild, best);
  }
  const bin = load<i32>(best, BIN);
  if (bin === 0) return store<i32>(best, 0, CODE);
  const column = load<i32>(best, COLUMN);
  const bins = binsOf(sums, offsets, column);
  const end = <i32>((binsOf(sums, offsets, column + 1) - bins) >> 4);
  // Only missing values may be on the right: then there is no next bin.
  let next = bin + 1;
  while (next < end && load<f64>(bins + (<usize>next << 4), 8) === 0) next++;
  store<i32>(best, (bin + next - 1) >> 1, CODE);
}

/**
 * The same for a node of few rows, whose bins are mostly empty: only those that rows fall into are
 * looked at.
 *
 * @param scratch - 8,480 bytes, the first 4,096 and the last 32 of them zeros: sums by code, the
 * occupied ones of them, their codes, a bit for each code
 */
export function searchRows(
  codes: usize,
  height: i32,
  columns: usize,
  count: i32,
  order: usize,
  pairs: usize,
  begin: i32,
  end: i32,
  scratch: usize,
  totalG: f64,
  totalH: f64,
  lambda: f64,
  alpha: f64,
  leastChild: f64,
  best: usize,
): void {
  const found = scratch + FOUND;
  const foundCodes = scratch + FOUND_CODES;
  for (let k = 0; k < count; k++) {
    const column = load<i32>(columns + (<usize>k << 2));
    const own = codes + <usize>column * <usize>height;
    const bins = readRows(own, order, pairs, begin, end, scratch);
    searchColumn(found, bins - 2, column, totalG, totalH, lambda, alpha, leastChild, best);
    const bin = <usize>load<i32>(best, BIN);
    if (load<i32>(best, COLUMN) !== column || bin === 0) continue;
    const left = <i32>load<u8>(foundCodes + bin);
    const right = <i32>load<u8>(foundCodes + bin, 1);
    store<i32>(best, (left + right - 1) >> 1, CODE);
  }
  if (load<i32>(best, BIN) === 0) store<i32>(best, 0, CODE);
}

/**
 * Puts the rows of a node that go left before those that go right, either in their old order.
 *
 * @param own - codes of the column that is split on
 * @returns where those that go right begin
 */
export function splitRows(
  own: usize,
  highest: i32,
  missingLeft: bool,
  order: usize,
  pairs: usize,
  begin: i32,
  end: i32,
  spareOrder: usize,
  sparePairs: usize,
): i32 {
  let middle = begin;
  let moved = 0;
  for (let i = begin; i < end; i++) {
    const row = load<u32>(order + (<usize>i << 2));
    const pair = v128.load(pairs + (<usize>i << 4));
    const code = <i32>load<u8>(own + <usize>row);
    if (code === 0 ? missingLeft : code <= highest) {
      store<u32>(order + (<usize>middle << 2), row);
      v128.store(pairs + (<usize>middle << 4), pair);
      middle++;
    } else {
      store<u32>(spareOrder + (<usize>moved << 2), row);
      v128.store(sparePairs + (<usize>moved << 4), pair);
      moved++;
    }
  }
  memory.copy(order + (<usize>middle << 2), spareOrder, <usize>moved << 2);
  memory.copy(pairs + (<usize>middle << 4), sparePairs, <usize>moved << 4);
  return middle;
}

/** Where the parts of `best` lie behind its score: the sums on the left, then whole numbers. */
const LEFT_G: usize = 8;
const LEFT_H: usize = 16;
const COLUMN: usize = 24;
const BIN: usize = 28;
const MISSING_LEFT: usize = 32;
const CODE: usize = 36;

const FOUND: usize = 4096;
const FOUND_CODES: usize = 8192;
const WORDS: usize = 8448;
const WORD_COUNT: i32 = 8;

// @ts-ignore: decorator
@inline
function binsOf(sums: usize, offsets: usize, column: i32): usize {
  return sums + (<usize>load<i32>(offsets + (<usize>column << 2)) << 4);
}

/** Adds the rows up in the bins they fall into and lists these; @returns how many, that of missing values first */
function readRows(
  own: usize,
  order: usize,
  pairs: usize,
  begin: i32,
  end: i32,
  scratch: usize,
): i32 {
  const words = scratch + WORDS;
  store<u32>(words, 1);
  for (let i = begin; i < end; i++) {
    const code = <usize>load<u8>(own + <usize>load<u32>(order + (<usize>i << 2)));
    const word = words + ((code >> 5) << 2);
    store<u32>(word, load<u32>(word) | (1 << (<u32>code & 31)));
    const bin = scratch + (code << 4);
    v128.store(bin, f64x2.add(v128.load(bin), v128.load(pairs + (<usize>i << 4))));
  }
  let count = 0;
  for (let w = 0; w < WORD_COUNT; w++) {
    const word = words + (<usize>w << 2);
    let bits = load<u32>(word);
    store<u32>(word, 0);
    while (bits !== 0) {
      const code = <usize>((w << 5) + ctz(bits));
      bits &= bits - 1;
      const bin = scratch + (code << 4);
      store<u8>(scratch + FOUND_CODES + <usize>count, <u8>code);
      v128.store(scratch + FOUND + (<usize>count << 4), v128.load(bin));
      v128.store(bin, f64x2.splat(0));
      count++;
    }
  }
  return count;
}

/** Missing values are tried on either side; where there are none they belong to the heavier one. */
function searchColumn(
  bins: usize,
  last: i32,
  column: i32,
  totalG: f64,
  totalH: f64,
  lambda: f64,
  alpha: f64,
  leastChild: f64,
  best: usize,
): void {
  // All values on one side is the second scan's: there the threshold is below the lowest float.
  scan(bins, 1, last, column, totalG, totalH, lambda, alpha, leastChild, best);
  if (load<f64>(bins, 8) > 0) {
    scan(bins, 0, last, column, totalG, totalH, lambda, alpha, leastChild, best);
  }
}

/** Moves the bins from `first` to `last` to the left one by one; what is missing goes where it is. */
function scan(
  bins: usize,
  first: i32,
  last: i32,
  column: i32,
  totalG: f64,
  totalH: f64,
  lambda: f64,
  alpha: f64,
  leastChild: f64,
  best: usize,
): void {
  const most = totalH - leastChild;
  let leftG: f64 = 0;
  let leftH: f64 = 0;
  let score = load<f64>(best);
  for (let bin = first; bin <= last; bin++) {
    const at = bins + (<usize>bin << 4);
    leftG += load<f64>(at);
    leftH += load<f64>(at, 8);
    if (leftH < leastChild) continue;
    if (leftH > most) break;
    let left = leftG;
    let right = totalG - leftG;
    if (alpha > 0) {
      left = shrink(left, alpha);
      right = shrink(right, alpha);
    }
    const leftSize = leftH + lambda;
    const rightSize = totalH - leftH + lambda;
    // The sum of both scores, compared without a division: most splits lose.
    const over = left * left * rightSize + right * right * leftSize;
    const under = leftSize * rightSize;
    if (over <= score * under) continue;
    score = over / under;
    store<f64>(best, score);
    store<f64>(best, leftG, LEFT_G);
    store<f64>(best, leftH, LEFT_H);
    store<i32>(best, column, COLUMN);
    store<i32>(best, bin, BIN);
    const isLeft = first === 0 || (load<f64>(bins, 8) === 0 && 2 * leftH >= totalH);
    store<i32>(best, <i32>isLeft, MISSING_LEFT);
  }
}

// @ts-ignore: decorator
@inline
function shrink(sum: f64, alpha: f64): f64 {
  return sum - max<f64>(-alpha, min<f64>(alpha, sum));
}
