import type { DurationMs } from '../time.ts';

/** A simulated fleet of equal units. */
export interface Fleet {
  readonly step: DurationMs;
  /** From the order of a unit until it serves. 0 or more. */
  readonly startUp: DurationMs;
  readonly minimum: number;
  readonly maximum: number;
  /** How far back the newest measurement lies, 1 or more; 1 is the step that has just ended. */
  readonly metricLagSteps: number;
}

/** What a policy may know when it decides, at the start of a step. */
export interface PolicyView {
  /** Index of the step that begins. */
  readonly index: number;
  /** Demand of the newest step that is known, in units; of index `index - metricLagSteps`. */
  readonly measured: number;
  /** Units that serve at this moment. */
  readonly ready: number;
  /** Units that serve or were ordered to. */
  readonly ordered: number;
}

/** Decides how many units there should be. It is asked at every step in order, and may remember. */
export interface Policy {
  decide(view: PolicyView): number;
}

/** What became of a fleet, step by step. */
export interface FleetRun {
  /** Units paid for during the step. */
  readonly ordered: Int32Array;
  /** Units that serve from the start of the step, and from where ordered ones join in it. */
  readonly readyFirst: Int32Array;
  readonly readyThen: Int32Array;
  /** Where in a step ordered units join, as a share of it: the same in every step. */
  readonly joinsAt: number;
}

/**
 * Runs a fleet over a demand under a policy. The policy is asked at the start of each step; units that
 * are ordered are paid at once and serve after the start-up time, units that are given up are gone at
 * once, those that do not serve yet first.
 *
 * @param demand - in units; the policy sees one value at a time, and never one that is not over
 * @param part - steps `[from, to)`; the others stay 0
 * @param initial - units that serve at its start
 */
export function runFleet(
  policy: Policy,
  demand: Float64Array,
  fleet: Fleet,
  [from, to]: readonly [number, number],
  initial: number,
): FleetRun {
  const { length } = demand;
  const startUpSteps = fleet.startUp / fleet.step;
  const waits = Math.floor(startUpSteps);
  const run = {
    ordered: new Int32Array(length),
    readyFirst: new Int32Array(length),
    readyThen: new Int32Array(length),
    joinsAt: startUpSteps - waits,
  };
  /** Units by the step in which they join. */
  const joining = new Int32Array(length + waits + 1);
  let ready = unitsWithin(initial, fleet);
  let pending = 0;
  for (let index = from; index < to; index++) {
    const known = index - fleet.metricLagSteps;
    // Before the first measurement nothing is decided.
    if (known >= 0) {
      const ordered = ready + pending;
      const view = { index, measured: demand[known]!, ready, ordered };
      const wanted = unitsWithin(policy.decide(view), fleet);
      if (wanted > ordered) {
        joining[index + waits]! += wanted - ordered;
        pending += wanted - ordered;
      } else {
        const dropped = dropPending(joining, index, waits, ordered - wanted);
        pending -= dropped;
        ready -= ordered - wanted - dropped;
      }
    }
    const joined = joining[index]!;
    run.ordered[index] = ready + pending;
    run.readyFirst[index] = run.joinsAt === 0 ? ready + joined : ready;
    ready += joined;
    pending -= joined;
    run.readyThen[index] = ready;
  }
  return run;
}

/** Takes back orders, the newest first. @returns how many */
function dropPending(joining: Int32Array, index: number, waits: number, wanted: number): number {
  let left = wanted;
  for (let at = index + waits; at >= index && left > 0; at--) {
    const dropped = Math.min(left, joining[at]!);
    joining[at]! -= dropped;
    left -= dropped;
  }
  return wanted - left;
}

/** Whole units within the bounds of a fleet. @throws {RangeError} when asked for what is no number */
export function unitsWithin(units: number, { minimum, maximum }: Fleet): number {
  if (Number.isNaN(units)) throw new RangeError('a policy must answer a number of units, got NaN');
  return Math.min(maximum, Math.max(minimum, Math.ceil(units)));
}
