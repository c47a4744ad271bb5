import type { EpochMs } from '../time.ts';
import { type Because, because, shown } from './because.ts';
import type { ReplicaCapacity } from './capacity-per-replica.ts';
import { cooldownsOf, nextState, type ScalingState } from './cooldown.ts';
import { type Expected, readForecast } from './expected.ts';
import {
  type DemandForecast,
  type Measured,
  reactiveNeed,
  utilizationOf,
  wholeReplicas,
} from './needs.ts';
import {
  fewestAfterScaleIn,
  mostAfterScaleOut,
  type ScalingPolicy,
  withinBounds,
} from './policy.ts';
import { whyUnmeasured } from './unmeasured.ts';

/** Everything that a decision depends on. */
export interface DecideInput {
  readonly policy: ScalingPolicy;
  readonly now: EpochMs;
  /** How many replicas there are; undefined: unknown. */
  readonly currentReplicas: number | undefined;
  readonly measured: Measured | undefined;
  readonly capacity: ReplicaCapacity;
  readonly forecast: DemandForecast | undefined;
  /** Why the forecast may not act; empty when it may. */
  readonly doubts: readonly Because[];
  /** Greatest load that somebody else expects, in fully used replicas: like a forecast it can only add. */
  readonly claimedLoad?: number | undefined;
  /** What the decision before this one left. */
  readonly state: ScalingState | undefined;
}

export type Decision =
  | {
      readonly decision: 'act';
      /** `no_action`: the present count is right, which others may rely on. */
      readonly action: 'scale_out' | 'scale_in' | 'no_action';
      readonly target: number;
      /** Replicas for the ends of the forecast's band, around the target. */
      readonly lower: number;
      readonly upper: number;
      readonly because: readonly Because[];
    }
  | { readonly decision: 'hold'; readonly because: readonly Because[] };

/** The numbers behind a decision. */
export interface Needs {
  readonly current: number;
  /** Measured utilisation × replicas, in fully used replicas. */
  readonly load: number;
  readonly reactive: number;
  /** Undefined when the forecast may not act. */
  readonly expected: Expected | undefined;
}

export interface Decided {
  readonly decision: Decision;
  /** To be handed to the next decision. */
  readonly state: ScalingState | undefined;
  /** Undefined when nothing could be computed. */
  readonly needs: Needs | undefined;
}

/**
 * Decides how many replicas a workload should have. What is measured decides alone when there is
 * more load than the replicas are for; a forecast can only add to that, and replicas go only when
 * what was measured over a while and the upper band of the forecast both allow it. The target always
 * lies within the bounds, and never below min(measured need, maximum).
 *
 * Nothing acts on measurements that are missing, stale or impossible.
 */
export function decide(input: DecideInput): Decided {
  const { policy, state, measured, currentReplicas: current } = input;
  const refusal = whyUnmeasured(input);
  if (refusal || current === undefined || measured === undefined) {
    return { decision: { decision: 'hold', because: refusal ?? [] }, state, needs: undefined };
  }
  const load = measured.utilization * measured.replicas;
  const reading = input.forecast && readForecast(input.forecast, input.capacity, policy, input.now);
  const missing = reading?.ok === false ? [reading.because] : [];
  const doubts = [...input.doubts, ...missing];
  if (!input.forecast && doubts.length === 0) {
    doubts.push(because('NO_FORECAST', 'there is no forecast of the demand'));
  }
  const expected = reading?.ok && doubts.length === 0 ? reading.expected : undefined;
  const needs = { current, load, reactive: reactiveNeed(load, policy.targetUtilization), expected };
  const wanted = wantedReplicas(input, measured, needs);
  const bounded = withBounds(policy, needs, wanted);
  const { target } = bounded;
  const action = target > current ? 'scale_out' : target < current ? 'scale_in' : 'no_action';
  if (action === 'no_action' && !expected) {
    const holding = [...doubts, ...bounded.because];
    return { decision: { decision: 'hold', because: holding }, state, needs };
  }
  const why = expected ? bounded.because : [...bounded.because, ...doubts];
  const [lower, upper] = [expected?.lower ?? target, expected?.upper ?? target];
  const decision = {
    decision: 'act',
    action,
    target,
    lower: Math.min(target, withinBounds(policy, lower)),
    upper: Math.max(target, withinBounds(policy, upper)),
    because: why,
  } as const;
  return { decision, state: nextState(state, decision, input.now), needs };
}

