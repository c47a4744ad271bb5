/** The eigenvalues of a symmetric matrix, largest first, and an eigenvector for each. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  /** Row by row: row k is the unit eigenvector of `values[k]`, its largest entry positive. */
  readonly vectors: Float64Array;
}

/** Jacobi needs 6 to 10 sweeps; the error of a sweep is squared by the next. */
const MAX_SWEEPS = 64;

/**
 * Decomposes a symmetric matrix, `A v = λ v`, by cyclic Jacobi rotations (Golub & Van Loan, Matrix
 * Computations, 4th ed., section 8.5): simple, accurate to the last digits, and fast enough below a
 * hundred rows. The eigenvectors are orthonormal.
 *
 * @param matrix - `A` row by row; only the diagonal and what lies below it are read. Not changed
 * @throws {RangeError} when the matrix does not have `size`² entries, or one that is read is not
 *   finite
 * @example
 * ```ts
 * symmetricEigen(Float64Array.of(2, 0, 0, 3), 2); // => { values: [3, 2], vectors: [0, 1, 1, 0] }
 * ```
 */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  if (matrix.length !== size * size) {
    throw new RangeError(`${size} rows need ${size * size} entries, got ${matrix.length}`);
  }
  const a = fromLowerTriangle(matrix, size);
  const v = identity(size);
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let rotations = 0;
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) if (rotate(a, v, size, p, q)) rotations++;
    }
    if (rotations === 0) break;
  }
  return sorted(a, v, size);
}

/** Makes `a[p][q]` zero and turns `v` (eigenvectors in rows) along; false when it counts as zero. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): boolean {
  const off = a[p * size + q]!;
  const app = a[p * size + p]!;
  const aqq = a[q * size + q]!;
  // Relative to the two entries it could still change: below that it is rounding.
  const isNothing = Math.abs(off) <= Number.EPSILON * 0.5 * Math.sqrt(Math.abs(app * aqq));
  if (off === 0 || isNothing) return false;
  const theta = (aqq - app) / (2 * off);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < size; k++) {
    if (k === p || k === q) continue;
    const akp = a[k * size + p]!;
    const akq = a[k * size + q]!;
    a[k * size + p] = a[p * size + k] = c * akp - s * akq;
    a[k * size + q] = a[q * size + k] = s * akp + c * akq;
  }
  a[p * size + p] = app - t * off;
  a[q * size + q] = aqq + t * off;
  a[p * size + q] = a[q * size + p] = 0;
  for (let k = 0; k < size; k++) {
    const vp = v[p * size + k]!;
    const vq = v[q * size + k]!;
    v[p * size + k] = c * vp - s * vq;
    v[q * size + k] = s * vp + c * vq;
  }
  return true;
}

function sorted(a: Float64Array, v: Float64Array, size: number): SymmetricEigen {
  const order = Array.from({ length: size }, (_, k) => k);
  order.sort((i, j) => a[j * size + j]! - a[i * size + i]! || i - j);
  const values = Float64Array.from(order, (k) => a[k * size + k]!);
  const vectors = new Float64Array(size * size);
  for (const [row, k] of order.entries()) {
    vectors.set(withPositivePeak(v.subarray(k * size, (k + 1) * size)), row * size);
  }
  return { values, vectors };
}

/** A vector and its opposite are both right: one of them is chosen, so that results can be compared. */
function withPositivePeak(vector: Float64Array): Float64Array {
  let peak = 0;
  for (const entry of vector) if (Math.abs(entry) > Math.abs(peak)) peak = entry;
  return peak < 0 ? vector.map((entry) => 0 - entry) : vector;
}

function fromLowerTriangle(matrix: Float64Array, size: number): Float64Array {
  const full = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const entry = matrix[i * size + j]!;
      if (!Number.isFinite(entry)) {
        throw new RangeError(`a matrix entry must be finite, got ${entry} at ${i}, ${j}`);
      }
      full[i * size + j] = full[j * size + i] = entry;
    }
  }
  return full;
}

function identity(size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) matrix[i * size + i] = 1;
  return matrix;
}
