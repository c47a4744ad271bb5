import { DomainError } from '#core/errors.ts';
import { type MapEstimate, type MapProblem, TREND_PRIOR_SCALE } from './map-problem.ts';
import {
  descend,
  objectiveOf,
  type Prior,
  regressionOf,
  TOLERANCE,
} from './penalised-regression.ts';

/** More than any history needed: ten are usual. */
const MAX_TANGENTS = 50;

/** The next tangent is better before this one is exhausted. */
const STEPS_A_TANGENT = 50;

/** A step halved down to this leads nowhere. */
const LEAST_SHARE = 1e-3;

/** Offset and slope come before the changes of slope. */
const LINE_SIZE = 2;

/**
 * The most probable parameters of Prophet's model: normal priors on offset, slope and seasons,
 * Laplace priors on the changes of slope, a half-normal prior on the noise (Taylor & Letham 2018,
 * section 3; `prophet.stan`).
 *
 * It climbs the density that Stan's optimizer climbs in Prophet's own software, by a method made for
 * it. An additive model is one penalised regression, a multiplicative one a few of them in a row.
 *
 * @param checkpoint - called in every iteration
 * @throws {DomainError} `FIT_DID_NOT_CONVERGE` when the sums are beyond double arithmetic
 */
export function mapEstimate(problem: MapProblem, checkpoint: () => void): MapEstimate {
  const solution =
    problem.mode === 'additive' ? directly(problem, checkpoint) : byTangents(problem, checkpoint);
  if (solution === undefined || !solution.every(Number.isFinite)) {
    const points = problem.y.length;
    throw new DomainError(
      'FIT_DID_NOT_CONVERGE',
      `prophet found no finite parameters for ${points} values`,
      { points },
    );
  }
  const trendSize = LINE_SIZE + problem.changepoints.length;
  return {
    offset: solution[0]!,
    slope: solution[1]!,
    changes: solution.slice(LINE_SIZE, trendSize),
    coefficients: solution.slice(trendSize),
  };
}

function directly(problem: MapProblem, checkpoint: () => void): Float64Array | undefined {
  const columns = [...trendColumns(problem), ...problem.columns];
  return descend(regressionOf(columns, problem.y), priorsOf(problem), startOf(problem), checkpoint);
}

/**
 * Gauss-Newton: `g (1 + s)` is replaced by its tangent at the parameters so far, the most probable
 * ones of that linear model are the next, and a step that lowers the density is halved.
 */
function byTangents(problem: MapProblem, checkpoint: () => void): Float64Array | undefined {
  const { y } = problem;
  const columns = trendColumns(problem);
  const priors = priorsOf(problem);
  const curvesAt = (parameters: Float64Array) => ({
    trend: combined(columns, parameters.subarray(0, columns.length), y.length),
    season: combined(problem.columns, parameters.subarray(columns.length), y.length),
  });
  const objectiveAt = (parameters: Float64Array) => {
    const { trend, season } = curvesAt(parameters);
    const squares = y.reduce(
      (sum, value, i) => sum + (value - trend[i]! * (1 + season[i]!)) ** 2,
      0,
    );
    return objectiveOf(y.length, squares, priors, parameters);
  };
  let parameters = startOf(problem);
  let objective = objectiveAt(parameters);
  for (let turn = 0; turn < MAX_TANGENTS; turn++) {
    const { trend, season } = curvesAt(parameters);
    const tangent = [
      ...scaled(
        columns,
        season.map((share) => 1 + share),
      ),
      ...scaled(problem.columns, trend),
    ];
    const target = y.map((value, i) => value + trend[i]! * season[i]!);
    const aim = descend(
      regressionOf(tangent, target),
      priors,
      parameters,
      checkpoint,
      STEPS_A_TANGENT,
    );
    if (aim === undefined) return undefined;
    const from = parameters;
    for (let share = 1; share > LEAST_SHARE; share /= 2) {
      const candidate = from.map((value, j) => value + share * (aim[j]! - value));
      const reached = objectiveAt(candidate);
      if (!(reached < objective)) continue;
      const gain = objective - reached;
      parameters = candidate;
      objective = reached;
      if (gain < TOLERANCE) return parameters;
      break;
    }
    if (parameters === from) break;
  }
  return parameters;
}

/** A constant, the time, and for each changepoint the time since. */
function trendColumns({ t, changepoints }: MapProblem): readonly Float64Array[] {
  const since = Array.from(changepoints, (at) => t.map((time) => Math.max(0, time - at)));
  return [new Float64Array(t.length).fill(1), t, ...since];
}

/** The mean, flat, with changes as large as their prior expects, so that each may grow or vanish. */
function startOf({ y, columns, changepoints, changepointPriorScale }: MapProblem): Float64Array {
  const start = new Float64Array(LINE_SIZE + changepoints.length + columns.length);
  start[0] = y.reduce((sum, value) => sum + value, 0) / y.length;
  start.fill(changepointPriorScale, LINE_SIZE, LINE_SIZE + changepoints.length);
  return start;
}

function priorsOf(problem: MapProblem): readonly Prior[] {
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

function scaled(columns: readonly Float64Array[], by: Float64Array): readonly Float64Array[] {
  return columns.map((column) => column.map((value, row) => value * by[row]!));
}

function combined(
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
