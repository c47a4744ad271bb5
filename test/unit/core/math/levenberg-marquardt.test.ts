import { describe, expect, it } from '@jest/globals';
import { type LeastSquares, levenbergMarquardt } from '#core/math/levenberg-marquardt.ts';

describe('levenbergMarquardt', () => {
  it('solves a linear problem', () => {
    // The line through (0, 1), (1, 3), (2, 5) is 1 + 2x; with (3, 3) the best one is 1.8 + 0.8x:
    // mean x = 1.5, mean y = 3, slope = (1.5·2 + 0.5·0 + 0.5·2 + 1.5·0) / 5 = 4 / 5.
    const points = [
      [0, 1],
      [1, 3],
      [2, 5],
      [3, 3],
    ] as const;
    const line = (at: Float64Array) =>
      fromResiduals(points.map(([x, y]) => [at[0]! + at[1]! * x - y, [1, x]]));
    const { at, sumOfSquares, converged } = levenbergMarquardt(line, Float64Array.of(100, -50));
    expect(converged).toBe(true);
    expect(at[0]).toBeCloseTo(1.8, 8);
    expect(at[1]).toBeCloseTo(0.8, 8);
    // The residuals are 0.8, -0.4, -1.6 and 1.2.
    expect(sumOfSquares).toBeCloseTo(0.64 + 0.16 + 2.56 + 1.44, 10);
  });

  it('follows a bent valley to its end', () => {
    const { at, converged } = levenbergMarquardt(rosenbrock, Float64Array.of(-1.2, 1));
    expect(converged).toBe(true);
    expect(at[0]).toBeCloseTo(1, 8);
    expect(at[1]).toBeCloseTo(1, 8);
  });

  it('steps away from where the problem has no value', () => {
    // ln(x) = 0 from 3: the undamped first step, 3 - 3 ln 3 = -0.3, has no logarithm.
    const logarithm = (at: Float64Array) => fromResiduals([[Math.log(at[0]!), [1 / at[0]!]]]);
    const { at, converged } = levenbergMarquardt(logarithm, Float64Array.of(3));
    expect(converged).toBe(true);
    expect(at[0]).toBeCloseTo(1, 6);
  });

  it('leaves a parameter without influence where it is', () => {
    const useless = (at: Float64Array) => fromResiduals([[at[0]! - 4, [1, 0]]]);
    const { at, converged } = levenbergMarquardt(useless, Float64Array.of(0, 7));
    expect(converged).toBe(true);
    expect(at[0]).toBeCloseTo(4, 6);
    expect(at[1]).toBe(7);
  });

  it('says when it ran out of iterations or had nowhere to begin', () => {
    const few = levenbergMarquardt(rosenbrock, Float64Array.of(-1.2, 1), { maxIterations: 3 });
    expect(few.converged).toBe(false);
    expect(few.sumOfSquares).toBeLessThan(rosenbrock(Float64Array.of(-1.2, 1)).sumOfSquares);
    const nowhere = () => fromResiduals([[Number.NaN, [1]]]);
    expect(levenbergMarquardt(nowhere, Float64Array.of(0)).converged).toBe(false);
  });

  it('has nothing to do without parameters', () => {
    const constant = () => fromResiduals([[2, []]]);
    expect(levenbergMarquardt(constant, new Float64Array(0))).toEqual({
      at: new Float64Array(0),
      sumOfSquares: 4,
      converged: true,
    });
  });

  it('does not modify its start, and asks before every iteration', () => {
    const start = Float64Array.of(-1.2, 1);
    let asked = 0;
    const checkpoint = () => {
      if (++asked === 3) throw new Error('out of time');
    };
    expect(() => levenbergMarquardt(rosenbrock, start, { checkpoint })).toThrow('out of time');
    expect([...start]).toEqual([-1.2, 1]);
  });
});

/** (10 (y - x²), 1 - x): zero at (1, 1) only. */
function rosenbrock(at: Float64Array): LeastSquares {
  const [x, y] = [at[0]!, at[1]!];
  return fromResiduals([
    [10 * (y - x * x), [-20 * x, 10]],
    [1 - x, [-1, 0]],
  ]);
}

/** Out of residuals, each with its derivatives. */
function fromResiduals(rows: readonly (readonly [number, readonly number[]])[]): LeastSquares {
  const size = rows[0]![1].length;
  const gradient = new Float64Array(size);
  const curvature = new Float64Array(size * size);
  let sumOfSquares = 0;
  for (const [residual, by] of rows) {
    sumOfSquares += residual * residual;
    for (let i = 0; i < size; i++) {
      gradient[i]! += by[i]! * residual;
      for (let j = 0; j < size; j++) curvature[i * size + j]! += by[i]! * by[j]!;
    }
  }
  return { sumOfSquares, gradient, curvature };
}
