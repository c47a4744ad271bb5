import { describe, expect, it } from '@jest/globals';
import { decidePromotion } from '#app/training/decide-promotion.ts';
import type { GateComparison } from '#contracts/artifacts/stage-outputs.ts';

type Score = readonly [skill: number | null, cases?: number];

function gate(scores: {
  readonly naive: Score;
  readonly seasonal?: Score;
  readonly incumbent?: Score;
}): readonly GateComparison[] {
  const row = (against: GateComparison['against'], score: Score | undefined) =>
    score ? [{ against, skill: score[0], cases: score[1] ?? 100 }] : [];
  return [
    ...row('naive', scores.naive),
    ...row('seasonal-naive', scores.seasonal),
    ...row('incumbent', scores.incumbent),
  ];
}

describe('a new version', () => {
  it.each([
    ['wins at 5 % exactly', gate({ naive: [0.05] }), 'promote', 'WON'],
    ['loses just below', gate({ naive: [0.0499999] }), 'keep', 'NOT_BETTER'],
    ['wins with 30 cases', gate({ naive: [0.5, 30] }), 'promote', 'WON'],
    ['proves nothing with 29', gate({ naive: [0.5, 29] }), 'keep', 'NOT_BETTER'],
    ['cannot win without a comparison', gate({ naive: [null] }), 'keep', 'NOT_BETTER'],
    ['must beat the season too', gate({ naive: [0.5], seasonal: [0.04] }), 'keep', 'NOT_BETTER'],
    [
      'must beat the incumbent too',
      gate({ naive: [0.5], seasonal: [0.5], incumbent: [0.049] }),
      'keep',
      'INCUMBENT_KEPT',
    ],
    [
      'replaces an incumbent that it beats by 5 %',
      gate({ naive: [0.5], seasonal: [0.5], incumbent: [0.05] }),
      'promote',
      'WON',
    ],
    [
      'waits for enough forecasts of the incumbent',
      gate({ naive: [0.5], incumbent: [0.9, 29] }),
      'keep',
      'INCUMBENT_KEPT',
    ],
    [
      'takes an equal incumbent down when naive is as good',
      gate({ naive: [0.01], incumbent: [0] }),
      'demote',
      'NOT_BETTER',
    ],
    [
      'takes a worse incumbent down when the season is as good',
      gate({ naive: [0.5], seasonal: [-0.1], incumbent: [0.3] }),
      'demote',
      'NOT_BETTER',
    ],
    [
      'leaves a better incumbent where it is',
      gate({ naive: [0.01], incumbent: [-0.001] }),
      'keep',
      'NOT_BETTER',
    ],
    [
      'leaves an incumbent that was hardly compared',
      gate({ naive: [0.01], incumbent: [0.5, 29] }),
      'keep',
      'NOT_BETTER',
    ],
    [
      'leaves an incumbent that cannot be compared',
      gate({ naive: [0.01], incumbent: [null] }),
      'keep',
      'NOT_BETTER',
    ],
  ])('%s', (_, comparisons, action, code) => {
    const decision = decidePromotion(comparisons, 0.05);
    expect([decision.action, decision.reason.code]).toEqual([action, code]);
  });

  it('needs as much as is configured', () => {
    const comparisons = gate({ naive: [0.1] });
    expect(decidePromotion(comparisons, 0.1).action).toBe('promote');
    expect(decidePromotion(comparisons, 0.11).action).toBe('keep');
    expect(decidePromotion(gate({ naive: [0] }), 0).action).toBe('promote');
  });

  it('says the numbers it was judged by', () => {
    const comparisons = gate({ naive: [0.1234, 90], seasonal: [null, 0] });
    const { reason } = decidePromotion(comparisons, 0.05);
    expect(reason.message).toBe(
      'no better than seasonal-naive (error lower than that of naive: 12.3 % on 90 forecasts; ' +
        'seasonal-naive: not comparable; 5.0 % needed)',
    );
    expect(reason.details).toEqual({ gate: comparisons, required: 0.05 });
  });
});
