import type { BacktestResult } from '../evaluate/backtest.ts';
import type { BacktestPlan } from '../evaluate/backtest-plan.ts';
import { assembleBlend, type BlendSpec } from '../forecast/blend-spec.ts';
import type { Bounds } from '../forecast/bounds.ts';
import type { FitOptions, FittedForecaster, History } from '../forecast/forecaster.ts';
import type { BlendMembers } from '../forecast/line-up.ts';
import { evaluateLineUp } from './evaluate-line-up.ts';
import { fitMembers, type MemberRefusal, type TrainingMember } from './fit-members.ts';

export interface LineUpToTrain {
  readonly history: History;
  /** `naive` among them. */
  readonly members: readonly TrainingMember[];
  readonly blend: BlendMembers;
  readonly plan: BacktestPlan;
  /** Forecasts are clipped to these before they are scored, as they are when served. */
  readonly bounds?: Bounds;
}

/** Everything a version is made of. */
export interface TrainedLineUp {
  /** Fitted on the whole history, by name; blends are in `blends`. */
  readonly members: ReadonlyMap<string, FittedForecaster>;
  readonly blends: ReadonlyMap<string, BlendSpec>;
  readonly refused: readonly MemberRefusal[];
  readonly result: BacktestResult;
}

/**
 * Trains one series from end to end in one process: fits, backtest, blends. The pipeline does the
 * same in stages, with the same functions.
 *
 * @throws whatever a member throws, except its refusals, which are named in the answer
 */
export async function trainLineUp(
  { history, members, blend, plan, bounds }: LineUpToTrain,
  options: FitOptions = {},
): Promise<TrainedLineUp> {
  const { fitted, refused } = await fitMembers(members, history, plan, options);
  const measured = fitted.flatMap(({ name, early }) => (early ? [{ name, early }] : []));
  const { result, blends } = await evaluateLineUp({ members: measured, blend }, history, plan, {
    ...(bounds ? { bounds } : {}),
    ...(options.checkpoint ? { checkpoint: options.checkpoint } : {}),
  });
  return {
    members: new Map(fitted.map(({ name, final }) => [name, final])),
    blends,
    refused,
    result,
  };
}

/** A member or blend of a trained line-up by name. @throws {RangeError} when there is none */
export function trainedModel(trained: TrainedLineUp, name: string): FittedForecaster {
  const memberOf = (member: string): FittedForecaster => {
    const fitted = trained.members.get(member);
    if (!fitted) throw new RangeError(`no member ${member} was fitted`);
    return fitted;
  };
  const spec = trained.blends.get(name);
  return spec ? assembleBlend(spec, memberOf) : memberOf(name);
}
