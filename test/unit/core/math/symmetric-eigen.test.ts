import { describe, expect, it } from '@jest/globals';
import { normal, seededRandom } from '#core/math/random.ts';
import { type SymmetricEigen, symmetricEigen } from '#core/math/symmetric-eigen.ts';

/** A few roundings of doubles for each of the sums of a matrix of this size. */
const TOLERANCE = 1e-13;

/** The largest entry of `A v − λ v` over all pairs. */
function worstResidual(matrix: Float64Array, { values, vectors }: SymmetricEigen): number {
  const size = values.length;
  let worst = 0;
  for (let k = 0; k < size; k++) {
    for (let i = 0; i < size; i++) {
      let sum = -values[k]! * vectors[k * size + i]!;
      for (let j = 0; j < size; j++) sum += matrix[i * size + j]! * vectors[k * size + j]!;
      worst = Math.max(worst, Math.abs(sum));
    }
  }
  return worst;
}

/** The largest entry of `V Vᵀ − I`. */
function worstAngle({ values, vectors }: SymmetricEigen): number {
  const size = values.length;
  let worst = 0;
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      let sum = a === b ? -1 : 0;
      for (let j = 0; j < size; j++) sum += vectors[a * size + j]! * vectors[b * size + j]!;
      worst = Math.max(worst, Math.abs(sum));
    }
  }
  return worst;
}

function randomSymmetric(size: number, seed: number): Float64Array {
  const random = seededRandom(seed, 'symmetric');
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      matrix[i * size + j] = normal(random);
      matrix[j * size + i] = matrix[i * size + j]!;
    }
  }
  return matrix;
}

describe('symmetricEigen', () => {
  it('decomposes a matrix by hand', () => {
    // [2 1; 1 2] (1, 1) = 3 (1, 1) and [2 1; 1 2] (1, -1) = 1 (1, -1).
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(values[0]).toBeCloseTo(3, 14);
    expect(values[1]).toBeCloseTo(1, 14);
    expect(Math.abs(vectors[0]! - Math.SQRT1_2)).toBeLessThan(TOLERANCE);
    expect(Math.abs(vectors[1]! - Math.SQRT1_2)).toBeLessThan(TOLERANCE);
    expect(Math.abs(vectors[2]! + vectors[3]!)).toBeLessThan(TOLERANCE);
  });

  it('finds the eigenvalues that a known polynomial has', () => {
    // The second-difference matrix of size 3 has the eigenvalues 2 − 2 cos(kπ/4): 2 + √2, 2, 2 − √2.
    const { values } = symmetricEigen(Float64Array.of(2, -1, 0, -1, 2, -1, 0, -1, 2), 3);
    const expected = [2 + Math.SQRT2, 2, 2 - Math.SQRT2];
    for (const [k, value] of expected.entries()) expect(values[k]).toBeCloseTo(value, 14);
  });

  it.each([1, 2, 5, 22])('solves A v = λ v with orthonormal vectors for %d random rows', (size) => {
    for (const seed of [1, 2, 3]) {
      const matrix = randomSymmetric(size, seed);
      const eigen = symmetricEigen(matrix, size);
      expect(worstResidual(matrix, eigen)).toBeLessThan(TOLERANCE * size);
      expect(worstAngle(eigen)).toBeLessThan(TOLERANCE);
      expect([...eigen.values]).toEqual([...eigen.values].sort((a, b) => b - a));
    }
  });

  it('copes with equal eigenvalues, none, and extreme sizes', () => {
    const rankOne = Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1);
    const eigen = symmetricEigen(rankOne, 3);
    expect(eigen.values[0]).toBeCloseTo(3, 14);
    expect(worstAngle(eigen)).toBeLessThan(TOLERANCE);
    expect([...symmetricEigen(new Float64Array(4), 2).values]).toEqual([0, 0]);
    expect(symmetricEigen(new Float64Array(0), 0).values).toHaveLength(0);
    expect(symmetricEigen(Float64Array.of(1e150, 1e150, 1e150, 1e150), 2).values[0]).toBeCloseTo(
      2e150,
      -137,
    );
  });

  it('reads the lower triangle alone, changes nothing, and gives the largest entry a plus', () => {
    const matrix = Float64Array.of(1, 99, -3, 1);
    const { values, vectors } = symmetricEigen(matrix, 2);
    expect(values[0]).toBeCloseTo(4, 14);
    expect(Math.max(...vectors.subarray(0, 2))).toBeCloseTo(Math.SQRT1_2, 14);
    expect([...matrix]).toEqual([1, 99, -3, 1]);
  });

  it('refuses another size and what is not finite', () => {
    expect(() => symmetricEigen(new Float64Array(3), 2)).toThrow(RangeError);
    expect(() => symmetricEigen(Float64Array.of(Number.NaN), 1)).toThrow('finite');
  });
});
