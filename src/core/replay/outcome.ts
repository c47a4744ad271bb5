import { HOUR, MINUTE } from '../time.ts';
import type { Demand } from './demand.ts';
import type { FleetRun } from './fleet.ts';

/** What a policy has done over a part of the past. */
export interface Outcome {
  /** Minutes in which there was more demand than the units could serve. */
  readonly underCapacityMinutes: number;
  /** Minutes above the utilisation that still counts as good service. */
  readonly sloMinutes: number;
  /** Demand that could not be served, in units × minutes: how deep the shortages were. */
  readonly unservedUnitMinutes: number;
  /** Units × hours paid, from the order of a unit on. */
  readonly unitHours: number;
  /** Steps with an order. */
  readonly scaleOuts: number;
  /** Steps in which units were given up. */
  readonly scaleIns: number;
}

/**
 * Judges what became of a fleet in the steps `[from, to)`. Shortages count where demand is known; units
 * are paid everywhere.
 *
 * @param sloUtilization - demand ÷ serving units above which the service counts as slow, in (0, 1]
 */
export function outcomeOf(
  run: FleetRun,
  demand: Demand,
  sloUtilization: number,
  [from, to]: readonly [number, number],
): Outcome {
  const parts = [
    { ready: run.readyFirst, share: run.joinsAt },
    { ready: run.readyThen, share: 1 - run.joinsAt },
  ];
  let short = 0;
  let slow = 0;
  let unserved = 0;
  let units = 0;
  let scaleOuts = 0;
  let scaleIns = 0;
  for (let i = from; i < to; i++) {
    units += run.ordered[i]!;
    const change = i === from ? 0 : run.ordered[i]! - run.ordered[i - 1]!;
    if (change > 0) scaleOuts++;
    if (change < 0) scaleIns++;
    if (demand.isKnown[i] === 0) continue;
    const load = demand.values[i]!;
    for (const { ready, share } of parts) {
      if (load > ready[i]!) short += share;
      if (load > sloUtilization * ready[i]!) slow += share;
      unserved += share * Math.max(0, load - ready[i]!);
    }
  }
  const minutes = demand.step / MINUTE;
  return {
    underCapacityMinutes: short * minutes,
    sloMinutes: slow * minutes,
    unservedUnitMinutes: unserved * minutes,
    unitHours: units * (demand.step / HOUR),
    scaleOuts,
    scaleIns,
  };
}

/**
 * Under-capacity minutes of each day of `[from, to)`, the days counted from `from`. Less than half a day
 * at the end is part of the day before it: it is no sample of its own.
 */
export function shortMinutesByDay(
  run: FleetRun,
  demand: Demand,
  [from, to]: readonly [number, number],
  stepsADay: number,
): readonly number[] {
  const days = Math.max(1, Math.round((to - from) / stepsADay));
  return Array.from({ length: days }, (_, day) => {
    const start = from + day * stepsADay;
    const end = day === days - 1 ? to : start + stepsADay;
    return outcomeOf(run, demand, 1, [start, end]).underCapacityMinutes;
  });
}