interface Wanted {
  readonly target: number;
  readonly because: readonly Because[];
}

/** The count before the bounds. */
function wantedReplicas(input: DecideInput, measured: Measured, needs: Needs): Wanted {
  const { current, reactive } = needs;
  const foreseen = foreseenReplicas(input, needs);
  if (reactive > current && reactive >= foreseen.target) {
    return { target: reactive, because: [measuredNeed(input, measured, reactive)] };
  }
  if (foreseen.target > current) return foreseen;
  const fewer = fewerReplicas(input, measured, needs);
  if (fewer) return { ...fewer, because: [...fewer.because, ...foreseen.because] };
  return {
    target: current,
    because: [
      ...foreseen.because,
      because('ENOUGH_REPLICAS', `${current} replicas are enough: ${reactive} are needed now`, {
        current_replicas: current,
        measured_need: reactive,
        ...(needs.expected ? { forecast_need: needs.expected.need } : {}),
      }),
    ],
  };
}

function measuredNeed({ policy }: DecideInput, measured: Measured, reactive: number): Because {
  const { utilization, replicas } = measured;
  return because(
    'MEASURED_NEED',
    `${shown(utilization)} of ${replicas} replicas is in use: ${reactive} keep it at ${policy.targetUtilization}`,
    { utilization, replicas, target_utilization: policy.targetUtilization, need: reactive },
  );
}

/** What is foreseen may add, by no more than a step and not against a cooldown. */
function foreseenReplicas(
  { policy, capacity, claimedLoad, ...input }: DecideInput,
  needs: Needs,
): Wanted {
  const { current, expected } = needs;
  let wanted: Wanted = { target: current, because: [] };
  if (expected) {
    const used = current > 0 ? utilizationOf(expected.demand, capacity, current) : Infinity;
    if (used > policy.scaleUpThreshold && expected.need > current) {
      const message = `demand may reach ${shown(expected.demand)}: ${shown(used)} of ${current} replicas, ${expected.need} are needed`;
      const details = {
        quantile: policy.quantile,
        demand: expected.demand,
        utilization: Number.isFinite(used) ? used : null,
        threshold: policy.scaleUpThreshold,
        need: Number.isFinite(expected.need) ? expected.need : null,
      };
      wanted = { target: expected.need, because: [because('FORECAST_NEED', message, details)] };
    }
  }
  const claim = claimedNeed(policy, claimedLoad, current);
  if (claim && claim.target > wanted.target) wanted = claim;
  if (wanted.target <= current) return wanted;
  return limitScaleOut(
    policy,
    cooldownsOf(input.state, policy, input.now, current).most,
    wanted,
    current,
  );
}

function claimedNeed(
  policy: ScalingPolicy,
  load: number | undefined,
  current: number,
): Wanted | undefined {
  if (load === undefined || !(load >= 0) || load === Infinity) return undefined;
  const used = current > 0 ? load / current : load > 0 ? Infinity : 0;
  const target = reactiveNeed(load, policy.targetUtilization);
  if (used <= policy.scaleUpThreshold) return undefined;
  const message = `the predictions sent along use ${shown(load)} replicas fully: ${target} are needed`;
  return { target, because: [because('CALLER_PREDICTS', message, { load, need: target })] };
}

