import { describe, expect, it } from '@jest/globals';
import { learnFusion } from '#core/training/learn-fusion.ts';
import { resultOf } from '#test/helpers/backtest-result.ts';

const constant = (errors: Readonly<Record<string, number>>, origins: number) =>
  resultOf({
    origins: Array.from({ length: origins }, (_, i) => i),
    candidates: Object.fromEntries(
      Object.entries(errors).map(([name, error]) => [
        name,
        Array.from({ length: origins }, () => [error]),
      ]),
    ),
  });

describe('learning the fusion', () => {
  it('starts with 40 % prophet and 60 % lstm', () => {
    const learnt = learnFusion(constant({ naive: 1, prophet: 1, lstm: -1 }, 10));
    expect(learnt?.spec).toEqual({
      kind: 'fusion',
      members: [
        { name: 'prophet', weight: 0.4 },
        { name: 'lstm', weight: 0.6 },
      ],
      evidence: 0,
      refused: [],
    });
    // .4 × 1 + .6 × −1
    expect(learnt?.errors[0]).toBeCloseTo(-0.2, 12);
  });

  it('weighs by the errors once twenty origins have come to pass', () => {
    // Relative errors 1 and 1/2: weights 1 and 16.
    const learnt = learnFusion(constant({ naive: 2, prophet: 2, lstm: 1 }, 20));
    expect(learnt?.spec.evidence).toBe(20);
    expect(learnt?.spec.members[0]?.weight).toBeCloseTo(1 / 17, 12);
  });

  it('refuses a member whose scale is off, by name', () => {
    // Predicting bytes as if they were kilobytes: forty times the error of the last value.
    const learnt = learnFusion(constant({ naive: 1, prophet: 1, lstm: 40 }, 30));
    expect(learnt?.spec.members).toEqual([{ name: 'prophet', weight: 1 }]);
    expect(learnt?.spec.refused).toEqual([
      { name: 'lstm', reason: 'its error is 40 times that of repeating the last value' },
    ]);
  });

  it('is none without a member that can be used', () => {
    expect(learnFusion(constant({ naive: 1 }, 30))).toBeNull();
    expect(learnFusion(constant({ naive: 1, prophet: 50, lstm: 50 }, 30))).toBeNull();
  });
});
