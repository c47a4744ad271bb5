/** Beyond it `2^t` is not told from 0 or infinity by what is made of it here. */
const REACH: f32 = 120;
/** Added to a number below 2^22 it leaves the nearest integer in the low bits of the sum. */
const ROUNDER: f32 = 12582912; // 1.5 × 2^23
const LOG2_E: f32 = 1.4426950408889634;

/**
 * 2^t in four lanes: 2^n of the nearest integer n by its exponent bits, the rest by the Taylor polynomial
 * of degree 6, whose error is below 1.3e-7 of the value for |rest| ≤ 1/2. NaN stays NaN.
 */
// @ts-ignore: decorator
@inline
function exp2(t: v128): v128 {
  // In this order of arguments a NaN is kept.
  const within = f32x4.pmax(
    f32x4.pmin(t, f32x4.splat(REACH)),
    f32x4.splat(-REACH),
  );
  const shifted = f32x4.add(within, f32x4.splat(ROUNDER));
  const rest = f32x4.sub(within, f32x4.sub(shifted, f32x4.splat(ROUNDER)));
  // (ln 2)^k / k!
  let sum = f32x4.splat(1.5403530393381606e-4);
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(1.3333558146428443e-3));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(9.618129107628477e-3));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(5.550410866482158e-2));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(0.2402265069591007));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(0.6931471805599453));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(1));
  return i32x4.add(sum, i32x4.shl(shifted, 23));
}

/** 1 / (1 + e^-x) in four lanes, at most 1.2e-7 off. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const power = exp2(f32x4.mul(x, f32x4.splat(-LOG2_E)));
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), power));
}

/** 2 / (1 + e^-2x) - 1 in four lanes, at most 2.4e-7 off. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const power = exp2(f32x4.mul(x, f32x4.splat(-2 * LOG2_E)));
  const half = f32x4.div(f32x4.splat(2), f32x4.add(f32x4.splat(1), power));
  return f32x4.sub(half, f32x4.splat(1));
}

/** Replaces numbers by their sigmoids; their count is a multiple of four. */
export function sigmoids(address: usize, count: i32): void {
  const end = address + (<usize>count << 2);
  for (; address < end; address += 16) v128.store(address, sigmoid(v128.load(address)));
}

/** Replaces numbers by their hyperbolic tangents; their count is a multiple of four. */
export function tanhs(address: usize, count: i32): void {
  const end = address + (<usize>count << 2);
  for (; address < end; address += 16) v128.store(address, tanh(v128.load(address)));
}
