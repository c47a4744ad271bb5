import { describe, expect, it } from '@jest/globals';
import { RunningRangeStateSchema, runningRange } from '#core/detect/running-range.ts';

const { NaN: GAP } = Number;

/** What is forgotten in a few rows is a ten-thousandth. */
const FORGOTTEN = 4;

function exceedances(values: readonly number[], isTwoSided = true): readonly number[] {
  const range = runningRange({ isTwoSided });
  return values.map((value) => range.exceed(value));
}

describe('the running range', () => {
  it('tells how far a value goes beyond it, in widths', () => {
    // The first two have no width before them; 10 … 20: 25 is 5 beyond, then 10 … 25: 4 is 6 below.
    const told = exceedances([10, 20, 15, 25, 4, 30]);
    expect(told.slice(0, 3)).toEqual([0, 0, 0]);
    expect(told[3]).toBeCloseTo(5 / 10, FORGOTTEN);
    expect(told[4]).toBeCloseTo(6 / 15, FORGOTTEN);
    expect(told[5]).toBeCloseTo(5 / 21, FORGOTTEN); // 4 … 25
  });

  it('is open below when it is one-sided, and widens there all the same', () => {
    const told = exceedances([10, 20, 4, 25], false);
    expect(told.slice(0, 3)).toEqual([0, 0, 0]);
    expect(told[3]).toBeCloseTo(5 / 16, FORGOTTEN);
  });

  it('says nothing while it has no width', () => {
    expect(exceedances([7, 7, 7, 9])).toEqual([0, 0, 0, 0]);
  });

  it('passes over what is missing', () => {
    const [first, second, third] = exceedances([10, 20, 25]);
    expect(exceedances([GAP, 10, GAP, 20, GAP, 25])).toEqual([0, first, 0, second, 0, third]);
    const range = runningRange({ isTwoSided: true });
    range.exceed(GAP);
    expect(range.toState()).toEqual({ bounds: null });
  });

  it('forgets half of a peak in 28,000 rows, and so tells the same peak again', () => {
    // 0 and 1 in turn, mean 1/2, and once 1,000.
    const range = runningRange({ isTwoSided: true });
    for (let i = 0; i < 2_000; i++) range.exceed(i % 2);
    expect(range.exceed(1_000)).toBeCloseTo(999, 0);
    for (let i = 0; i < 28_000; i++) range.exceed(i % 2);
    const [low = GAP, high = GAP, centre = GAP] = range.toState().bounds ?? [];
    // The centre began at 0: 0.5 off, 0.5 / 2^(2 / 28) = 0.476 at the peak, which moved it by
    // 1,000 (1 - 2^(-1 / 28,000)) = 0.025, and half of the 0.451 that were left after it.
    expect(centre).toBeCloseTo(0.5 - 0.451 / 2, 3);
    // Half of the way from 1,000 to the centre, which went from 0.05 to 0.27.
    expect(high).toBeGreaterThan(500.02);
    expect(high).toBeLessThan(500.14);
    expect(low).toBeCloseTo(0, 3);
    expect(range.exceed(1_000)).toBeCloseTo((1_000 - high) / (high - low), 6);
  });

  it('goes on from its state as if nothing had happened', () => {
    const whole = runningRange({ isTwoSided: true });
    let parts = runningRange({ isTwoSided: true });
    for (const value of [-0, 0.1, GAP, 12, -3, 5, 40, 1e30, -1e30, 2]) {
      const state = RunningRangeStateSchema.parse(JSON.parse(JSON.stringify(parts.toState())));
      parts = runningRange({ isTwoSided: true }, state);
      expect(parts.exceed(value)).toBe(whole.exceed(value));
    }
  });
});
