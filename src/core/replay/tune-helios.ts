import { DEFAULT_POLICY, type ScalingPolicy } from '../recommend/policy.ts';
import { durationMs, MINUTE } from '../time.ts';
import { EQUAL_WITHIN, type Matched, matchCost } from './equal-cost.ts';
import { type Field, servesBetter } from './field.ts';
import { heliosPolicy } from './helios-policy.ts';
import type { IssuedForecasts } from './issue-forecasts.ts';

/** Quantiles of demand that are tried. The ends of the served band come on top. */
const QUANTILES = [0.5, 0.75, 0.9, 0.98];
const WINDOW_MINUTES = [0, 15, 30];
/** Scale-in thresholds, as shares of the target. */
const SCALE_IN_SHARES = [1, 0.8];

/** Every quantile that a replay needs forecasts of. */
export const REPLAY_QUANTILES: readonly number[] = [0.1, ...QUANTILES];

/** The longest look ahead of any policy tried. */
export const LONGEST_WINDOW = durationMs(Math.max(...WINDOW_MINUTES) * MINUTE);

/** What of a policy is chosen on the first half. The target utilisation is found by the cost. */
export interface HeliosSettings {
  readonly quantile: number;
  readonly scaleInWindow: ScalingPolicy['scaleInWindow'];
  readonly scaleInShare: number;
}

/** The settings tried, 24 of them. */
export function heliosGrid(): readonly HeliosSettings[] {
  return QUANTILES.flatMap((quantile) =>
    WINDOW_MINUTES.flatMap((minutes) =>
      SCALE_IN_SHARES.map((scaleInShare) => ({
        quantile,
        scaleInWindow: durationMs(minutes * MINUTE),
        scaleInShare,
      })),
    ),
  );
}

/** Settings chosen, with what they gave where they were chosen. */
export interface TunedHelios extends Matched {
  readonly settings: HeliosSettings;
}

/**
 * The settings with the fewest minutes short in `part` among those that can be had for `unitHours`;
 * where none can, those that come closest.
 */
export function tuneHelios(
  field: Field,
  forecasts: IssuedForecasts,
  part: readonly [number, number],
  unitHours: number,
): TunedHelios {
  let best: TunedHelios | undefined;
  for (const settings of heliosGrid()) {
    const policyAt = heliosAt(field, forecasts, settings);
    const tried = { settings, ...matchCost(field, policyAt, part, unitHours) };
    if (!best || isBetter(tried, best)) best = tried;
  }
  return best!;
}

/** Helios at any target utilisation, for a fleet without limits to its steps: those have the other too. */
export function heliosAt(
  { demand, fleet }: Field,
  forecasts: IssuedForecasts,
  { quantile, scaleInWindow, scaleInShare }: HeliosSettings,
) {
  return (targetUtilization: number) =>
    heliosPolicy(
      {
        ...DEFAULT_POLICY,
        minimumReplicas: fleet.minimum,
        maximumReplicas: fleet.maximum,
        targetUtilization,
        scaleUpThreshold: targetUtilization,
        scaleDownThreshold: scaleInShare * targetUtilization,
        scaleOutCooldown: durationMs(0),
        scaleInCooldown: durationMs(0),
        scaleInWindow,
        scaleOutStep: { fraction: 0, replicas: fleet.maximum },
        scaleInFraction: 1,
        quantile,
        leadTime: fleet.startUp,
        staleAfter: durationMs(fleet.metricLagSteps * fleet.step),
      },
      demand,
      forecasts,
      fleet.metricLagSteps,
    );
}

function isBetter(one: TunedHelios, other: TunedHelios): boolean {
  const isEqual = (tuned: TunedHelios) => Math.abs(tuned.costDifference) <= EQUAL_WITHIN;
  if (isEqual(one) !== isEqual(other)) return isEqual(one);
  if (!isEqual(one)) return Math.abs(one.costDifference) < Math.abs(other.costDifference);
  return servesBetter(one.outcome, other.outcome);
}
