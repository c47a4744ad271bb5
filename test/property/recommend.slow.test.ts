import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '#core/recommend/decide.ts';
import { anyDecideInput } from '#test/helpers/arbitrary-decisions.ts';
import { faultOf } from '#test/helpers/judge-decision.ts';

const CASES = 1_000_000;

it('a million decisions on replicas harm nobody', () => {
  fc.assert(
    fc.property(anyDecideInput, (input) => {
      const fault = faultOf(input, decide(input));
      // `expect` itself would take most of the time.
      if (fault !== undefined) expect(fault).toBeUndefined();
    }),
    { numRuns: CASES },
  );
});
