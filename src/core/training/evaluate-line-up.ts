import { type BacktestResult, backtest, type Candidate } from '../evaluate/backtest.ts';
import type { BacktestPlan } from '../evaluate/backtest-plan.ts';
import { middleOf } from '../forecast/blend-rule.ts';
import type { BlendSpec } from '../forecast/blend-spec.ts';
import type { Bounds } from '../forecast/bounds.ts';
import type { FittedForecaster, History } from '../forecast/forecaster.ts';
import type { BlendMembers } from '../forecast/line-up.ts';
import { learnBlend } from './learn-blend.ts';
import { FUSION_WEIGHTS, learnFusion } from './learn-fusion.ts';

/** What is to be judged, and how it is combined. */
export interface LineUpToEvaluate {
  /** Members fitted on what precedes the backtest. */
  readonly members: readonly { readonly name: string; readonly early: FittedForecaster }[];
  readonly blend: BlendMembers;
  /** The served champion and the like: judged beside the members, never blended. */
  readonly others?: readonly Candidate[];
}

export interface EvaluatedLineUp {
  /** Members, then the blends, then the others. */
  readonly result: BacktestResult;
  /** The blends by their kinds, which are their names, with what the backtest has taught them. */
  readonly blends: ReadonlyMap<string, BlendSpec>;
}

/**
 * Judges members and blends on one rolling-origin backtest. Only members that it measures are
 * blended, and each blend's errors are its own: combined at each origin as it would have been there.
 * `median` and `auto` need two measured members of the core, `fusion` needs both of its members.
 *
 * @param options.checkpoint - called before every fold of every member
 * @throws {RangeError} when `naive` is not among the members
 */
export async function evaluateLineUp(
  { members, blend, others = [] }: LineUpToEvaluate,
  history: History,
  plan: BacktestPlan,
  options: { readonly bounds?: Bounds; readonly checkpoint?: () => void } = {},
): Promise<EvaluatedLineUp> {
  const candidates = members.map(({ name, early }) => ({ name, fitted: early }));
  const result = await backtest([...candidates, ...others], history, plan, options);
  const learnt = learnBlends(result, members, blend);
  const own = result.candidates.slice(0, members.length);
  const rest = result.candidates.slice(members.length);
  const blended = learnt.map(({ spec, errors }) => ({ name: spec.kind, errors, failures: [] }));
  return {
    result: { ...result, candidates: [...own, ...blended, ...rest] },
    blends: new Map(learnt.map(({ spec }) => [spec.kind, spec])),
  };
}

interface LearntSpec {
  readonly spec: BlendSpec;
  readonly errors: Float64Array;
}

function learnBlends(
  result: BacktestResult,
  members: readonly { readonly name: string }[],
  blend: BlendMembers,
): LearntSpec[] {
  const isMeasured = (name: string) => members.some((member) => member.name === name);
  const core = blend.core.filter(isMeasured);
  const admitted = (blend.admitted ?? []).filter(isMeasured);
  const blends: LearntSpec[] = [];
  if (core.length >= 2) {
    const spec = { kind: 'median' as const, members: core };
    blends.push({ spec, errors: medianErrors(result, core) });
    const auto = learnBlend(result, { core, admitted });
    const { rules } = auto;
    const autoSpec = { kind: 'auto' as const, members: [...auto.members], rules: [...rules] };
    blends.push({ spec: autoSpec, errors: auto.errors });
  }
  const fusion = FUSION_MEMBERS.every(isMeasured) ? learnFusion(result) : null;
  if (fusion) blends.push(fusion);
  return blends;
}

/** The fusion is made where both of its members are. */
const FUSION_MEMBERS = Object.keys(FUSION_WEIGHTS);

function medianErrors(result: BacktestResult, names: readonly string[]): Float64Array {
  const members = result.candidates.filter(({ name }) => names.includes(name));
  const column = new Float64Array(members.length);
  return result.actuals.map((_, cell) => {
    for (let i = 0; i < column.length; i++) column[i] = members[i]!.errors[cell]!;
    return middleOf(column);
  });
}
