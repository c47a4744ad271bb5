const DECAY_OF_MEAN: f32 = 0.9;
const DECAY_OF_SQUARES: f32 = 0.999;
const EPSILON: f32 = 1e-7;

/** Adds a share of the weights to their gradients. @returns the sum of the gradients' squares */
export function decay(gradients: usize, weights: usize, count: i32, share: f32): f64 {
  const factor = f32x4.splat(share);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const bytes = <usize>count << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const weight = v128.load(weights + at);
    const gradient = f32x4.add(v128.load(gradients + at), f32x4.mul(weight, factor));
    v128.store(gradients + at, gradient);
    const first = f64x2.promote_low_f32x4(gradient);
    const second = f64x2.promote_low_f32x4(
      v128.shuffle<i32>(gradient, gradient, 2, 3, 2, 3),
    );
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * One update of Adam (Kingma & Ba 2015, end of section 2).
 * @param shorten - factor on all gradients
 * @param rate - the learning rate with both corrections for the beginning
 */
export function adam(
  weights: usize,
  gradients: usize,
  firsts: usize,
  seconds: usize,
  count: i32,
  shorten: f32,
  rate: f32,
): void {
  const factor = f32x4.splat(shorten);
  const step = f32x4.splat(rate);
  const epsilon = f32x4.splat(EPSILON);
  const bytes = <usize>count << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const gradient = f32x4.mul(v128.load(gradients + at), factor);
    const first = blend(v128.load(firsts + at), gradient, DECAY_OF_MEAN);
    const second = blend(v128.load(seconds + at), f32x4.mul(gradient, gradient), DECAY_OF_SQUARES);
    v128.store(firsts + at, first);
    v128.store(seconds + at, second);
    const root = f32x4.add(f32x4.sqrt(second), epsilon);
    const change = f32x4.div(f32x4.mul(first, step), root);
    v128.store(weights + at, f32x4.sub(v128.load(weights + at), change));
  }
}

// @ts-ignore: decorator
@inline
function blend(kept: v128, newer: v128, share: f32): v128 {
  return f32x4.add(
    f32x4.mul(kept, f32x4.splat(share)),
    f32x4.mul(newer, f32x4.splat(1 - share)),
  );
}
