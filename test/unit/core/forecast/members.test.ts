import { describe, expect, it } from '@jest/globals';
import { baseline } from '#core/forecast/baseline.ts';
import type { FitOptions, Forecaster, ModelState } from '#core/forecast/forecaster.ts';
import { naive } from '#core/forecast/naive.ts';
import { seasonalNaive } from '#core/forecast/seasonal-naive.ts';
import { ses } from '#core/forecast/ses.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const { NaN: GAP } = Number;

async function pointsOf<S extends ModelState>(
  forecaster: Forecaster<S>,
  values: readonly number[],
  horizon: number,
  options?: FitOptions,
): Promise<number[]> {
  const fitted = await forecaster.fit(historyOf(values), options);
  return [...fitted.predict({ horizon }).point];
}

describe('naive', () => {
  it('repeats the last value', async () => {
    expect(await pointsOf(naive(), [3, 1, 4], 3)).toEqual([4, 4, 4]);
  });

  it('passes over missing and infinite values', async () => {
    expect(await pointsOf(naive(), [3, 1, GAP, Infinity], 1)).toEqual([1]);
  });
});

describe('seasonal naive', () => {
  it('repeats the last season, again and again', async () => {
    const values = [1, 2, 3, 4, 5, 6];
    expect(await pointsOf(seasonalNaive({ seasonLength: 3 }), values, 7)).toEqual([
      4, 5, 6, 4, 5, 6, 4,
    ]);
  });

  it('starts at the slot after the cutoff when the history ends inside a season', async () => {
    // Slots from the end: 7 belongs to slot 0, so slots 1 and 2 follow with their last values.
    const values = [1, 2, 3, 4, 5, 6, 7];
    expect(await pointsOf(seasonalNaive({ seasonLength: 3 }), values, 3)).toEqual([5, 6, 7]);
  });

  it('takes the newest earlier value of a slot, and the last value for a slot never seen', async () => {
    // Slot 0: 4 is missing, so 1. Slot 1: never seen, so the last present value 6. Slot 2: 6.
    const values = [1, GAP, 3, GAP, GAP, 6];
    expect(await pointsOf(seasonalNaive({ seasonLength: 3 }), values, 3)).toEqual([1, 6, 6]);
  });

  it('needs two seasons', () => {
    expect(seasonalNaive({ seasonLength: 24 }).capabilities.minHistory).toBe(48);
  });

  it.each([0, -1, 1.5, GAP])('refuses a season of %p steps', (seasonLength) => {
    expect(() => seasonalNaive({ seasonLength })).toThrow(RangeError);
  });
});

describe('baseline', () => {
  it('adds the slope of the line to the mean of the window, undamped', async () => {
    // 1..24: mean of the last 12 is (13 + 24) / 2 = 18.5, the slope is 1.
    const values = Array.from({ length: 24 }, (_, i) => i + 1);
    expect(await pointsOf(baseline(), values, 3)).toEqual([19.5, 20.5, 21.5]);
  });

  it('fits the line by least squares, not through its ends', async () => {
    // Window 2, line over 0 3 0 3: mean 1.5; slope = Σ(i - 1.5) y / Σ(i - 1.5)² =
    // (-0.5·3 + 1.5·3) / 5 = 0.6, where (last - first) / (n - 1) would be 1.
    const [first, second] = await pointsOf(
      baseline({ window: 2, trendWindow: 4 }),
      [0, 3, 0, 3],
      2,
    );
    expect(first).toBeCloseTo(2.1, 12);
    expect(second).toBeCloseTo(2.7, 12);
  });

  it('looks no further back than its windows', async () => {
    const values = [900, -900, ...new Array<number>(24).fill(5)];
    expect(await pointsOf(baseline(), values, 2)).toEqual([5, 5]);
  });

  it('looks only at the trend window for the slope, even when the other is longer', async () => {
    // Mean of 0 0 0 8 = 2; the line through 0 and 8 has slope 8.
    const model = baseline({ window: 4, trendWindow: 2 });
    expect(await pointsOf(model, [0, 0, 0, 8], 1)).toEqual([10]);
  });

  it('uses what is present in its windows', async () => {
    // Window 2 holds 4 alone; the line runs through (0, 1) and (3, 4): slope 1.
    const values = [1, GAP, GAP, 4];
    expect(await pointsOf(baseline({ window: 2, trendWindow: 4 }), values, 1)).toEqual([5]);
  });

  it('stays at the last value when its windows are empty', async () => {
    const values = [1, 7, GAP, GAP];
    expect(await pointsOf(baseline({ window: 2, trendWindow: 2 }), values, 2)).toEqual([7, 7]);
  });

  it('refuses windows that are no counts', () => {
    expect(() => baseline({ window: 0 })).toThrow(RangeError);
    expect(() => baseline({ trendWindow: 2.5 })).toThrow(RangeError);
  });
});

describe('ses', () => {
  it('follows a staircase with the highest alpha', async () => {
    expect(await pointsOf(ses(), [1, 2, 3, 4, 5], 2)).toEqual([5, 5]);
  });

  it('follows the first move after a constant', async () => {
    const fitted = await ses().fit(historyOf([5, 5, 5, 5, 5]));
    const moved = fitted.update(historyOf([9], { from: 5 }));
    expect([...moved.predict({ horizon: 1 }).point]).toEqual([9]);
  });

  it('finds the alpha of the least squared one-step error', async () => {
    // Values 0 2 1: errors 2 and 1 - 2α, least at α = 1/2, where the level ends at 1. The missing
    // value moves nothing.
    const fitted = await ses().fit(historyOf([0, 2, GAP, 1]));
    expect(fitted.toState().alpha).toBeCloseTo(0.5, 6);
    expect(fitted.toState().level).toBeCloseTo(1, 6);
  });

  it('asks its checkpoint while it searches', async () => {
    const stop = new Error('out of time');
    const options = {
      checkpoint: () => {
        throw stop;
      },
    };
    await expect(pointsOf(ses(), [1, 2, 3, 4], 1, options)).rejects.toBe(stop);
  });
});
