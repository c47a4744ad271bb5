import type { Demand } from './demand.ts';
import type { Fleet, FleetRun } from './fleet.ts';

/**
 * The least that can be paid for a part of the past without a shortage: with knowledge of the future,
 * and the same start-up time. A bound for every policy, and none that can be reached.
 *
 * Units are the same, so the fleet is cut into layers: the n-th unit is needed wherever demand exceeds
 * n − 1. Between two such times it is kept when that costs no more than starting it again, and otherwise
 * given up and ordered early enough; the two choices of one layer do not touch another's. What is needed
 * at the first step is there already, as the part before paid for it. Beyond the maximum demand stays
 * unserved. Where demand is not known nothing but the minimum is needed.
 *
 * @param part - steps `[from, to)`
 */
export function oracleRun(
  demand: Demand,
  fleet: Fleet,
  [from, to]: readonly [number, number],
): FleetRun {
  const waits = Math.ceil(fleet.startUp / fleet.step);
  const length = demand.values.length;
  const ordered = new Int32Array(length);
  const ready = new Int32Array(length);
  const needed = new Int32Array(length);
  for (let i = from; i < to; i++) {
    const load = demand.isKnown[i] === 1 ? Math.ceil(demand.values[i]!) : 0;
    needed[i] = Math.min(fleet.maximum, Math.max(fleet.minimum, load));
  }
  const layers = needed.reduce((most, units) => Math.max(most, units), 0);
  for (let layer = 1; layer <= layers; layer++) {
    let last = -Infinity;
    for (let i = from; i < to; i++) {
      if (needed[i]! < layer) continue;
      const isKept = last > -Infinity && i - last - 1 <= waits;
      const since = isKept ? last + 1 : Math.max(from, i - waits);
      for (let at = since; at < i; at++) {
        ordered[at]!++;
        if (isKept) ready[at]!++;
      }
      ordered[i]!++;
      ready[i]!++;
      last = i;
    }
  }
  return { ordered, readyFirst: ready, readyThen: ready, joinsAt: 0 };
}
