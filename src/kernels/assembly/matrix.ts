// Matrices are row-major, addresses and strides in bytes, single precision. Rows of a product come in
// fours and columns in eights: callers pad with zeros, so that no kernel has a remainder to care for.

/** Steps of the inner sum at a time in `addTransposedProduct`: 256 × 8 numbers of a panel are 8 kB. */
const BLOCK: i32 = 256;

/**
 * Lays a matrix out for `multiply`: panels of eight columns, each row after row. Strides tell where the
 * next row and the next column are, and so whether the matrix or its transpose is meant.
 */
export function pack(
  target: usize,
  source: usize,
  rows: i32,
  columns: i32,
  rowStride: usize,
  columnStride: usize,
): void {
  for (let j = 0; j < columns; j += 8) {
    let from = source + <usize>j * columnStride;
    if (columnStride == 4) {
      for (let k = 0; k < rows; k++) {
        v128.store(target, v128.load(from));
        v128.store(target, v128.load(from, 16), 16);
        from += rowStride;
        target += 32;
      }
    } else {
      for (let k = 0; k < rows; k++) {
        let at = from;
        for (let c: usize = 0; c < 32; c += 4) {
          store<f32>(target + c, load<f32>(at));
          at += columnStride;
        }
        from += rowStride;
        target += 32;
      }
    }
  }
}

/** `c = a b`, or `c += a b`, with `b` packed: rows × depth by depth × columns. */
export function multiply(
  c: usize,
  cStride: usize,
  a: usize,
  aStride: usize,
  packed: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  isAdded: bool,
): void {
  for (let j = 0; j < columns; j += 8) {
    for (let i = 0; i < rows; i += 4) {
      tile(
        c + <usize>i * cStride + (<usize>j << 2),
        cStride,
        a + <usize>i * aStride,
        aStride,
        packed,
        depth,
        isAdded,
      );
    }
    packed += <usize>depth << 5;
  }
}

/**
 * `c += aᵀ b`: depth × rows, transposed, by depth × columns.
 * @param scratch - room for 256 × columns
 */
export function addTransposedProduct(
  c: usize,
  cStride: usize,
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  scratch: usize,
): void {
  for (let k = 0; k < depth; k += BLOCK) {
    const steps = min(BLOCK, depth - k);
    pack(scratch, b + <usize>k * bStride, steps, columns, bStride, 4);
    const from = a + <usize>k * aStride;
    let panel = scratch;
    for (let j = 0; j < columns; j += 8) {
      for (let i = 0; i < rows; i += 4) {
        transposedTile(
          c + <usize>i * cStride + (<usize>j << 2),
          cStride,
          from + (<usize>i << 2),
          aStride,
          panel,
          steps,
        );
      }
      panel += <usize>steps << 5;
    }
  }
}

/** Four rows by eight columns of `a b`, all sums in registers. */
function tile(
  c: usize,
  cStride: usize,
  a0: usize,
  aStride: usize,
  panel: usize,
  depth: i32,
  isAdded: bool,
): void {
  let a1 = a0 + aStride;
  let a2 = a1 + aStride;
  let a3 = a2 + aStride;
  const c1 = c + cStride;
  const c2 = c1 + cStride;
  const c3 = c2 + cStride;
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  if (isAdded) {
    s00 = v128.load(c);
    s01 = v128.load(c, 16);
    s10 = v128.load(c1);
    s11 = v128.load(c1, 16);
    s20 = v128.load(c2);
    s21 = v128.load(c2, 16);
    s30 = v128.load(c3);
    s31 = v128.load(c3, 16);
  }
  const end = panel + (<usize>depth << 5);
  while (panel < end) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    let x = v128.load_splat<f32>(a0);
    s00 = f32x4.add(s00, f32x4.mul(x, b0));
    s01 = f32x4.add(s01, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(a1);
    s10 = f32x4.add(s10, f32x4.mul(x, b0));
    s11 = f32x4.add(s11, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(a2);
    s20 = f32x4.add(s20, f32x4.mul(x, b0));
    s21 = f32x4.add(s21, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(a3);
    s30 = f32x4.add(s30, f32x4.mul(x, b0));
    s31 = f32x4.add(s31, f32x4.mul(x, b1));
    panel += 32;
    a0 += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}

/** Four rows by eight columns of `aᵀ b`, added: the four lie side by side in each row of `a`. */
function transposedTile(
  c: usize,
  cStride: usize,
  a: usize,
  aStride: usize,
  panel: usize,
  depth: i32,
): void {
  const c1 = c + cStride;
  const c2 = c1 + cStride;
  const c3 = c2 + cStride;
  let s00 = v128.load(c);
  let s01 = v128.load(c, 16);
  let s10 = v128.load(c1);
  let s11 = v128.load(c1, 16);
  let s20 = v128.load(c2);
  let s21 = v128.load(c2, 16);
  let s30 = v128.load(c3);
  let s31 = v128.load(c3, 16);
  const end = panel + (<usize>depth << 5);
  while (panel < end) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    let x = v128.load_splat<f32>(a);
    s00 = f32x4.add(s00, f32x4.mul(x, b0));
    s01 = f32x4.add(s01, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(a, 4);
    s10 = f32x4.add(s10, f32x4.mul(x, b0));
    s11 = f32x4.add(s11, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(a, 8);
    s20 = f32x4.add(s20, f32x4.mul(x, b0));
    s21 = f32x4.add(s21, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(a, 12);
    s30 = f32x4.add(s30, f32x4.mul(x, b0));
    s31 = f32x4.add(s31, f32x4.mul(x, b1));
    panel += 32;
    a += aStride;
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}
