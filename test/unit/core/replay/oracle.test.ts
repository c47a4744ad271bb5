import { describe, expect, it } from '@jest/globals';
import type { Demand } from '#core/replay/demand.ts';
import type { Fleet } from '#core/replay/fleet.ts';
import { oracleRun } from '#core/replay/oracle.ts';
import { outcomeOf } from '#core/replay/outcome.ts';
import { durationMs, epochMs, MINUTE } from '#core/time.ts';

const STEP = durationMs(5 * MINUTE);
const FLEET: Fleet = { step: STEP, startUp: STEP, minimum: 1, maximum: 9, metricLagSteps: 1 };

function demandOf(values: readonly number[]): Demand {
  const isKnown = new Uint8Array(values.length).fill(1);
  const about = { start: epochMs(0), step: STEP, capacityPerUnit: 1, capacityIs: 'given' } as const;
  return { ...about, isKnown, values: Float64Array.from(values) };
}

const orderedFor = (values: readonly number[], fleet = FLEET, from = 0) => [
  ...oracleRun(demandOf(values), fleet, [from, values.length]).ordered,
];

describe('the oracle', () => {
  it('orders what will be needed as late as it can', () => {
    expect(orderedFor([1, 1, 1, 3, 1])).toEqual([1, 1, 3, 3, 1]);
  });

  it('keeps what costs no more to keep than to start again', () => {
    const slow = { ...FLEET, startUp: durationMs(10 * MINUTE) };
    // A gap of two steps is kept at a start-up of two, one of three is not.
    expect(orderedFor([2, 1, 1, 2], slow)).toEqual([2, 2, 2, 2]);
    const kept = oracleRun(demandOf([2, 1, 1, 2]), slow, [0, 4]);
    expect([...kept.readyThen]).toEqual([2, 2, 2, 2]);
    expect(orderedFor([2, 1, 1, 1, 2], slow)).toEqual([2, 1, 2, 2, 2]);
  });

  it('never leaves anybody short below the maximum', () => {
    const demand = demandOf([0.5, 4.2, 8.9, 9.5, 0]);
    const outcome = outcomeOf(oracleRun(demand, FLEET, [0, 5]), demand, 1, [0, 5]);
    // Only the 9.5 is beyond the maximum of 9.
    expect(outcome.underCapacityMinutes).toBe(5);
    expect(outcome.unservedUnitMinutes).toBeCloseTo(2.5, 12);
  });

  it('pays for its part alone', () => {
    expect(orderedFor([5, 5, 5, 1], FLEET, 2)).toEqual([0, 0, 5, 1]);
  });
});
