import { type ErrorCode, isDomainError } from '../errors.ts';
import { type Bounds, clip } from '../forecast/bounds.ts';
import type { FitOptions, FittedForecaster, Forecaster, History } from '../forecast/forecaster.ts';
import { addMs, type DurationMs, type EpochMs } from '../time.ts';
import type { BacktestPlan } from './backtest-plan.ts';
import { naiveScale } from './metrics.ts';
import { type Fold, newPart, rollingOrigin, trainingPart } from './rolling-origin.ts';

/**
 * What takes part in a backtest: a forecaster, which is fitted and refitted, or an incumbent that is
 * fitted already. An incumbent is only updated, and only scored at origins from its own cutoff on:
 * what lies before was in its training data.
 */
export type Candidate =
  | { readonly name: string; readonly forecaster: Forecaster }
  | { readonly name: string; readonly fitted: FittedForecaster };

export interface BacktestOptions extends FitOptions {
  /** Forecasts are clipped to these before they are scored, as they are when served. */
  readonly bounds?: Bounds;
}

/** A refusal of a candidate, and how many origins have no forecast because of it. */
export interface CandidateFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly origins: number;
}

export interface CandidateResult {
  readonly name: string;
  /** Actual − forecast, origins × horizon, row by row. NaN: no actual, or no forecast. */
  readonly errors: Float64Array;
  readonly failures: readonly CandidateFailure[];
}

export interface BacktestResult {
  readonly seriesId: string;
  readonly step: DurationMs;
  /** Steps ahead: the length of a row. */
  readonly horizon: number;
  /** Index in the series of each origin's last known value, ascending. */
  readonly origins: Int32Array;
  /** The same as times. */
  readonly cutoffs: readonly EpochMs[];
  /** Origins × horizon, row by row. NaN: missing, or past the end of the series. */
  readonly actuals: Float64Array;
  /** Mean absolute one-step move before the first origin, the scale of MASE. NaN when unknown. */
  readonly naiveScale: number;
  readonly candidates: readonly CandidateResult[];
}

/**
 * Forecasts the past as it would have been forecast in service: at each origin of the plan every
 * candidate sees the values up to it and nothing else. It is fitted where the plan says so and
 * updated in between. A candidate that cannot be fitted yet is tried again at the next origin; one
 * whose refit fails goes on with the model it has.
 *
 * @param options.checkpoint - called before every fold of every candidate
 * @throws {RangeError} when two candidates share a name
 * @throws whatever a candidate throws, except a `DomainError`, which becomes one of its `failures`
 */
export async function backtest(
  candidates: readonly Candidate[],
  history: History,
  plan: BacktestPlan,
  options: BacktestOptions = {},
): Promise<BacktestResult> {
  const names = candidates.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw new RangeError(`candidates need different names, got ${names.join(', ')}`);
  }
  const { target } = history;
  const folds = rollingOrigin(target.values.length, plan);
  const actuals = new Float64Array(folds.length * plan.horizon).fill(Number.NaN);
  folds.forEach(({ origin, steps }, row) => {
    actuals.set(target.values.subarray(origin + 1, origin + 1 + steps), row * plan.horizon);
  });
  const results: CandidateResult[] = [];
  for (const candidate of candidates) {
    results.push(await runCandidate(candidate, history, folds, actuals, plan.horizon, options));
  }
  return {
    seriesId: target.id,
    step: target.step,
    horizon: plan.horizon,
    origins: Int32Array.from(folds, ({ origin }) => origin),
    cutoffs: folds.map(({ origin }) => addMs(target.start, target.step, origin)),
    actuals,
    naiveScale: naiveScale(target.values.subarray(0, plan.initial)),
    candidates: results,
  };
}

/** The result of one candidate. @throws {RangeError} when there is none of this name */
export function candidateOf(result: BacktestResult, name: string): CandidateResult {
  const candidate = result.candidates.find((other) => other.name === name);
  if (candidate === undefined) throw new RangeError(`no candidate ${name} in this backtest`);
  return candidate;
}

async function runCandidate(
  candidate: Candidate,
  history: History,
  folds: readonly Fold[],
  actuals: Float64Array,
  horizon: number,
  options: BacktestOptions,
): Promise<CandidateResult> {
  const { start, step } = history.target;
  const errors = new Float64Array(actuals.length).fill(Number.NaN);
  const failures = new Map<string, CandidateFailure>();
  let model = 'fitted' in candidate ? candidate.fitted : undefined;
  for (const [row, fold] of folds.entries()) {
    options.checkpoint?.();
    const cutoff = addMs(start, step, fold.origin);
    try {
      if ('forecaster' in candidate && (fold.refit || model === undefined)) {
        model = await candidate.forecaster.fit(trainingPart(history, fold), options);
      }
    } catch (error) {
      note(failures, error, model === undefined ? 1 : 0);
    }
    // An incumbent's training data may reach beyond this origin.
    if (model === undefined || model.cutoff > cutoff) continue;
    try {
      const known = Math.floor((model.cutoff - start) / step);
      if (model.cutoff < cutoff) model = model.update(newPart(history, known, fold));
      const { point } = model.predict({ horizon: fold.steps });
      const served = options.bounds === undefined ? point : clip(point, options.bounds);
      const offset = row * horizon;
      for (let h = 0; h < fold.steps; h++) errors[offset + h] = actuals[offset + h]! - served[h]!;
    } catch (error) {
      note(failures, error, 1);
    }
  }
  return { name: candidate.name, errors, failures: [...failures.values()] };
}

/** Counts a refusal under its code; the newest message stands for all. Rethrows anything else. */
function note(failures: Map<string, CandidateFailure>, error: unknown, origins: number): void {
  if (!isDomainError(error)) throw error;
  const { code, message } = error;
  failures.set(code, { code, message, origins: (failures.get(code)?.origins ?? 0) + origins });
}
