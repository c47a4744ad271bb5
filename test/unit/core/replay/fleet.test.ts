import { describe, expect, it } from '@jest/globals';
import type { Demand } from '#core/replay/demand.ts';
import { type Fleet, type Policy, runFleet } from '#core/replay/fleet.ts';
import { outcomeOf, shortMinutesByDay } from '#core/replay/outcome.ts';
import { staticPolicy } from '#core/replay/static-policy.ts';
import { durationMs, epochMs, MINUTE } from '#core/time.ts';

const STEP = durationMs(5 * MINUTE);

function fleet(over: Partial<Fleet> = {}): Fleet {
  return { step: STEP, startUp: STEP, minimum: 1, maximum: 100, metricLagSteps: 1, ...over };
}

/** Asks for these numbers, from the second step on. */
function scripted(wanted: readonly number[]): Policy & { readonly views: unknown[] } {
  const views: unknown[] = [];
  return {
    views,
    decide(view) {
      views.push(view);
      return wanted[view.index] ?? view.ordered;
    },
  };
}

function demandOf(values: readonly number[], unknown: readonly number[] = []): Demand {
  return {
    start: epochMs(0),
    step: STEP,
    values: Float64Array.from(values),
    isKnown: Uint8Array.from(values, (_, i) => (unknown.includes(i) ? 0 : 1)),
    capacityPerUnit: 1,
    capacityIs: 'given',
  };
}

describe('a simulated fleet', () => {
  it('pays units from their order on and lets them serve after the start-up', () => {
    // Ordered at the start of step 1, ready one step later: at the start of step 2.
    const run = runFleet(scripted([0, 5]), new Float64Array(4), fleet(), [0, 4], 2);
    expect([...run.ordered]).toEqual([2, 5, 5, 5]);
    expect([...run.readyFirst]).toEqual([2, 2, 5, 5]);
    expect([...run.readyThen]).toEqual([2, 2, 5, 5]);
  });

  it('has units join within a step when the start-up is a part of one', () => {
    const startUp = durationMs(7.5 * MINUTE);
    const run = runFleet(scripted([0, 5]), new Float64Array(4), fleet({ startUp }), [0, 4], 2);
    expect(run.joinsAt).toBe(0.5);
    expect([...run.readyFirst]).toEqual([2, 2, 2, 5]);
    expect([...run.readyThen]).toEqual([2, 2, 5, 5]);
  });

  it('gives units up at once, those that do not serve yet first', () => {
    const slow = fleet({ startUp: durationMs(15 * MINUTE) });
    const run = runFleet(scripted([0, 6, 3, 1]), new Float64Array(6), slow, [0, 6], 2);
    // 4 ordered in step 1; 3 of them taken back in step 2; the last one and a ready one in step 3.
    expect([...run.ordered]).toEqual([2, 6, 3, 1, 1, 1]);
    expect([...run.readyThen]).toEqual([2, 2, 2, 1, 1, 1]);
  });

  it('takes back the newest orders first', () => {
    const slow = fleet({ startUp: durationMs(15 * MINUTE) });
    const run = runFleet(scripted([0, 4, 6, 4]), new Float64Array(6), slow, [0, 6], 2);
    // The order of step 1 stays and is ready in step 4.
    expect([...run.readyThen]).toEqual([2, 2, 2, 2, 4, 4]);
  });

  it('keeps to its bounds, whatever a policy asks for', () => {
    const bounded = fleet({ startUp: durationMs(0), minimum: 2, maximum: 4 });
    const asked = [0, Infinity, -5, 3.2];
    expect([
      ...runFleet(scripted(asked), new Float64Array(4), bounded, [0, 4], 99).ordered,
    ]).toEqual([4, 4, 2, 4]);
    const confused = staticPolicy(Number.NaN);
    expect(() => runFleet(confused, new Float64Array(4), bounded, [0, 4], 2)).toThrow('got NaN');
  });

  it('shows a policy the newest measurement that is known, and asks nothing before there is one', () => {
    const policy = scripted([]);
    runFleet(policy, Float64Array.of(7, 8, 9), fleet({ metricLagSteps: 2 }), [0, 3], 2);
    expect(policy.views).toEqual([{ index: 2, measured: 7, ready: 2, ordered: 2 }]);
  });
});

describe('the outcome of a fleet', () => {
  it('counts minutes, unit-hours and changes', () => {
    const demand = demandOf([1, 3, 3, 1.9]);
    const run = runFleet(scripted([2, 4, 4, 1]), demand.values, fleet(), [0, 4], 2);
    // Ordered 2, 4, 4, 1 and ready 2, 2, 4, 1: short in steps 1 (by 1) and 3 (by 0.9).
    expect(outcomeOf(run, demand, 0.7, [0, 4])).toEqual({
      underCapacityMinutes: 10,
      // Step 2 too: 3 of 4 is above 0.7.
      sloMinutes: 15,
      unservedUnitMinutes: expect.closeTo(5 * 1 + 5 * 0.9),
      unitHours: 11 / 12,
      scaleOuts: 1,
      scaleIns: 1,
    });
  });

  it('counts a part of a step where units join within it', () => {
    const demand = demandOf([1, 3, 3]);
    const startUp = durationMs(2 * MINUTE);
    const run = runFleet(scripted([2, 4]), demand.values, fleet({ startUp }), [0, 3], 2);
    expect(outcomeOf(run, demand, 1, [0, 3]).underCapacityMinutes).toBeCloseTo(2, 12);
  });

  it('judges nobody by what was not measured, and charges for it', () => {
    const demand = demandOf([9, 9, 9], [1]);
    const run = runFleet(staticPolicy(2), demand.values, fleet(), [0, 3], 2);
    const outcome = outcomeOf(run, demand, 1, [0, 3]);
    expect(outcome.underCapacityMinutes).toBe(10);
    expect(outcome.unitHours).toBe(0.5);
  });

  it('adds up by day', () => {
    const demand = demandOf([9, 1, 9, 9, 1]);
    const run = runFleet(staticPolicy(2), demand.values, fleet(), [0, 5], 2);
    expect(shortMinutesByDay(run, demand, [0, 5], 2)).toEqual([5, 10, 0]);
    // One step is less than half of a day of four: it belongs to the day before it.
    expect(shortMinutesByDay(run, demand, [0, 5], 4)).toEqual([15]);
    expect(shortMinutesByDay(run, demand, [2, 3], 4)).toEqual([5]);
  });
});
