import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Demand } from '#core/replay/demand.ts';
import { type Policy, runFleet } from '#core/replay/fleet.ts';
import { oracleRun } from '#core/replay/oracle.ts';
import { outcomeOf } from '#core/replay/outcome.ts';
import { reactivePolicy } from '#core/replay/reactive-policy.ts';
import { durationMs, epochMs, MINUTE } from '#core/time.ts';

const STEP = durationMs(5 * MINUTE);

const cases = fc.record({
  values: fc.array(fc.double({ min: 0, max: 12, noNaN: true }), { minLength: 2, maxLength: 40 }),
  startUpMinutes: fc.integer({ min: 0, max: 18 }),
  wanted: fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 40, maxLength: 40 }),
  targetUtilization: fc.double({ min: 0.1, max: 1, noNaN: true }),
  isReactive: fc.boolean(),
  slack: fc.integer({ min: 0, max: 15 }),
});

function demandOf(values: readonly number[]): Demand {
  const isKnown = new Uint8Array(values.length).fill(1);
  const about = { start: epochMs(0), step: STEP, capacityPerUnit: 1, capacityIs: 'given' } as const;
  return { ...about, isKnown, values: Float64Array.from(values) };
}

describe('the oracle', () => {
  it('is a bound: nobody leaves fewer minutes short, and who leaves none pays as much or more', () => {
    let withoutShortage = 0;
    fc.assert(
      fc.property(cases, (each) => {
        const demand = demandOf(each.values);
        const part = [0, demand.values.length] as const;
        const startUp = durationMs(each.startUpMinutes * MINUTE);
        const fleet = { step: STEP, startUp, minimum: 1, maximum: 13, metricLagSteps: 1 };
        const settings = {
          targetUtilization: each.targetUtilization,
          tolerance: 0,
          scaleOutCooldown: durationMs(0),
          scaleInStabilization: durationMs(0),
        };
        const policy: Policy = each.isReactive
          ? reactivePolicy(settings, STEP)
          : { decide: ({ index }) => (each.wanted[index] ?? 0) + each.slack };
        const run = runFleet(policy, demand.values, fleet, part, each.slack);
        const outcome = outcomeOf(run, demand, 1, part);
        const bound = outcomeOf(oracleRun(demand, fleet, part), demand, 1, part);
        expect(bound.underCapacityMinutes).toBe(0);
        if (outcome.underCapacityMinutes > 0) return;
        withoutShortage++;
        expect(bound.unitHours).toBeLessThanOrEqual(outcome.unitHours + 1e-9);
      }),
      { numRuns: 2_000, seed: 5 },
    );
    // The second half of the promise was looked at.
    expect(withoutShortage).toBeGreaterThan(100);
  });
});
