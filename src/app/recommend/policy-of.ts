import { contradictionOf } from '#contracts/config/scaling.ts';
import type { PolicyUsed, RecommendRequest } from '#contracts/http/recommend.ts';
import { DomainError } from '#core/errors.ts';
import { newsvendorQuantile } from '#core/recommend/newsvendor.ts';
import { DEFAULT_POLICY, QUANTILE_PRESETS, type ScalingPolicy } from '#core/recommend/policy.ts';
import { type DurationMs, durationMs, SECOND } from '#core/time.ts';
import { type ConfiguredScaling, mergeScaling } from '../scaling-config.ts';

/** Measurements come a few steps late at most: within three of them nothing is stale. */
const STALE_STEPS = 3;

/**
 * The policy that a configuration and a request make up, the request's fields first.
 * @param gridStep - of the workload
 * @throws {DomainError} `REQUEST_INVALID` when they contradict each other
 */
export function policyOf(scaling: ConfiguredScaling, gridStep: DurationMs): ScalingPolicy {
  const base = DEFAULT_POLICY;
  // A default gives way to what was stated: a minimum of 150 alone does not contradict itself.
  const maximum =
    scaling.maximum_replicas ?? Math.max(base.maximumReplicas, scaling.minimum_replicas ?? 1);
  const contradiction = contradictionOf({
    ...scaling,
    maximum_replicas: maximum,
    scale_up_threshold: scaling.scale_up_threshold ?? DEFAULT_POLICY.scaleUpThreshold,
    scale_down_threshold: scaling.scale_down_threshold ?? DEFAULT_POLICY.scaleDownThreshold,
  });
  if (contradiction !== undefined) throw new DomainError('REQUEST_INVALID', contradiction);
  return {
    minimumReplicas: scaling.minimum_replicas ?? base.minimumReplicas,
    maximumReplicas: maximum,
    targetUtilization: scaling.target_utilization ?? base.targetUtilization,
    scaleUpThreshold: scaling.scale_up_threshold ?? base.scaleUpThreshold,
    scaleDownThreshold: scaling.scale_down_threshold ?? base.scaleDownThreshold,
    scaleOutCooldown: seconds(scaling.scale_out_cooldown_seconds, base.scaleOutCooldown),
    scaleInCooldown: seconds(scaling.scale_in_cooldown_seconds, base.scaleInCooldown),
    scaleInWindow: seconds(scaling.scale_in_window_seconds, base.scaleInWindow),
    scaleOutStep: {
      fraction: scaling.scale_out_fraction ?? base.scaleOutStep.fraction,
      replicas: scaling.scale_out_replicas ?? base.scaleOutStep.replicas,
    },
    scaleInFraction: scaling.scale_in_fraction ?? base.scaleInFraction,
    quantile: quantileOf(scaling),
    leadTime: seconds(scaling.lead_time_seconds, base.leadTime),
    staleAfter: seconds(
      scaling.stale_after_seconds,
      durationMs(Math.max(base.staleAfter, STALE_STEPS * gridStep)),
    ),
  };
}

/**
 * The policy for so many replicas as there are: a maximum that nobody has stated takes none of them
 * away, it only keeps more from coming.
 */
export function keepingAll(
  policy: ScalingPolicy,
  { maximum_replicas: stated }: ConfiguredScaling,
  current: number | undefined,
): ScalingPolicy {
  if (stated !== undefined || current === undefined || current <= policy.maximumReplicas) {
    return policy;
  }
  return { ...policy, maximumReplicas: current };
}

/** A request's own policy over what is configured. */
export function scalingOf(
  configured: ConfiguredScaling,
  request: RecommendRequest,
): ConfiguredScaling {
  const {
    deployment,
    workload,
    namespace,
    cluster,
    container,
    container_name,
    current_replicas,
    current_state,
    cpu_request,
    memory_request,
    cpu_limit,
    memory_limit,
    predictions,
    strategy,
    dry_run,
    explain,
    ...policy
  } = request;
  return mergeScaling(configured, policy);
}

/** A policy in the wire's words. */
export function policyUsed(policy: ScalingPolicy): PolicyUsed {
  return {
    minimum_replicas: policy.minimumReplicas,
    maximum_replicas: policy.maximumReplicas,
    target_utilization: policy.targetUtilization,
    scale_up_threshold: policy.scaleUpThreshold,
    scale_down_threshold: policy.scaleDownThreshold,
    scale_out_cooldown_seconds: policy.scaleOutCooldown / SECOND,
    scale_in_cooldown_seconds: policy.scaleInCooldown / SECOND,
    scale_in_window_seconds: policy.scaleInWindow / SECOND,
    scale_out_fraction: policy.scaleOutStep.fraction,
    scale_out_replicas: policy.scaleOutStep.replicas,
    scale_in_fraction: policy.scaleInFraction,
    quantile: policy.quantile,
    lead_time_seconds: policy.leadTime / SECOND,
    stale_after_seconds: policy.staleAfter / SECOND,
  };
}

function quantileOf({ preset, prices }: ConfiguredScaling): number {
  if (!prices) return QUANTILE_PRESETS[preset ?? 'balanced'];
  const { unit_hour: unitHour, minute_short: minuteShort } = prices;
  return newsvendorQuantile({ unitHour, minuteShort });
}

function seconds(given: number | undefined, otherwise: DurationMs): DurationMs {
  return given === undefined ? otherwise : durationMs(given * 1_000);
}
