import { durationMs, MINUTE } from '../time.ts';
import { type Field, type Played, play, servesBetter } from './field.ts';
import { HPA_DEFAULTS, type ReactiveSettings, reactivePolicy } from './reactive-policy.ts';

const LOWEST_TARGET = 0.3;
const TARGETS = 27;
const TARGET_STEP = 0.025;
const TOLERANCES = [0, 0.1];
const STABILIZATION_MINUTES = [0, 5, 15, 30, 60];
const COOLDOWN_MINUTES = [0, 10];

/** The settings tried, 540 of them: targets from 30 % to 95 %, the four others a person would touch. */
export function reactiveGrid(): readonly ReactiveSettings[] {
  const targets = Array.from({ length: TARGETS }, (_, i) =>
    Number((LOWEST_TARGET + i * TARGET_STEP).toFixed(3)),
  );
  return targets.flatMap((targetUtilization) =>
    TOLERANCES.flatMap((tolerance) =>
      STABILIZATION_MINUTES.flatMap((stabilization) =>
        COOLDOWN_MINUTES.map((cooldown) => ({
          targetUtilization,
          tolerance,
          scaleInStabilization: durationMs(stabilization * MINUTE),
          scaleOutCooldown: durationMs(cooldown * MINUTE),
        })),
      ),
    ),
  );
}

/** A reactive policy's settings, and what they gave where they were chosen. */
export interface TunedReactive extends Played {
  readonly settings: ReactiveSettings;
}

/**
 * The best that target tracking can be set to: of all settings that cost no more unit-hours in `part`
 * than the defaults at the planned utilisation, those with the fewest minutes short (a point of the
 * Pareto front of the grid).
 */
export function tuneReactive(field: Field, part: readonly [number, number]): TunedReactive {
  const playWith = (settings: ReactiveSettings): TunedReactive => ({
    settings,
    ...play(field, reactivePolicy(settings, field.demand.step), part),
  });
  const { targetUtilization } = field.settings;
  let best = playWith({ targetUtilization, ...HPA_DEFAULTS });
  const budget = best.outcome.unitHours;
  for (const settings of reactiveGrid()) {
    const played = playWith(settings);
    if (played.outcome.unitHours > budget) continue;
    if (servesBetter(played.outcome, best.outcome)) best = played;
  }
  return best;
}
