/**
 * `target = source`, or `target += source`, number by number times a mask where there is one. Columns
 * come in fours.
 * @param mask - rows × columns without gaps between its rows; 0 for none
 */
export function move(
  target: usize,
  targetStride: usize,
  source: usize,
  sourceStride: usize,
  mask: usize,
  rows: i32,
  columns: i32,
  isAdded: bool,
): void {
  const bytes = <usize>columns << 2;
  for (let row = 0; row < rows; row++) {
    for (let at: usize = 0; at < bytes; at += 16) {
      let value = v128.load(source + at);
      if (mask != 0) value = f32x4.mul(value, v128.load(mask + at));
      if (isAdded) value = f32x4.add(value, v128.load(target + at));
      v128.store(target + at, value);
    }
    target += targetStride;
    source += sourceStride;
    if (mask != 0) mask += bytes;
  }
}

/**
 * A mask of a dropout: 0 with this probability, 1 / (1 - rate) else, the same for the same seed. Four
 * generators side by side (Marsaglia 2003, "Xorshift RNGs"), started by a hash of the seed.
 */
export function fillMask(target: usize, count: i32, rate: f32, seed: u32): void {
  let state = i32x4(
    <i32>started(seed, 1),
    <i32>started(seed, 2),
    <i32>started(seed, 3),
    <i32>started(seed, 4),
  );
  const limit = f32x4.splat(rate);
  const kept = f32x4.splat(1 / (1 - rate));
  const unit = f32x4.splat(1 / <f32>(1 << 24));
  const end = target + (<usize>count << 2);
  for (; target < end; target += 16) {
    state = v128.xor(state, i32x4.shl(state, 13));
    state = v128.xor(state, i32x4.shr_u(state, 17));
    state = v128.xor(state, i32x4.shl(state, 5));
    const draw = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(state, 8)), unit);
    v128.store(target, v128.and(f32x4.ge(draw, limit), kept));
  }
}

/** A well mixed number that is not 0 (the last steps of MurmurHash3, Appleby 2011). */
function started(seed: u32, lane: u32): u32 {
  let mixed = seed + lane * 0x9e3779b9;
  mixed = (mixed ^ (mixed >>> 16)) * 0x85ebca6b;
  mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
  mixed ^= mixed >>> 16;
  return mixed == 0 ? lane : mixed;
}

/** Replaces negative numbers by 0; NaN stays. Columns come in fours. */
export function rectify(target: usize, stride: usize, rows: i32, columns: i32): void {
  const bytes = <usize>columns << 2;
  const zero = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(target + at, f32x4.pmax(v128.load(target + at), zero));
    }
    target += stride;
  }
}

/** Gradients behind a rectifier: `factor` times themselves where its answer is above 0, 0 elsewhere. */
export function rectifyGradients(
  gradients: usize,
  gradientStride: usize,
  answers: usize,
  answerStride: usize,
  rows: i32,
  columns: i32,
  factor: f32,
): void {
  const bytes = <usize>columns << 2;
  const zero = f32x4.splat(0);
  const scale = f32x4.splat(factor);
  for (let row = 0; row < rows; row++) {
    for (let at: usize = 0; at < bytes; at += 16) {
      const isPassed = f32x4.gt(v128.load(answers + at), zero);
      const value = f32x4.mul(v128.load(gradients + at), scale);
      v128.store(gradients + at, v128.and(value, isPassed));
    }
    gradients += gradientStride;
    answers += answerStride;
  }
}
