import { describe, expect, it } from '@jest/globals';
import { type BlendRule, combine, middleOf } from '#core/forecast/blend-rule.ts';

const rule = (
  how: BlendRule['combine'],
  weights: readonly (number | null)[] = [0.5, 0.25, 0.25],
): BlendRule => ({ fromStep: 1, toStep: 1, combine: how, weights: [...weights] });
const values = Float64Array.of(1, 2, 9);

describe('combining members', () => {
  it('takes the middle', () => {
    expect(combine(values, rule('median'), 5)).toBe(2);
    expect(middleOf(Float64Array.of(4, 1, 3, 2))).toBe(2.5);
  });

  it('takes half the weighted mean and half the middle', () => {
    // 1 × .5 + 2 × .25 + 9 × .25 = 3.25; (3.25 + 2) / 2 = 2.625
    expect(combine(values, rule('half'), 5)).toBe(2.625);
  });

  it('answers with naive where the rule says so', () => {
    expect(combine(values, rule('naive'), 5)).toBe(5);
  });

  it('leaves out who takes no part', () => {
    expect(combine(values, rule('median', [0, 0, null]), 5)).toBe(1.5);
    // weights .5 and .25 count relative to each other: (1 × .5 + 2 × .25) / .75 = 4/3; middle 1.5
    expect(combine(values, rule('half', [0.5, 0.25, null]), 5)).toBeCloseTo((4 / 3 + 1.5) / 2, 12);
  });

  it('leaves out who has no value, and has none itself when nobody has', () => {
    expect(combine(Float64Array.of(1, Number.NaN, 9), rule('median'), 5)).toBe(5);
    expect(combine(Float64Array.of(1, Number.NaN, 9), rule('half', [0, 1, 0]), 5)).toBe(5);
    expect(combine(new Float64Array(3).fill(Number.NaN), rule('half'), 5)).toBeNaN();
  });

  it('leaves its input as it was', () => {
    const given = Float64Array.of(3, 1, 2);
    combine(given, rule('half'), 0);
    expect([...given]).toEqual([3, 1, 2]);
  });
});
