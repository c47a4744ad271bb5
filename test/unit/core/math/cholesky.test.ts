import { describe, expect, it } from '@jest/globals';
import { solvePositiveDefinite } from '#core/math/cholesky.ts';

describe('solvePositiveDefinite', () => {
  it('solves a system by hand', () => {
    // L = [2 0 0; 1 3 0; -1 2 1], L Lᵀ = [4 2 -2; 2 10 5; -2 5 6]; times (1, -1, 2) it is (-2, 2, 5).
    const lower = Float64Array.of(4, 0, 0, 2, 10, 0, -2, 5, 6);
    const x = solvePositiveDefinite(lower, Float64Array.of(-2, 2, 5));
    expect([...x!]).toEqual([1, -1, 2]);
  });

  it('reads the lower triangle alone and changes nothing', () => {
    const matrix = Float64Array.of(4, 99, 2, 5);
    const right = Float64Array.of(8, 12);
    expect([...solvePositiveDefinite(matrix, right)!]).toEqual([1, 2]);
    expect([...matrix]).toEqual([4, 99, 2, 5]);
    expect([...right]).toEqual([8, 12]);
  });

  it.each([
    ['singular', [1, 0, 1, 1]],
    ['indefinite', [1, 0, 2, 1]],
    ['not a number', [Number.NaN, 0, 0, 1]],
  ])('has no answer for a matrix that is %s', (_, matrix) => {
    expect(solvePositiveDefinite(Float64Array.from(matrix), Float64Array.of(1, 1))).toBeUndefined();
  });

  it('refuses a matrix of another size', () => {
    expect(() => solvePositiveDefinite(new Float64Array(3), new Float64Array(2))).toThrow(
      RangeError,
    );
  });
});
