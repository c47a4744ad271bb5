import { describe, expect, it } from '@jest/globals';
import type { BacktestResult } from '#core/evaluate/backtest.ts';
import { learnBlend } from '#core/training/learn-blend.ts';
import { resultOf } from '#test/helpers/backtest-result.ts';

const ORIGINS = 40;

/** One step ahead, an origin every step, each candidate with the same error at every origin. */
function constant(errors: Readonly<Record<string, number>>, origins = ORIGINS): BacktestResult {
  return resultOf({
    origins: Array.from({ length: origins }, (_, i) => i),
    candidates: Object.fromEntries(
      Object.entries(errors).map(([name, error]) => [
        name,
        Array.from({ length: origins }, () => [error]),
      ]),
    ),
  });
}

describe('learning a blend', () => {
  it('takes the median until twenty origins have come to pass', () => {
    const { rules } = learnBlend(constant({ naive: 2, a: 1, b: 1 }, 19), { core: ['a', 'b'] });
    expect(rules).toEqual([{ fromStep: 1, toStep: 1, combine: 'median', weights: [0, 0, null] }]);
  });

  it('weighs by the fourth power of the error relative to naive', () => {
    // 1/2 and 2/2 of naive: weights 16 and 1.
    const { members, rules } = learnBlend(constant({ naive: 2, a: 1, b: 2 }), { core: ['a', 'b'] });
    expect(members).toEqual(['a', 'b', 'naive']);
    expect(rules[0]?.combine).toBe('half');
    expect(rules[0]?.weights[0]).toBeCloseTo(16 / 17, 12);
    expect(rules[0]?.weights[1]).toBeCloseTo(1 / 17, 12);
    expect(rules[0]?.weights[2]).toBeNull();
  });

  it('answers with naive where the blend was no better', () => {
    const learnt = learnBlend(constant({ naive: 1, a: 1.5, b: 1.5 }), { core: ['a', 'b'] });
    expect(learnt.rules[0]?.combine).toBe('naive');
    // The last origin knows enough to be gated: its error is naive's.
    expect(learnt.errors.at(-1)).toBe(1);
    // The first knows nothing: the median of both.
    expect(learnt.errors[0]).toBe(1.5);
  });

  it('lets in who is better than naive and the middle of the core', () => {
    const blend = { core: ['a', 'b', 'c'], admitted: ['good', 'fair'] };
    const { members, rules } = learnBlend(
      constant({ naive: 2, a: 1.2, b: 1.4, c: 1.6, good: 1.3, fair: 1.5 }),
      blend,
    );
    const weightOf = (name: string) => rules[0]?.weights[members.indexOf(name)];
    expect(weightOf('good')).toBeGreaterThan(0);
    expect(weightOf('fair')).toBeNull();
  });

  it('combines each origin by what had come to pass before it, whatever comes later', () => {
    const honest = constant({ naive: 2, a: 1, b: 1.5 });
    const [first, ...rest] = honest.candidates;
    const late = honest.candidates.map(({ name, errors, failures }) => ({
      name,
      failures,
      errors: errors.map((error, row) => (row > 30 ? error * 1000 : error)),
    }));
    expect([first, ...rest]).toHaveLength(late.length);
    const blend = { core: ['a', 'b'] };
    const before = learnBlend(honest, blend).errors;
    const after = learnBlend({ ...honest, candidates: late }, blend).errors;
    expect([...after.slice(0, 31)]).toEqual([...before.slice(0, 31)]);
    expect(after[31]).not.toBe(before[31]);
  });

  it('needs naive for the gate', () => {
    expect(() => learnBlend(constant({ a: 1, b: 1 }), { core: ['a', 'b'] })).toThrow(RangeError);
  });
});
