import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '#core/recommend/decide.ts';
import { anyDecideInput } from '#test/helpers/arbitrary-decisions.ts';
import { faultOf } from '#test/helpers/judge-decision.ts';

const CASES = 20_000;

describe('a decision on replicas', () => {
  it('lies within the bounds, never below what is measured, and rests on nothing stale', () => {
    const seen: Record<string, number> = {};
    fc.assert(
      fc.property(anyDecideInput, (input) => {
        const decided = decide(input);
        const { decision } = decided;
        const isQuiet = decision.because.some(({ code }) => code === 'LOW_LOAD');
        const action = decision.decision === 'hold' ? 'hold' : decision.action;
        const name = action === 'scale_in' && isQuiet ? 'scale_in on low load' : action;
        seen[name] = (seen[name] ?? 0) + 1;
        const fault = faultOf(input, decided);
        if (fault !== undefined) expect(fault).toBeUndefined();
      }),
      { numRuns: CASES, seed: 20260302 },
    );
    // Every outcome is reached, and none of them by one lucky case.
    const rare = ['scale_in on low load', 'scale_in', 'scale_out', 'no_action', 'hold'].filter(
      (name) => (seen[name] ?? 0) < CASES / 100,
    );
    expect(rare).toEqual([]);
  });
});
