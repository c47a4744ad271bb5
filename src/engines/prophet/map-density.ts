import { type MapEstimate, type MapProblem, TREND_PRIOR_SCALE } from './map-problem.ts';
import { objectiveOf, type Prior } from './penalised-regression.ts';

/** Offset and slope come before the changes of slope, and those before the seasons' coefficients. */
export const LINE_SIZE = 2;

/**
 * Minus the logarithm of the density that is climbed, a constant apart, with the noise that suits the
 * residuals best: by it two estimates of one problem are compared, the lesser the better.
 */
export function objectiveAt(
  problem: MapProblem,
  { offset, slope, changes, coefficients }: MapEstimate,
): number {
  const { y, columns, mode } = problem;
  const line = Float64Array.of(offset, slope, ...changes);
  const trend = combined(trendColumns(problem), line, y.length);
  const season = combined(columns, coefficients, y.length);
  const isAdditive = mode === 'additive';
  const squares = y.reduce((sum, value, i) => {
    const curve = isAdditive ? trend[i]! + season[i]! : trend[i]! * (1 + season[i]!);
    return sum + (value - curve) ** 2;
  }, 0);
  const parameters = Float64Array.of(...line, ...coefficients);
  return objectiveOf(y.length, squares, priorsOf(problem), parameters);
}

/** A constant, the time, and for each changepoint the time since. */
export function trendColumns({ t, changepoints }: MapProblem): readonly Float64Array[] {
  const since = Array.from(changepoints, (at) => t.map((time) => Math.max(0, time - at)));
  return [new Float64Array(t.length).fill(1), t, ...since];
}

/** The priors on all parameters, in their order. */
export function priorsOf(problem: MapProblem): readonly Prior[] {
  const line: Prior = { shape: 'normal', scale: TREND_PRIOR_SCALE };
  const change: Prior = { shape: 'laplace', scale: problem.changepointPriorScale };
  const wave: Prior = { shape: 'normal', scale: problem.seasonalityPriorScale };
  return [
    line,
    line,
    ...Array.from(problem.changepoints, () => change),
    ...problem.columns.map(() => wave),
  ];
}

/** The sum of columns, each times its weight. */
export function combined(
  columns: readonly Float64Array[],
  weights: Float64Array,
  rows: number,
): Float64Array {
  const sum = new Float64Array(rows);
  columns.forEach((column, j) => {
    const weight = weights[j]!;
    for (let row = 0; row < rows; row++) sum[row]! += weight * column[row]!;
  });
  return sum;
}
