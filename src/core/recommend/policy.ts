import { type DurationMs, durationMs, MINUTE } from '../time.ts';

/** What somebody who runs a workload allows and asks of its replicas. */
export interface ScalingPolicy {
  /** Whole numbers of 1 or more, the minimum at most the maximum. */
  readonly minimumReplicas: number;
  readonly maximumReplicas: number;
  /** Utilisation that replicas are planned for, in (0, 1). */
  readonly targetUtilization: number;
  /** A forecast adds replicas when the present ones would be used above this. */
  readonly scaleUpThreshold: number;
  /** Replicas may go when both what was measured and the forecast's upper band lie below this. */
  readonly scaleDownThreshold: number;
  /** After a scale-out, a forecast does not raise its target for so long. */
  readonly scaleOutCooldown: DurationMs;
  /** After any change, no further replicas go for so long. */
  readonly scaleInCooldown: DurationMs;
  /** Replicas go only after so long a time of low load, with none expected for as long. */
  readonly scaleInWindow: DurationMs;
  /** A forecast adds at most the larger of the two: a fraction of the present count, or this many. */
  readonly scaleOutStep: { readonly fraction: number; readonly replicas: number };
  /** Largest share of the present count that goes at once; one replica may always go. */
  readonly scaleInFraction: number;
  /** Quantile of demand that is planned for, in (0, 1). */
  readonly quantile: number;
  /** How long a new replica takes until it serves. */
  readonly leadTime: DurationMs;
  /** Nothing acts on measurements that ended longer ago. */
  readonly staleAfter: DurationMs;
}

/** How much of demand is planned for, by what matters most. */
export const QUANTILE_PRESETS = { savings: 0.75, balanced: 0.9, reliability: 0.98 } as const;
export type Preset = keyof typeof QUANTILE_PRESETS;

/**
 * What holds unless something else is said. The thresholds and the cooldown are those of the seeds;
 * the steps are those of their KEDA object.
 */
export const DEFAULT_POLICY: ScalingPolicy = {
  minimumReplicas: 1,
  maximumReplicas: 100,
  targetUtilization: 0.7,
  scaleUpThreshold: 0.85,
  scaleDownThreshold: 0.3,
  scaleOutCooldown: durationMs(5 * MINUTE),
  scaleInCooldown: durationMs(5 * MINUTE),
  scaleInWindow: durationMs(30 * MINUTE),
  scaleOutStep: { fraction: 1, replicas: 4 },
  scaleInFraction: 0.25,
  quantile: QUANTILE_PRESETS.balanced,
  leadTime: durationMs(5 * MINUTE),
  staleAfter: durationMs(15 * MINUTE),
};

/**
 * The most replicas that a forecast may lead to at once.
 *
 * @example
 * ```ts
 * mostAfterScaleOut(DEFAULT_POLICY, 2); // => 6
 * mostAfterScaleOut(DEFAULT_POLICY, 10); // => 20
 * ```
 */
export function mostAfterScaleOut({ scaleOutStep }: ScalingPolicy, current: number): number {
  return current + Math.max(scaleOutStep.replicas, Math.floor(current * scaleOutStep.fraction));
}

/**
 * The fewest replicas that may be left at once.
 *
 * @example
 * ```ts
 * fewestAfterScaleIn(DEFAULT_POLICY, 10); // => 8
 * fewestAfterScaleIn(DEFAULT_POLICY, 2); // => 1
 * ```
 */
export function fewestAfterScaleIn({ scaleInFraction }: ScalingPolicy, current: number): number {
  return current - Math.max(1, Math.floor(current * scaleInFraction));
}

/** `count` moved into the bounds of a policy. */
export function withinBounds(
  { minimumReplicas, maximumReplicas }: ScalingPolicy,
  count: number,
): number {
  return Math.min(maximumReplicas, Math.max(minimumReplicas, count));
}
