import { type DomainError, isDomainError } from '../errors.ts';
import type { BacktestPlan } from '../evaluate/backtest-plan.ts';
import { type Fold, rollingOrigin, trainingPart } from '../evaluate/rolling-origin.ts';
import type { FitOptions, FittedForecaster, Forecaster, History } from '../forecast/forecaster.ts';
import { addMs, type EpochMs } from '../time.ts';

/** A model to fit, under the name it has in a version. */
export interface TrainingMember {
  readonly name: string;
  readonly forecaster: Forecaster;
  /** Newest value its parameters come from already (a pool's): it is judged only from there on. */
  readonly knowsUntil?: EpochMs;
}

/** A member fitted twice: as it would have been before the backtest, and on everything. */
export interface FittedMember {
  readonly name: string;
  /** Fitted on what precedes an origin of the backtest; undefined when no origin allows it. */
  readonly early: FittedForecaster | undefined;
  readonly final: FittedForecaster;
}

/** A member that could not be fitted, and why. */
export interface MemberRefusal {
  readonly name: string;
  readonly reason: DomainError;
}

/** How many origins are tried for the early fit, from the first possible one on. */
const EARLY_TRIES = 8;

/**
 * Fits each member on the whole history, and once more on the part before the backtest, so that the
 * backtest needs no engine: it moves the early fit forward by `update`, as serving does. A member
 * that refuses is named and does not stop the others.
 *
 * @param options.checkpoint - called before every member; its error ends the fit
 * @throws whatever a member throws, except `HISTORY_TOO_SHORT` and `FIT_DID_NOT_CONVERGE`
 */
export async function fitMembers(
  members: readonly TrainingMember[],
  history: History,
  plan: BacktestPlan,
  options: FitOptions = {},
): Promise<{
  readonly fitted: readonly FittedMember[];
  readonly refused: readonly MemberRefusal[];
}> {
  const folds = rollingOrigin(history.target.values.length, plan);
  const fitted: FittedMember[] = [];
  const refused: MemberRefusal[] = [];
  for (const member of members) {
    options.checkpoint?.();
    const final = await orRefusal(member.forecaster.fit(history, options));
    if ('refusal' in final) {
      refused.push({ name: member.name, reason: final.refusal });
      continue;
    }
    const early = await fitEarly(member, history, folds, options);
    fitted.push({ name: member.name, early, final: final.fitted });
  }
  return { fitted, refused };
}

async function fitEarly(
  { forecaster, knowsUntil }: TrainingMember,
  history: History,
  folds: readonly Fold[],
  options: FitOptions,
): Promise<FittedForecaster | undefined> {
  const { start, step } = history.target;
  const possible = folds.filter(
    ({ origin }) =>
      origin + 1 >= forecaster.capabilities.minHistory &&
      (knowsUntil === undefined || addMs(start, step, origin) >= knowsUntil),
  );
  const stride = Math.max(1, Math.ceil(possible.length / EARLY_TRIES));
  for (let i = 0; i < possible.length; i += stride) {
    const attempt = await orRefusal(forecaster.fit(trainingPart(history, possible[i]!), options));
    if ('fitted' in attempt) return attempt.fitted;
  }
  return undefined;
}

async function orRefusal(
  fit: Promise<FittedForecaster>,
): Promise<{ readonly fitted: FittedForecaster } | { readonly refusal: DomainError }> {
  try {
    return { fitted: await fit };
  } catch (error) {
    if (!isDomainError(error, 'HISTORY_TOO_SHORT', 'FIT_DID_NOT_CONVERGE')) throw error;
    return { refusal: error };
  }
}
