import { DomainError } from '#core/errors.ts';
import { combined, LINE_SIZE, priorsOf, trendColumns } from './map-density.ts';
import type { MapEstimate, MapProblem } from './map-problem.ts';
import { descend, objectiveOf, regressionOf, TOLERANCE } from './penalised-regression.ts';

/** More than any history needed: ten are usual. */
const MAX_TANGENTS = 50;

/** The next tangent is better before this one is exhausted. */
const STEPS_A_TANGENT = 50;

/** A step halved down to this leads nowhere. */
const LEAST_SHARE = 1e-3;

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
    problem.mode === 'additive'
      ? directly(problem, checkpoint)
      : fromTwoStarts(problem, checkpoint);
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

/** Parameters and minus the logarithm of their density. */
interface Reached {
  readonly parameters: Float64Array;
  readonly objective: number;
}

/**
 * The better of two ascents. A product of trend and season may have several tops, most of all where a
 * season is wanted that is longer than the history: one ascent sets out without seasons, one with those
 * that suit a flat trend.
 */
function fromTwoStarts(problem: MapProblem, checkpoint: () => void): Float64Array | undefined {
  const bare = startOf(problem);
  const seasonal = withSeasons(problem, bare, checkpoint);
  const reached = [bare, seasonal].map((start) => start && byTangents(problem, start, checkpoint));
  const [first, second] = reached;
  if (first === undefined || second === undefined) return undefined;
  return second.objective < first.objective ? second.parameters : first.parameters;
}

/**
 * Gauss-Newton: `g (1 + s)` is replaced by its tangent at the parameters so far, the most probable
 * ones of that linear model are the next, and a step that lowers the density is halved.
 */
function byTangents(
  problem: MapProblem,
  start: Float64Array,
  checkpoint: () => void,
): Reached | undefined {
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
  let parameters = start;
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
      if (gain < TOLERANCE) return { parameters, objective };
      break;
    }
    if (parameters === from) break;
  }
  return { parameters, objective };
}

/** The parameters with the seasons that are the most probable to a flat trend. */
function withSeasons(
  problem: MapProblem,
  parameters: Float64Array,
  checkpoint: () => void,
): Float64Array | undefined {
  const { y, columns } = problem;
  const trendSize = parameters.length - columns.length;
  const trend = new Float64Array(y.length).fill(parameters[0]!);
  const seasons = descend(
    regressionOf(
      scaled(columns, trend),
      y.map((value, i) => value - trend[i]!),
    ),
    priorsOf(problem).slice(trendSize),
    parameters.slice(trendSize),
    checkpoint,
    STEPS_A_TANGENT,
  );
  return seasons && Float64Array.of(...parameters.subarray(0, trendSize), ...seasons);
}

/** The mean, flat, with changes as large as their prior expects, so that each may grow or vanish. */
function startOf({ y, columns, changepoints, changepointPriorScale }: MapProblem): Float64Array {
  const start = new Float64Array(LINE_SIZE + changepoints.length + columns.length);
  start[0] = y.reduce((sum, value) => sum + value, 0) / y.length;
  start.fill(changepointPriorScale, LINE_SIZE, LINE_SIZE + changepoints.length);
  return start;
}

function scaled(columns: readonly Float64Array[], by: Float64Array): readonly Float64Array[] {
  return columns.map((column) => column.map((value, row) => value * by[row]!));
}
