import { describe, expect, it } from '@jest/globals';
import { nelderMead } from '#core/math/nelder-mead.ts';

describe('nelderMead', () => {
  it("finds the bottom of Rosenbrock's curved valley, which is 0 at (1, 1)", () => {
    const valley = ([x, y]: Float64Array) => 100 * (y! - x! ** 2) ** 2 + (1 - x!) ** 2;
    const { at, value, hasConverged } = nelderMead(valley, [-1.2, 1], { steps: [0.5, 0.5] });
    expect(hasConverged).toBe(true);
    expect(Math.abs(at[0]! - 1)).toBeLessThan(1e-6);
    expect(Math.abs(at[1]! - 1)).toBeLessThan(1e-6);
    expect(value).toBeLessThan(1e-12);
  });

  it('stays where the function is finite', () => {
    // The bottom of the allowed half-plane x >= 2 is (2, -1).
    const bounded = ([x, y]: Float64Array) => (x! < 2 ? Infinity : x! ** 2 + (y! + 1) ** 2);
    const { at } = nelderMead(bounded, [3, 3], { steps: [1, 1] });
    expect(at[0]!).toBeGreaterThanOrEqual(2);
    expect(Math.abs(at[0]! - 2)).toBeLessThan(1e-3);
    expect(Math.abs(at[1]! + 1)).toBeLessThan(1e-2);
  });

  it('says when it ran out of evaluations', () => {
    let evaluations = 0;
    const bowl = ([x, y]: Float64Array) => {
      evaluations++;
      return x! ** 2 + y! ** 2;
    };
    const { hasConverged } = nelderMead(bowl, [5, 5], { steps: [1, 1], maxEvaluations: 10 });
    expect(hasConverged).toBe(false);
    // A round begun with 9 evaluations may need a reflection, a contraction and a shrinkage of two.
    expect(evaluations).toBeLessThanOrEqual(9 + 4);
  });

  it('refuses a simplex without extent', () => {
    expect(() => nelderMead(() => 0, [1, 2], { steps: [1] })).toThrow(RangeError);
    expect(() => nelderMead(() => 0, [1, 2], { steps: [1, 0] })).toThrow(RangeError);
  });
});
