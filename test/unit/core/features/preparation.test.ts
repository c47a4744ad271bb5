import { describe, expect, it } from '@jest/globals';
import {
  applyPreparation,
  fitPreparation,
  type PreparationOptions,
  PreparationStateSchema,
} from '#core/features/preparation.ts';
import { seriesOf } from '#test/helpers/series-of.ts';

const learn = (values: readonly number[], options: PreparationOptions) =>
  fitPreparation(seriesOf(values), options);
const NONE = { kind: 'preparation', version: 1, fill: null, lower: null, upper: null };

describe('a preparation', () => {
  it('is none unless asked for', () => {
    const state = learn([1, 2, NaN, 400], {});
    expect(state).toEqual(NONE);
    const values = [5, NaN, 1e9, -1e9];
    expect([...applyPreparation(state, seriesOf(values)).values]).toEqual(values);
  });

  it('clips beyond three interquartile ranges', () => {
    // Quartiles of 0 … 8 are 2 and 6: fences at 2 − 12 and 6 + 12.
    const state = learn([8, 0, 1, 2, NaN, 3, 4, 5, 6, 7], { outliers: 'iqr' });
    expect(state).toEqual({ ...NONE, lower: -10, upper: 18 });
    const clipped = applyPreparation(state, seriesOf([-11, -10, NaN, 18, 19, Infinity]));
    expect([...clipped.values]).toEqual([-10, -10, NaN, 18, 18, 18]);
  });

  it('clips beyond so many standard deviations of the mean', () => {
    // {1, 3, 5}: mean 3, squares 4 + 0 + 4 over 2, deviation 2.
    expect(learn([1, 3, 5], { outliers: 'sigma' })).toEqual({ ...NONE, lower: -3, upper: 9 });
    expect(learn([1, 3, 5], { outliers: 'sigma', outlierFactor: 0.5 })).toEqual({
      ...NONE,
      lower: 2,
      upper: 4,
    });
  });

  it('fills in the median of what is finite', () => {
    const state = learn([1, Infinity, 9, NaN, 3], { imputation: 'median' });
    expect(state).toEqual({ ...NONE, fill: 3 });
    expect([...applyPreparation(state, seriesOf([NaN, 1e6])).values]).toEqual([3, 1e6]);
  });

  it.each<[string, readonly number[], PreparationOptions]>([
    ['nothing', [], { outliers: 'iqr', imputation: 'median' }],
    ['missing values', [NaN, NaN], { outliers: 'sigma', imputation: 'median' }],
    ['one value', [3], { outliers: 'sigma' }],
    ['a constant', [3, 3, 3], { outliers: 'sigma' }],
    ['rare values around a constant', [0, 0, 0, 0, 0, 0, 0, 5], { outliers: 'iqr' }],
    ['the largest numbers', [1e308, -1e308], { outliers: 'iqr', imputation: 'median' }],
    ['the largest numbers too', [1e308, -1e308], { outliers: 'sigma' }],
  ])('is nothing for %s', (_, values, options) => {
    expect(learn(values, options)).toEqual(NONE);
  });

  it('survives JSON', () => {
    const state = learn([-0, -0, NaN, 1], { imputation: 'median', outliers: 'sigma' });
    expect(Object.is(state.fill, 0)).toBe(true);
    const restored = PreparationStateSchema.parse(JSON.parse(JSON.stringify(state)));
    expect(restored).toEqual(state);
    expect(PreparationStateSchema.safeParse({ ...state, version: 2 }).success).toBe(false);
  });

  it.each([0, -1, NaN, Infinity])('refuses the factor %p', (outlierFactor) => {
    expect(() => learn([1, 2], { outliers: 'iqr', outlierFactor })).toThrow(RangeError);
  });

  it('leaves its series as it was', () => {
    const series = seriesOf([1, NaN, 3]);
    applyPreparation({ ...learn([], {}), fill: 2, upper: 2 }, series);
    expect([...series.values]).toEqual([1, NaN, 3]);
  });
});
