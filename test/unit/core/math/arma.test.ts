import { describe, expect, it } from '@jest/globals';
import { type ArmaShape, armaCoefficients, armaProblem } from '#core/math/arma.ts';
import { normal, seededRandom } from '#core/math/random.ts';

/** Central differences with a step of 1e-5 of a sum of about a hundred squares. */
const NUMERIC = 1e-6;

/** `atanh` and `tanh` undo each other but for the bound that keeps roots off the unit circle. */
const DIGITS = 3;

const free = (...coefficients: number[]) => Float64Array.from(coefficients, Math.atanh);

describe('armaProblem', () => {
  it('sums the squared errors of an AR(1) after the first value', () => {
    // 4 → 2 forecast, 3 came: 1; 3 → 1.5, 1 came: -0.5; 1 → 0.5, 0 came: -0.5.
    const { count, evaluate } = armaProblem(Float64Array.of(4, 3, 1, 0), shape(1, 0), 1);
    expect(count).toBe(3);
    expect(evaluate(free(0.5)).sumOfSquares).toBeCloseTo(1 + 0.25 + 0.25, DIGITS);
  });

  it('sums those of an MA(1), whose error before the start is zero', () => {
    // θ = 0.5 is the free parameter of -0.5. Errors: 4; 3 - 2 = 1; 1 - 0.5 = 0.5; 0 - 0.25.
    const { count, evaluate } = armaProblem(Float64Array.of(4, 3, 1, 0), shape(0, 1), 0);
    expect(count).toBe(4);
    expect(evaluate(free(-0.5)).sumOfSquares).toBeCloseTo(16 + 1 + 0.25 + 0.0625, DIGITS);
  });

  it('takes the mean off', () => {
    // Around 2 the values are 2, 1, -1: errors 1 - 1 = 0 and -1 - 0.5 = -1.5.
    const problem = armaProblem(Float64Array.of(4, 3, 1), { p: 1, q: 0, hasMean: true }, 1);
    const at = Float64Array.of(Math.atanh(0.5), 2);
    expect(problem.evaluate(at).sumOfSquares).toBeCloseTo(2.25, DIGITS);
  });

  it('puts the forecast in the place of a missing value', () => {
    // 4 → 2 missing, taken as 2 → 1, and 0 came: -1.
    const { count, evaluate } = armaProblem(Float64Array.of(4, Number.NaN, 0), shape(1, 0), 1);
    expect(count).toBe(1);
    expect(evaluate(free(0.5)).sumOfSquares).toBeCloseTo(1, DIGITS);
  });

  it.each([
    ['a mean and no holes', true, () => false],
    ['neither a mean nor holes', false, () => false],
    ['holes', false, (t: number) => t % 5 === 3],
    ['a mean and holes, at the start as well', true, (t: number) => t === 1 || t % 7 > 4],
  ])('knows its derivatives with %s', (_, hasMean, isMissing) => {
    const random = seededRandom(3, 'arma');
    const values = Float64Array.from({ length: 80 }, (_, t) => {
      const value = 0.5 + normal(random);
      return isMissing(t) ? Number.NaN : value;
    });
    const { evaluate } = armaProblem(values, { p: 2, q: 2, hasMean }, 3);
    const at = Float64Array.of(0.6, -0.3, 0.4, 0.2, ...(hasMean ? [0.4] : []));
    const { gradient } = evaluate(at);
    const step = 1e-5;
    at.forEach((_, i) => {
      const moved = (by: number) => evaluate(at.map((value, k) => value + (k === i ? by : 0)));
      const numeric = (moved(step).sumOfSquares - moved(-step).sumOfSquares) / (2 * step);
      // The sum of squares has twice the gradient Jᵀr.
      expect(Math.abs(2 * gradient[i]! - numeric)).toBeLessThan(NUMERIC);
    });
  });

  it('has the curvature of a linear problem, the sum of squared regressors', () => {
    // One AR coefficient: dφ/du = 1 - tanh² = 1 at 0, and JᵀJ = 4² + 3² + 1².
    const { curvature } = armaProblem(Float64Array.of(4, 3, 1, 0), shape(1, 0), 1).evaluate(
      free(0),
    );
    expect(curvature[0]).toBeCloseTo(26, 2);
  });
});

describe('armaCoefficients', () => {
  it("tells AR, MA and mean apart, with R's signs", () => {
    const at = Float64Array.of(Math.atanh(0.5), Math.atanh(-0.25), 7);
    const { ar, ma, mean } = armaCoefficients(at, { p: 1, q: 1, hasMean: true });
    expect(ar[0]).toBeCloseTo(0.5, DIGITS);
    expect(ma[0]).toBeCloseTo(0.25, DIGITS);
    expect(mean).toBe(7);
    expect(armaCoefficients(new Float64Array(0), shape(0, 0))).toMatchObject({ mean: 0 });
  });
});

function shape(p: number, q: number): ArmaShape {
  return { p, q, hasMean: false };
}
