import { describe, expect, it } from '@jest/globals';
import {
  casesIn,
  coverage,
  mae,
  mape,
  mase,
  measureAll,
  mse,
  naiveScale,
  pinball,
  rmse,
  rSquared,
  skill,
  smape,
  wape,
} from '#core/evaluate/metrics.ts';
import { seededRandom } from '#core/math/random.ts';

const { NaN: GAP } = Number;

describe('absolute and squared errors', () => {
  it('mae: (3 + 4 + 0 + 5) / 4', () => expect(mae([3, -4, 0, 5])).toBe(3));
  it('mse: (9 + 16 + 0 + 25) / 4', () => expect(mse([3, -4, 0, 5])).toBe(12.5));
  it('rmse: the root of (1 + 49) / 2', () => expect(rmse([1, -7])).toBe(5));

  it('pass over what is missing', () => {
    expect(mae([GAP, 2, GAP, -4])).toBe(3);
    expect(mse([GAP, 2, GAP, -4])).toBe(10);
    expect(casesIn([GAP, 2, GAP, -4])).toBe(2);
  });

  it.each(Object.entries({ mae, mse, rmse }))('%s is null without a case', (_, measure) => {
    expect(measure([])).toBeNull();
    expect(measure([GAP])).toBeNull();
  });
});

describe('mape', () => {
  it('is the mean of |error / actual|: (1/4 + 2/8) / 2', () => {
    expect(mape([1, -2], [4, 8])).toBe(0.25);
    expect(mape([1, -2], [-4, 8])).toBe(0.25);
  });

  it('is undefined when an actual is zero, or below 1 % of the mean actual', () => {
    expect(mape([1, 1], [0, 10])).toBeNull();
    // Mean (0.1 + 39.9) / 2 = 20, limit 0.2: 0.1 is near zero.
    expect(mape([1, 1], [0.1, 39.9])).toBeNull();
    // Mean (0.3 + 39.7) / 2 = 20: 0.3 is not. (0.3/0.3 + 0/39.7) / 2.
    expect(mape([0.3, 0], [0.3, 39.7])).toBe(0.5);
    expect(mape([0], [0])).toBeNull();
  });

  it('does not look at actuals without a forecast', () => {
    expect(mape([GAP, 1], [0, 4])).toBe(0.25);
    expect(mape([1, 1], [GAP, 4])).toBe(0.25);
    expect(mape([GAP], [4])).toBeNull();
  });
});

describe('smape', () => {
  it('is 2 |error| over |actual| + |forecast|', () => {
    // Actual 3, forecast 1: 4 / 4. Actual 1, forecast 3: 4 / 4.
    expect(smape([2, -2], [3, 1])).toBe(1);
  });

  it('is 2 at worst, and 0 where actual and forecast are both zero', () => {
    expect(smape([5], [5])).toBe(2);
    expect(smape([0, 5], [0, 5])).toBe(1);
    expect(smape([GAP], [1])).toBeNull();
  });
});

describe('wape', () => {
  it('is the sum of errors over the sum of actuals: (1 + 2) / (4 + 8)', () => {
    expect(wape([1, -2], [4, -8])).toBe(0.25);
    expect(wape([1, -2, GAP], [4, -8, 100])).toBe(0.25);
  });

  it('is undefined when all actuals are zero', () => {
    expect(wape([1, 2], [0, 0])).toBeNull();
    expect(wape([], [])).toBeNull();
  });
});

describe('mase', () => {
  it('scales by the naive error: moves 2, 1, 3 have the mean 2', () => {
    expect(naiveScale([1, 3, 2, 5])).toBe(2);
    expect(mase([1, -2], 2)).toBe(0.75);
  });

  it('leaves out moves at missing values', () => {
    expect(naiveScale([1, 3, GAP, 50, 54])).toBe(3);
    expect(naiveScale([1, GAP, 2])).toBeNaN();
    expect(naiveScale([1])).toBeNaN();
    expect(naiveScale([])).toBeNaN();
  });

  it('is undefined when the scale is zero or unknown', () => {
    expect(mase([1], 0)).toBeNull();
    expect(mase([1], GAP)).toBeNull();
    expect(mase([], 1)).toBeNull();
  });
});

