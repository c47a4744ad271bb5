import type { EpochMs } from '../time.ts';
import type { ScalingPolicy } from './policy.ts';

/** The last change that was decided: plain JSON, to be kept between decisions. */
export interface ScalingState {
  readonly action: 'scale_out' | 'scale_in';
  readonly target: number;
  /** When it was first decided, as `EpochMs`. */
  readonly at: number;
  /** Whether the newest decision still is this one. */
  readonly standing: boolean;
}

/** How far a decision may go while cooldowns last; ±Infinity where none does. */
export interface CooldownLimits {
  /** What a forecast may raise the count to. */
  readonly most: number;
  /** What the count may fall to. */
  readonly fewest: number;
}

const UNLIMITED: CooldownLimits = { most: Infinity, fewest: -Infinity };

/**
 * The limits that the last change sets. In its cooldown, an order may be repeated but not surpassed:
 * a scale-out keeps forecasts from raising its target, and any change keeps replicas from going. A
 * scale-in never keeps a scale-out back.
 */
export function cooldownsOf(
  state: ScalingState | undefined,
  policy: ScalingPolicy,
  now: EpochMs,
  current: number,
): CooldownLimits {
  if (!state) return UNLIMITED;
  const age = now - state.at;
  // A change in the future was written by another clock: it counts for as long as one cooldown.
  const isWithin = (cooldown: number) => age < cooldown && age > -cooldown;
  const isOut = state.action === 'scale_out';
  const isRepeated = !isOut && state.standing;
  return {
    most: isOut && isWithin(policy.scaleOutCooldown) ? Math.max(state.target, current) : Infinity,
    fewest: isWithin(policy.scaleInCooldown)
      ? isRepeated
        ? Math.min(state.target, current)
        : current
      : -Infinity,
  };
}

/** Whether the last change still limits what may be decided. */
export function isCooldownActive(
  state: ScalingState | undefined,
  policy: ScalingPolicy,
  now: EpochMs,
): boolean {
  const { most, fewest } = cooldownsOf(state, policy, now, 0);
  return most !== Infinity || fewest !== -Infinity;
}

/** What is kept after a decision: cooldowns start with a changed action only. */
export function nextState(
  state: ScalingState | undefined,
  {
    action,
    target,
  }: {
    readonly action: 'scale_out' | 'scale_in' | 'no_action';
    readonly target: number;
  },
  now: EpochMs,
): ScalingState | undefined {
  if (action === 'no_action') return state?.standing ? { ...state, standing: false } : state;
  const isSame = state?.standing && state.action === action && state.target === target;
  return isSame ? state : { action, target, at: now, standing: true };
}
