import { DomainError } from '#core/errors.ts';
import type { MapEstimate, MapProblem } from './map-problem.ts';
import { discardStan, loadStan } from './stan-package.ts';

/** Any: the search starts from where it is told and draws nothing. */
const SEED = 1;

/**
 * The most probable parameters by Stan's L-BFGS, as in Prophet's own software, on WebAssembly
 * (`@bsull/augurs-prophet-wasmstan`): the witness of `mapEstimate`, and an estimator for who wants
 * the reference. It takes about ten times as long, stops a little below the top, and cannot be
 * interrupted. Where the most probable changes of slope are 0 the density has an edge that its line
 * search takes for a failure: on short or clean histories it gives up on every other one.
 *
 * The model's data are made here and not by `@bsull/augurs`, which orders the columns of the seasons
 * anew for every model: rounding would differ, and no fit could be repeated.
 *
 * @param checkpoint - called before and after the search
 * @throws {DomainError} `FIT_DID_NOT_CONVERGE` with Stan's error as the cause
 */
export async function stanEstimate(
  problem: MapProblem,
  checkpoint: () => void,
): Promise<MapEstimate> {
  const { optimizer } = await loadStan();
  const data = JSON.stringify(stanData(problem));
  checkpoint();
  const { params } = attempt(problem, () =>
    optimizer.optimize(startOf(problem), data, { algorithm: 'lbfgs', seed: SEED }),
  );
  checkpoint();
  return {
    slope: params.k,
    offset: params.m,
    changes: Float64Array.from(params.delta).slice(0, problem.changepoints.length),
    coefficients: Float64Array.from(params.beta).slice(0, problem.columns.length),
  };
}

function attempt<T>({ y }: MapProblem, optimize: () => T): T {
  try {
    return optimize();
  } catch (error) {
    if (isTrap(error)) discardStan();
    throw new DomainError(
      'FIT_DID_NOT_CONVERGE',
      `stan found no optimum for ${y.length} values`,
      { points: y.length },
      error,
    );
  }
}

/** By its name: the class belongs to the realm that made it. */
function isTrap(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError';
}

/**
 * The data block of `prophet.stan`. Stan has no empty arrays here: without a changepoint one at the
 * end stands in, where it changes nothing, without a season a column of zeros.
 */
function stanData(problem: MapProblem) {
  const { y, t, columns, mode, changepointPriorScale, seasonalityPriorScale } = problem;
  const changepoints = problem.changepoints.length > 0 ? [...problem.changepoints] : [1];
  const used = columns.length > 0 ? columns : [new Float64Array(y.length)];
  const isUsed = (wanted: MapProblem['mode']) =>
    used.map(() => (columns.length > 0 && mode === wanted ? 1 : 0));
  return {
    T: y.length,
    y: [...y],
    t: [...t],
    cap: Array.from(y, () => 0),
    S: changepoints.length,
    t_change: changepoints,
    trend_indicator: 0,
    K: used.length,
    s_a: isUsed('additive'),
    s_m: isUsed('multiplicative'),
    X: Array.from(y, (_, row) => used.map((column) => column[row]!)),
    sigmas: used.map(() => seasonalityPriorScale),
    tau: changepointPriorScale,
  };
}

/** A flat line with its own spread: from Prophet's start, first value to last, some searches trap. */
function startOf({ y, changepoints, columns }: MapProblem) {
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const variance = y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length;
  return {
    k: 0,
    m: mean,
    delta: new Float64Array(Math.max(1, changepoints.length)),
    beta: new Float64Array(Math.max(1, columns.length)),
    sigmaObs: variance > 0 ? Math.sqrt(variance) : 1,
  };
}