describe('rSquared', () => {
  it('is the share of variance explained', () => {
    // Actuals 1 3 5 around 3: 4 + 0 + 4 = 8. Errors 1 + 1 + 0 = 2. 1 - 2 / 8.
    expect(rSquared([1, -1, 0], [1, 3, 5])).toBe(0.75);
    expect(rSquared([0, 0, 0], [1, 3, 5])).toBe(1);
    // Forecasting 0 three times: errors 1 + 9 + 25 = 35. 1 - 35 / 8.
    expect(rSquared([1, 3, 5], [1, 3, 5])).toBe(-3.375);
  });

  it('counts only cells with both', () => {
    expect(rSquared([1, -1, 0, GAP, 9], [1, 3, 5, 700, GAP])).toBe(0.75);
  });

  it('is undefined when the actuals do not vary', () => {
    expect(rSquared([1, 0], [2, 2])).toBeNull();
    expect(rSquared([], [])).toBeNull();
  });
});

describe('skill', () => {
  it('is the share of the reference error saved', () => {
    expect(skill(3, 4)).toBe(0.25);
    expect(skill(6, 4)).toBe(-0.5);
  });

  it('is undefined without a reference error', () => {
    expect(skill(0, 0)).toBeNull();
    expect(skill(null, 4)).toBeNull();
    expect(skill(3, null)).toBeNull();
  });
});

describe('pinball', () => {
  it('weighs what lies above by q and below by 1 - q', () => {
    // 0.75 · 4 = 3 and 0.25 · 2 = 0.5.
    expect(pinball([4], 0.75)).toBe(3);
    expect(pinball([-2], 0.75)).toBe(0.5);
    expect(pinball([4, -2, GAP], 0.75)).toBe(1.75);
    expect(pinball([], 0.5)).toBeNull();
  });

  it.each([0, 1, 95, GAP])('refuses the quantile %p', (q) => {
    expect(() => pinball([1], q)).toThrow(RangeError);
  });
});

describe('coverage', () => {
  it('counts the actuals inside, the ends included', () => {
    expect(coverage([1, 2, 3, 4], [1, 0, 4, 0], [5, 2, 5, 3])).toBe(0.5);
  });

  it('passes over cells without an actual or a band', () => {
    expect(coverage([1, GAP, 3, 9], [0, 0, GAP, 0], [2, 2, 5, 1])).toBe(0.5);
    expect(coverage([GAP], [0], [1])).toBeNull();
  });
});

describe('all measures at once', () => {
  const random = seededRandom(7);
  const errors = Array.from({ length: 50 }, (_, i) => (i % 7 === 3 ? GAP : 2 * random() - 1));
  const actuals = Array.from({ length: 50 }, (_, i) => (i % 11 === 5 ? GAP : 3 + random()));
  const cells = errors.map((error, i) => error + 0 * actuals[i]!);

  it('are those of the functions one by one', () => {
    const all = measureAll(errors, actuals, 0.5);
    const one = {
      mae: mae(cells),
      mse: mse(cells),
      rmse: rmse(cells),
      mape: mape(errors, actuals),
      smape: smape(errors, actuals),
      wape: wape(errors, actuals),
      mase: mase(cells, 0.5),
      r2: rSquared(errors, actuals),
    };
    expect(all.cases).toBe(casesIn(cells));
    for (const [name, value] of Object.entries(one)) {
      expect(all).toHaveProperty(name, expect.closeTo(Number(value), 12));
    }
  });

  it('are null where one by one they are', () => {
    expect(measureAll([1, 1], [0, 5], 0)).toMatchObject({ mae: 1, mape: null, mase: null });
    expect(measureAll([1, 1], [0, 0], 1)).toMatchObject({ wape: null, r2: null });
    expect(measureAll([GAP], [1], 1)).toMatchObject({ mae: null, rmse: null, cases: 0 });
  });
});
