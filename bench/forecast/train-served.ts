import type { ErrorCode } from '#core/errors.ts';
import type { BacktestPlan } from '#core/evaluate/backtest-plan.ts';
import { calibrate } from '#core/evaluate/conformal.ts';
import { calibrated } from '#core/forecast/calibrated.ts';
import type {
  FittedForecaster,
  Forecaster,
  History,
  ModelState,
} from '#core/forecast/forecaster.ts';
import { blendMembers } from '#core/forecast/line-up.ts';
import type { TrainingMember } from '#core/training/fit-members.ts';
import { type TrainedLineUp, trainedModel, trainLineUp } from '#core/training/train-line-up.ts';
import { membersOf } from './members.ts';
import { type LineUpToRun, POOLED } from './models.ts';

/** Why there is no forecast. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A trained line-up as it is served. */
export interface ServedLineUp {
  /** Each wanted member or blend with its calibrated band, or why there is none. */
  readonly models: ReadonlyMap<string, FittedForecaster | Refusal>;
  /** Milliseconds of each member's fit on the whole history. */
  readonly fitMs: ReadonlyMap<string, number>;
}

/** Amounts: forecasts below zero are clipped, by the protocol as in service. */
const BOUNDS = { minimum: 0, maximum: Infinity };

/**
 * Trains a line-up by the product's own function: fits, rolling backtest, blends and calibration, all
 * from `history` alone.
 */
export async function trainServed(
  history: History,
  lineUp: LineUpToRun,
  plan: BacktestPlan,
  options: { readonly random: () => number; readonly pool: ModelState | null },
): Promise<ServedLineUp> {
  const { step, values } = history.target;
  const fitMs = new Map<string, number>();
  const members = membersOf(history.target, lineUp.members, options.pool).map((member) =>
    timed(member, values.length, fitMs),
  );
  const trained = await trainLineUp(
    { history, members, blend: blendMembers(step), plan, bounds: BOUNDS },
    { random: options.random },
  );
  const served = new Map(lineUp.wanted.map((name) => [name, servedModel(trained, history, name)]));
  return { models: served, fitMs };
}

/** Notes how long the fit on the whole history takes; earlier ones, for the backtest, are shorter. */
function timed(member: TrainingMember, length: number, fitMs: Map<string, number>): TrainingMember {
  const { forecaster } = member;
  const fit: Forecaster['fit'] = async (history, options) => {
    const started = performance.now();
    const fitted = await forecaster.fit(history, options);
    if (history.target.values.length === length) {
      fitMs.set(member.name, performance.now() - started);
    }
    return fitted;
  };
  return { ...member, forecaster: { ...forecaster, fit } };
}

function servedModel(
  trained: TrainedLineUp,
  { target }: History,
  name: string,
): FittedForecaster | Refusal {
  if (!trained.members.has(name) && !trained.blends.has(name)) {
    const refused = trained.refused.find((each) => each.name === name);
    if (refused) return { code: refused.reason.code, message: refused.reason.message };
    const message =
      name === POOLED
        ? 'the series of other systems are too few to learn from'
        : `too few members were measured for ${name}`;
    return { code: 'HISTORY_TOO_SHORT', message };
  }
  const isMeasured = trained.result.candidates.some((candidate) => candidate.name === name);
  const calibration = isMeasured ? calibrate(trained.result, name, target) : null;
  return calibrated(trainedModel(trained, name), calibration, BOUNDS);
}
