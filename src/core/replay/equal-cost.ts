import { type Field, type Played, play } from './field.ts';
import type { Policy } from './fleet.ts';

/** How close unit-hours must come to count as equal. */
export const EQUAL_WITHIN = 0.01;

const LOWEST_TARGET = 0.05;
const HIGHEST_TARGET = 1;
const ROUNDS = 14;
/** A difference that nobody will ask about. */
const CLOSE_ENOUGH = 0.0005;

/** A policy at the headroom that makes it cost what it should. */
export interface Matched extends Played {
  readonly targetUtilization: number;
  /** Unit-hours ÷ those asked for − 1. */
  readonly costDifference: number;
}

/**
 * Finds the target utilisation at which a policy costs `unitHours` in a part of the past, by bisection.
 * This is a normalisation, as an exchange rate is: it makes two policies comparable and uses nothing
 * but what was paid. The closest that was found, which may be far off where no target gets there.
 */
export function matchCost(
  field: Field,
  policyAt: (targetUtilization: number) => Policy,
  part: readonly [number, number],
  unitHours: number,
): Matched {
  let low = LOWEST_TARGET;
  let high = HIGHEST_TARGET;
  let best: Matched | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const targetUtilization = (low + high) / 2;
    const played = play(field, policyAt(targetUtilization), part);
    const costDifference = played.outcome.unitHours / unitHours - 1;
    if (!best || Math.abs(costDifference) < Math.abs(best.costDifference)) {
      best = { ...played, targetUtilization, costDifference };
    }
    if (Math.abs(costDifference) < CLOSE_ENOUGH) break;
    if (costDifference > 0) low = targetUtilization;
    else high = targetUtilization;
  }
  return best!;
}
