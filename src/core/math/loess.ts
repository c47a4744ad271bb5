/** How a loess curve is drawn. */
export interface LoessOptions {
  /** Values that take part in one local fit; an odd number, more than there are makes it stiffer. */
  readonly window: number;
  /** 0 fits local means, 1 local lines. */
  readonly degree: 0 | 1;
  /** Fits only every so many positions and the last, and joins them by straight lines. */
  readonly jump?: number;
}

/** Weights below and above these shares of the window's reach are taken as 1 and 0. */
const NEAR = 0.001;
const FAR = 0.999;

/**
 * A smooth curve through equally spaced values, none of them missing: at each position a local mean
 * or line over the nearest `window` values, weighted by the tricube of their distance (Cleveland
 * 1979; in the form of Cleveland, Cleveland, McRae & Terpenning 1990, "STL", section 2, and of its
 * FORTRAN program, which R's `stl` runs).
 *
 * @returns as many values as there were
 * @throws {RangeError} when the window is not a positive integer
 */
export function loess(values: Float64Array, options: LoessOptions): Float64Array {
  const { window, jump = 1 } = options;
  if (!Number.isInteger(window) || window < 1) {
    throw new RangeError(`a loess window must be a positive integer, got ${window}`);
  }
  const last = values.length - 1;
  const curve = new Float64Array(values.length);
  if (last < 1) return values.slice();
  const half = (window - 1) >> 1;
  // Where the window reaches neither end, the weights are the same everywhere.
  let inner: Float64Array | undefined;
  const fitAt = (position: number) => {
    if (position < half || position - half + window > values.length) {
      return loessAt(values, position, options);
    }
    inner ??= loessWeights(values.length, position, options);
    return weighted(values, position - half, inner);
  };
  const stride = Math.max(1, Math.min(jump, last));
  let from = 0;
  curve[0] = fitAt(0);
  while (from < last) {
    const to = Math.min(from + stride, last);
    curve[to] = fitAt(to);
    const slope = (curve[to]! - curve[from]!) / (to - from);
    for (let i = from + 1; i < to; i++) curve[i] = curve[from]! + slope * (i - from);
    from = to;
  }
  return curve;
}

/**
 * The curve at one position, which may lie a step before the first value (-1) or after the last.
 */
export function loessAt(values: Float64Array, position: number, options: LoessOptions): number {
  const { left, weights } = localWeights(values.length, position, options);
  return weighted(values, left, weights);
}

/** What each of the values in the window of a position counts there; together 1. */
export function loessWeights(count: number, position: number, options: LoessOptions): Float64Array {
  return localWeights(count, position, options).weights;
}

function weighted(values: Float64Array, left: number, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * values[left + i]!;
  return sum;
}

function localWeights(count: number, position: number, { window, degree }: LoessOptions) {
  const width = Math.min(window, count);
  const left = Math.min(Math.max(position - ((window - 1) >> 1), 0), count - width);
  const right = left + width - 1;
  const surplus = Math.max(0, (window - count) >> 1);
  const reach = Math.max(position - left, right - position) + surplus;
  const weights = new Float64Array(width);
  let total = 0;
  let centre = 0;
  for (let i = 0; i < width; i++) {
    weights[i] = tricube(Math.abs(left + i - position), reach);
    total += weights[i]!;
    centre += weights[i]! * i;
  }
  centre /= total;
  for (let i = 0; i < width; i++) weights[i]! /= total;
  if (degree === 1) {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += weights[i]! * (i - centre) ** 2;
    // Too narrow to tell a slope: the rule of the FORTRAN program.
    if (Math.sqrt(squares) > NEAR * (count - 1)) {
      const lever = (position - left - centre) / squares;
      for (let i = 0; i < width; i++) weights[i]! *= 1 + lever * (i - centre);
    }
  }
  return { left, weights };
}

function tricube(distance: number, reach: number): number {
  if (distance <= NEAR * reach) return 1;
  if (distance > FAR * reach) return 0;
  const share = distance / reach;
  return (1 - share * share * share) ** 3;
}
