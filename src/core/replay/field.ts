import type { Demand } from './demand.ts';
import { type Fleet, type FleetRun, type Policy, runFleet } from './fleet.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { ReplaySettings } from './settings.ts';

/** Where policies meet: one demand, one kind of fleet, one way to judge. */
export interface Field {
  readonly demand: Demand;
  readonly fleet: Fleet;
  readonly settings: ReplaySettings;
}

/** What a policy did in a part of the past, and what came of it. */
export interface Played {
  readonly run: FleetRun;
  readonly outcome: Outcome;
}

/**
 * Lets a policy run a part of the past. Every policy starts with the same fleet: what the newest
 * measurement needs at the planned utilisation.
 */
export function play(field: Field, policy: Policy, part: readonly [number, number]): Played {
  const { demand, fleet, settings } = field;
  const known = Math.max(0, part[0] - fleet.metricLagSteps);
  const initial = Math.ceil(demand.values[known]! / settings.targetUtilization);
  const run = runFleet(policy, demand.values, fleet, part, initial);
  return { run, outcome: outcomeOf(run, demand, settings.sloUtilization, part) };
}

/** Whether one outcome is better for those who are served: fewer minutes short, then less deep. */
export function servesBetter(one: Outcome, other: Outcome): boolean {
  const difference = one.underCapacityMinutes - other.underCapacityMinutes;
  if (difference !== 0) return difference < 0;
  const depth = one.unservedUnitMinutes - other.unservedUnitMinutes;
  if (depth !== 0) return depth < 0;
  return one.sloMinutes < other.sloMinutes;
}
