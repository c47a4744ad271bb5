import { loess, loessAt } from '../math/loess.ts';

/** A series as the sum of a season, a trend and the rest. */
export interface StlComponents {
  readonly seasonal: Float64Array;
  readonly trend: Float64Array;
}

/** Passes through the two smoothers. More change little without robustness weights. */
const PASSES = 2;

/** A fit at every tenth of the window is as good as one at every position (the paper, section 2.4). */
const JUMP_SHARE = 0.1;

/**
 * Splits a series into a season that may change slowly and a trend, by loess (Cleveland, Cleveland,
 * McRae & Terpenning 1990, "STL: a seasonal-trend decomposition procedure based on loess", without
 * robustness weights; the defaults of R's `stats::stl`).
 *
 * @param values - two cycles or more, none missing
 * @param parameters.seasonWindow - cycles that a slot of the season is smoothed over, odd
 * @throws {RangeError} with fewer than two cycles
 */
export function stl(
  values: Float64Array,
  parameters: { readonly seasonLength: number; readonly seasonWindow: number },
): StlComponents {
  const { seasonLength, seasonWindow } = parameters;
  if (seasonLength < 2 || values.length < 2 * seasonLength) {
    throw new RangeError(`no two cycles of ${seasonLength} steps in ${values.length} values`);
  }
  const seasonOptions = smoother(seasonWindow, 0);
  const lowPassOptions = smoother(nextOdd(seasonLength), 1);
  const trendOptions = smoother(trendWindow(seasonLength, seasonWindow), 1);
  let seasonal: Float64Array = new Float64Array(values.length);
  let trend: Float64Array = new Float64Array(values.length);
  for (let pass = 0; pass < PASSES; pass++) {
    const detrended = minus(values, trend);
    // One cycle longer at either end, which the moving averages of the low-pass filter take off.
    const cycles = smoothedSlots(detrended, seasonLength, seasonOptions);
    const lowPass = loess(lowPassed(cycles, seasonLength), lowPassOptions);
    seasonal = minus(cycles.subarray(seasonLength, seasonLength + values.length), lowPass);
    trend = loess(minus(values, seasonal), trendOptions);
  }
  return { seasonal, trend };
}

type Smoother = ReturnType<typeof smoother>;

function smoother(window: number, degree: 0 | 1) {
  return { window, degree, jump: Math.ceil(window * JUMP_SHARE) };
}

/** The shortest trend that leaves no season to the trend (the paper, section 3.5). */
function trendWindow(seasonLength: number, seasonWindow: number): number {
  return nextOdd(Math.ceil((1.5 * seasonLength) / (1 - 1.5 / seasonWindow)));
}

function nextOdd(value: number): number {
  return value % 2 === 0 ? value + 1 : value;
}

/** Every slot smoothed over its cycles and continued by one cycle before and after. */
function smoothedSlots(
  detrended: Float64Array,
  seasonLength: number,
  options: Smoother,
): Float64Array {
  const result = new Float64Array(detrended.length + 2 * seasonLength);
  for (let slot = 0; slot < seasonLength; slot++) {
    const cycles = Math.floor((detrended.length - 1 - slot) / seasonLength) + 1;
    const own = Float64Array.from(
      { length: cycles },
      (_, i) => detrended[i * seasonLength + slot]!,
    );
    const curve = loess(own, options);
    result[slot] = loessAt(own, -1, options);
    for (let i = 0; i < cycles; i++) result[(i + 1) * seasonLength + slot] = curve[i]!;
    result[(cycles + 1) * seasonLength + slot] = loessAt(own, cycles, options);
  }
  return result;
}

/** Moving averages over a cycle, a cycle and three values: no season of this length passes. */
function lowPassed(values: Float64Array, seasonLength: number): Float64Array {
  return movingAverage(movingAverage(movingAverage(values, seasonLength), seasonLength), 3);
}

function movingAverage(values: Float64Array, window: number): Float64Array {
  const averages = new Float64Array(values.length - window + 1);
  let sum = 0;
  for (let i = 0; i < window; i++) sum += values[i]!;
  averages[0] = sum / window;
  for (let i = window; i < values.length; i++) {
    sum += values[i]! - values[i - window]!;
    averages[i - window + 1] = sum / window;
  }
  return averages;
}

function minus(values: Float64Array, other: Float64Array): Float64Array {
  return values.map((value, i) => value - other[i]!);
}
