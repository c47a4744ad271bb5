import { expect } from '@jest/globals';

/** Equal to the last bit; 0 and -0 differ. */
export function expectIdentical(actual: Float64Array, expected: Float64Array): void {
  expect(actual).toHaveLength(expected.length);
  expect([...actual].findIndex((value, i) => !Object.is(value, expected[i]))).toBe(-1);
}

/** Equal but for a relative difference; nothing expected is 0. */
export function expectClose(actual: Float64Array, expected: Float64Array, relative: number): void {
  const worst = actual.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - expected[i]!) / Math.abs(expected[i]!)),
    0,
  );
  expect(worst).toBeLessThan(relative);
}
