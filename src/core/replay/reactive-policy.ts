import type { DurationMs } from '../time.ts';
import type { Policy } from './fleet.ts';

/** How a target-tracking autoscaler is set. */
export interface ReactiveSettings {
  /** Utilisation it aims at, in (0, 1]. */
  readonly targetUtilization: number;
  /** Share by which utilisation may be off the target without an action, 0 or more. */
  readonly tolerance: number;
  /** For so long after an order nothing more is ordered. */
  readonly scaleOutCooldown: DurationMs;
  /** Units are given up only down to the most that was wanted in this time. */
  readonly scaleInStabilization: DurationMs;
}

/** What the Kubernetes HorizontalPodAutoscaler does unless it is told otherwise. */
export const HPA_DEFAULTS: Omit<ReactiveSettings, 'targetUtilization'> = {
  tolerance: 0.1,
  scaleOutCooldown: 0 as DurationMs,
  scaleInStabilization: 300_000 as DurationMs,
};

/** 0.55 / 0.5 is 1.1, and a little more in doubles. */
const ROUNDING = 1e-9;

/**
 * Target tracking: as many units as bring the utilisation that was measured last to the target.
 *
 * The rule is the HorizontalPodAutoscaler's (Kubernetes documentation, "Horizontal Pod Autoscaling",
 * algorithm details): `ceil(units × measured ÷ target)`, nothing within the tolerance, units not ready
 * yet counted as idle, and for scale-in the highest wish of the stabilisation window. CloudWatch target
 * tracking, with its cooldowns, is the same with a scale-out cooldown. Two things are in its favour: it
 * sees demand that is not cut off at 100 %, and no limit to how many units it may add at a time.
 *
 * @param step - time between two decisions
 * @throws {RangeError} when a setting is out of range
 */
export function reactivePolicy(settings: ReactiveSettings, step: DurationMs): Policy {
  const { targetUtilization: target, tolerance } = settings;
  if (!(target > 0 && target <= 1)) {
    throw new RangeError(`a target utilisation lies in (0, 1], got ${target}`);
  }
  const window = Math.floor(settings.scaleInStabilization / step) + 1;
  const cooldown = Math.ceil(settings.scaleOutCooldown / step);
  const wishes = new Float64Array(window);
  let lastOrder = -Infinity;
  let decisions = 0;
  return {
    decide({ index, measured, ordered }) {
      const ratio = ordered === 0 ? Infinity : measured / ordered / target;
      const isNear = Math.abs(ratio - 1) <= tolerance + ROUNDING;
      const wish = isNear ? ordered : Math.ceil(measured / target);
      wishes[decisions++ % window] = wish;
      if (wish > ordered) {
        if (index - lastOrder < cooldown) return ordered;
        lastOrder = index;
        return wish;
      }
      let highest = wish;
      for (let i = 0; i < Math.min(window, decisions); i++) highest = Math.max(highest, wishes[i]!);
      return Math.min(ordered, highest);
    },
  };
}
