import { describe, expect, it } from '@jest/globals';
import { HIGHEST_SCORE } from '#core/detect/assess.ts';
import { recentLevel } from '#core/detect/recent-level.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { median } from '#core/math/statistics.ts';
import { frameOf } from '../../../helpers/frame-of.ts';
import { expectIdentical } from '../../../helpers/same-numbers.ts';

const { NaN: GAP } = Number;
const MAD_TO_SIGMA = 1.4826;

function scoresOf(values: ArrayLike<number>, { metric = 'queue_length', from = 0 } = {}) {
  const found = recentLevel(frameOf({ [metric]: values }), from).get(metric);
  if (found === undefined) throw new Error('no scores');
  return found;
}

function last<T>(values: ArrayLike<T>): T | undefined {
  return values[values.length - 1];
}

const noise = (count: number, seed = 1) => {
  const random = seededRandom(seed, 'recent-level');
  return Float64Array.from({ length: count }, () => 100 + 5 * normal(random));
};

describe('the recent level', () => {
  it('scores the distance from the median of the points before in median absolute deviations', () => {
    // 1 … 12: median 6.5, distances 0.5, 0.5 … 5.5, 5.5, their median 3.
    const { scores, expected, tolerance, usual } = scoresOf([
      1, 12, 2, 11, 3, 10, 4, 9, 5, 8, 6, 7, 20,
    ]);
    expect([...scores.subarray(0, 12)]).toEqual(new Array(12).fill(GAP));
    expect(scores[12]).toBeCloseTo(13.5 / (MAD_TO_SIGMA * 3), 12);
    expect(expected[12]).toBe(6.5);
    expect(tolerance[12]).toBeCloseTo(9, 12);
    expect([...usual]).toEqual(new Array(13).fill(1));
  });

  it('agrees with the plain formula, whatever has left the window of 288', () => {
    const values = noise(700);
    values[50] = GAP;
    const { scores, expected } = scoresOf(values);
    for (const i of [12, 13, 51, 288, 289, 290, 577, 699]) {
      const known = values.subarray(0, i).filter((value) => !Number.isNaN(value));
      const before = known.subarray(Math.max(0, known.length - 288));
      const centre = median(before);
      const mad = median(before.map((value) => Math.abs(value - centre)));
      expect(expected[i]).toBe(centre);
      expect(scores[i]).toBeCloseTo(Math.abs(values[i]! - centre) / (MAD_TO_SIGMA * mad), 9);
    }
  });

  it('does not bound scores by the number of points', () => {
    // √(13 − 1) = 3.5 is the largest z-score that one of 13 points can have.
    expect(last(scoresOf([...noise(12), 1000]).scores)).toBeGreaterThan(50);
  });

  it('sees a shift for as long as most of the points before have not shifted', () => {
    const shifted = [...noise(100), ...noise(150).map((value) => value + 50)];
    const { scores } = scoresOf(shifted);
    // Before row 149, 49 of 149 points have shifted: a third.
    expect(Math.min(...scores.subarray(100, 150))).toBeGreaterThan(2.5);
    expect(scores[249]).toBeLessThan(2.5);
  });

  it('looks at nothing later, and at all that is before `from`', () => {
    const values = noise(400);
    const { scores } = scoresOf(values);
    expectIdentical(scoresOf(values, { from: 350 }).scores, scores.slice(350));
    const changed = values.map((value, i) => (i > 300 ? -value : value));
    expectIdentical(scoresOf(changed).scores.slice(0, 301), scores.slice(0, 301));
    expect(scoresOf(values, { from: 400 }).scores).toHaveLength(0);
  });
});

describe('a constant', () => {
  const constant = (value: number, next: number, metric?: string) =>
    last(scoresOf([...new Array<number>(20).fill(value), next], metric ? { metric } : {}).scores);

  it('scores 0 where it stays, and its changes in per cent of it', () => {
    expect(constant(50, 50)).toBe(0);
    expect(constant(50, 51)).toBeCloseTo(2, 12);
    expect(constant(-50, -52)).toBeCloseTo(4, 12);
  });

  it('of 0 is measured by the range of the metric where it has one', () => {
    // A thousandth of the range from 0 to 1.
    expect(constant(0, 0.005, 'error_rate')).toBeCloseTo(5, 12);
    expect(constant(0, 0)).toBe(0);
    expect(constant(0, 1e-9)).toBe(HIGHEST_SCORE);
    expect(constant(0, GAP)).toBe(GAP);
  });

  it('that changes now and then is measured by the standard deviation', () => {
    // 16 times 5 and 4 times 10: median 5, absolute deviation 0, √(4 × 25 / 20) = √5.
    const values = Array.from({ length: 20 }, (_, i) => (i % 5 === 0 ? 10 : 5));
    expect(last(scoresOf([...values, 10]).scores)).toBeCloseTo(Math.sqrt(5), 12);
  });
});

describe('hard data', () => {
  it('without enough points has no scores', () => {
    for (const values of [[], [1, 2], new Array<number>(300).fill(GAP)]) {
      expect(scoresOf(values).scores.every(Number.isNaN)).toBe(true);
    }
  });

  it('what is missing, infinite or beyond 32-bit floats is passed over', () => {
    const clean = noise(40);
    const dirty = [...clean.subarray(0, 20), GAP, Infinity, -Infinity, 1e308, -1e308];
    const { scores } = scoresOf([...dirty, ...clean.subarray(20)]);
    expect([...scores.subarray(20, 25)]).toEqual(new Array(5).fill(GAP));
    expectIdentical(scores.slice(25), scoresOf(clean).scores.slice(20));
  });

  it('a gap of a day changes nothing', () => {
    const values = noise(40);
    const gap = new Array<number>(288).fill(GAP);
    const { scores } = scoresOf([...values.subarray(0, 30), ...gap, ...values.subarray(30)]);
    expectIdentical(scores.slice(318), scoresOf(values).scores.slice(30));
  });

  it('a counter that starts again is a drop', () => {
    // 1000 … 1099: median 1049.5, absolute deviation 25.
    const counter = Array.from({ length: 100 }, (_, i) => 1000 + i);
    expect(last(scoresOf([...counter, 0]).scores)).toBeCloseTo(1049.5 / (MAD_TO_SIGMA * 25), 9);
  });
});