function limitScaleOut(
  policy: ScalingPolicy,
  cooldownMost: number,
  wanted: Wanted,
  current: number,
): Wanted {
  const stepMost = mostAfterScaleOut(policy, current);
  const target = Math.min(wanted.target, stepMost, cooldownMost);
  if (target === wanted.target) return wanted;
  const isCooling = cooldownMost < stepMost;
  const code = isCooling ? 'COOLDOWN_ACTIVE' : 'STEP_LIMITED';
  const message = isCooling
    ? `the last scale-out is younger than ${policy.scaleOutCooldown / 1_000} s: no more than ${target} for now`
    : `at most ${stepMost} in one step`;
  return { target, because: [...wanted.because, because(code, message, { most: target })] };
}

/** Fewer replicas, where measurements and forecast both allow it; undefined where not. */
function fewerReplicas(input: DecideInput, measured: Measured, needs: Needs): Wanted | undefined {
  const { policy, capacity, claimedLoad = 0 } = input;
  const { current, expected, reactive } = needs;
  const { highestLoad } = measured;
  if (!expected || current <= policy.minimumReplicas || !(highestLoad >= 0)) return undefined;
  const threshold = policy.scaleDownThreshold;
  const measuredUse = highestLoad / current;
  const upperUse = utilizationOf(expected.upperDemand, capacity, current);
  const isClaimed = !(claimedLoad / current < threshold);
  if (!(measuredUse < threshold && upperUse < threshold) || isClaimed) return undefined;
  const need = Math.max(
    wholeReplicas(highestLoad / policy.targetUtilization),
    reactiveNeed(claimedLoad, policy.targetUtilization),
    expected.upperNeed,
    expected.need,
    reactive,
    policy.minimumReplicas,
  );
  if (!(need < current)) return undefined;
  const fewest = fewestAfterScaleIn(policy, current);
  const { fewest: cooled } = cooldownsOf(input.state, policy, input.now, current);
  const target = Math.max(need, fewest, cooled);
  const minutes = policy.scaleInWindow / 60_000;
  const reasons = [
    because(
      'LOW_LOAD',
      `at most ${shown(measuredUse)} was used in ${minutes} min and at most ${shown(upperUse)} is expected, both below ${threshold}: ${need} are enough`,
      { measured: measuredUse, expected: upperUse, threshold, need },
    ),
  ];
  if (cooled > Math.max(need, fewest)) {
    const message = `the last change is younger than ${policy.scaleInCooldown / 1_000} s`;
    reasons.push(because('COOLDOWN_ACTIVE', message, { fewest: cooled }));
  } else if (fewest > need) {
    reasons.push(because('STEP_LIMITED', `at least ${fewest} are left in one step`, { fewest }));
  }
  return { target, because: reasons };
}

function withBounds(policy: ScalingPolicy, needs: Needs, wanted: Wanted): Wanted {
  const { current, reactive, expected } = needs;
  const { minimumReplicas: minimum, maximumReplicas: maximum } = policy;
  const target = withinBounds(policy, wanted.target);
  const reasons: Because[] = [];
  if (current < minimum) {
    reasons.push(because('BELOW_MINIMUM', `${current} is below the minimum of ${minimum}`));
  }
  if (current > maximum) {
    reasons.push(because('ABOVE_MAXIMUM', `${current} is above the maximum of ${maximum}`));
  }
  reasons.push(...wanted.because);
  // Replicas that are merely kept are not needed for that.
  const kept = current > maximum ? (expected?.need ?? 0) : 0;
  const need = Math.max(reactive, wanted.target > current ? wanted.target : kept);
  if (need > maximum) {
    const shownNeed = Number.isFinite(need) ? need : 'any number';
    reasons.push(
      because('CAPPED_BY_MAXIMUM', `${shownNeed} would be needed, ${maximum} is the maximum`, {
        maximum,
        need: Number.isFinite(need) ? need : null,
      }),
    );
  }
  return { target, because: reasons };
}
