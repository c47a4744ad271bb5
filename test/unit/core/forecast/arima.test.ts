import { describe, expect, it } from '@jest/globals';
import { type ArimaState, ArimaStateSchema, arima, restoreArima } from '#core/forecast/arima.ts';
import { differenced } from '#core/forecast/arima-order.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { HOUR } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const NONE: ArimaState = {
  kind: 'arima',
  version: 1,
  seriesId: 'test',
  step: HOUR,
  cutoff: 0,
  ar: [],
  differences: 0,
  ma: [],
  mean: 0,
  recent: [],
  residuals: [],
  season: [0],
  slot: 0,
};

describe('the recursion of arima', () => {
  const points = (state: Partial<ArimaState>, horizon: number) => [
    ...restoreArima({ ...NONE, ...state }).predict({ horizon }).point,
  ];

  it('comes back to the mean, the error counting once', () => {
    // Around 10 the last value is 4: 0.5 · 4 + 0.5 · 2 = 3, then 1.5, then 0.75.
    const state = { ar: [0.5], ma: [0.5], mean: 10, recent: [14], residuals: [2] };
    expect(points(state, 3)).toEqual([13, 11.5, 10.75]);
  });

  it('takes the nearest value and error first', () => {
    // 0.5 · 2 + 0.25 · 4 + 0.5 · 6 + 0.125 · 8 = 6; 0.5 · 6 + 0.25 · 2 + 0.125 · 6 = 4.25.
    const state = { ar: [0.5, 0.25], ma: [0.5, 0.125], recent: [4, 2], residuals: [8, 6] };
    expect(points(state, 2)).toEqual([6, 4.25]);
  });

  it('goes on from the last value along moves that die out, with one difference', () => {
    // The last move is 8: then 4, 2, 1.
    expect(points({ ar: [0.5], differences: 1, recent: [2, 10] }, 3)).toEqual([14, 16, 17]);
  });

  it('goes on along the last slope with two differences', () => {
    // Slope 3; the slope itself moved by 2 (from 1): then by 1, 0.5.
    const state = { ar: [0.5], differences: 2, recent: [0, 1, 4] };
    expect(points(state, 2)).toEqual([8, 12.5]);
  });

  it('adds the season of each step', () => {
    const state = { differences: 1, recent: [100], season: [1, 2, 3], slot: 2 };
    expect(points(state, 5)).toEqual([103, 101, 102, 103, 101]);
  });

  it('learns from an error, takes the season off, and moves its slot', () => {
    // Slot 1 expects 10 + 5; 21 came: level 16, error 6. Then 16 + 0.5 · 6 - 5 in slot 0.
    const state = { differences: 1, ma: [0.5], recent: [10], residuals: [0], season: [-5, 5] };
    const fitted = restoreArima({ ...NONE, ...state, slot: 1 });
    const updated = fitted.update(historyOf([21], { from: 1 }));
    expect(updated.toState()).toMatchObject({ recent: [16], residuals: [6], slot: 0 });
    expect([...updated.predict({ horizon: 2 }).point]).toEqual([14, 24]);
  });

  it('puts the forecast in the place of a missing value, without an error', () => {
    const state = { ar: [0.5], ma: [0.5], recent: [4], residuals: [2] };
    const updated = restoreArima({ ...NONE, ...state }).update(
      historyOf([Number.NaN, Number.NaN, 1], { from: 1 }),
    );
    // 0.5 · 4 + 0.5 · 2 = 3 missing; 1.5 missing; 0.75 expected, 1 came: 0.25.
    expect(updated.toState()).toMatchObject({ recent: [1], residuals: [0.25] });
    expect(updated.predict({ horizon: 1 }).point[0]).toBe(0.625);
  });

  it('refuses a state whose parts do not fit each other', () => {
    for (const wrong of [{ ar: [0.5] }, { ma: [0.5] }, { differences: 1 }, { slot: 1 }]) {
      expect(ArimaStateSchema.safeParse({ ...NONE, ...wrong }).success).toBe(false);
    }
    expect(ArimaStateSchema.safeParse(NONE).success).toBe(true);
  });
});

describe('differenced', () => {
  it('takes differences of differences; a missing value spoils all it takes part in', () => {
    const values = Float64Array.of(1, 4, 9, 16, 25);
    expect([...differenced(values, 0)]).toEqual([1, 4, 9, 16, 25]);
    expect([...differenced(values, 1)]).toEqual([3, 5, 7, 9]);
    expect([...differenced(values, 2)]).toEqual([2, 2, 2]);
    const holed = Float64Array.of(1, 4, Number.NaN, 16, 25);
    expect([...differenced(holed, 1)]).toEqual([3, Number.NaN, Number.NaN, 9]);
  });
});

describe('arima', () => {
  const noise = (count: number, stream = 'noise') => {
    const random = seededRandom(7, stream);
    return Array.from({ length: count }, () => normal(random));
  };
  const pathOf = async (
    values: readonly number[],
    parameters: Parameters<typeof arima>[0] = {},
    horizon = 500,
  ) => {
    const fitted = await arima(parameters).fit(historyOf(values));
    return [...fitted.predict({ horizon }).point];
  };

  it.each([
    ['zero', 0],
    ['a constant', 42.5],
    ['a huge constant', 1e12],
    ['a tiny constant', 1e-9],
  ])('repeats %s', async (_, level) => {
    for (const parameters of [{}, { order: [1, 1, 1] }, { order: [2, 0, 2] }] as const) {
      const fitted = await arima(parameters).fit(historyOf(new Array(60).fill(level)));
      const state = fitted.toState();
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      for (const value of fitted.predict({ horizon: 5 }).point)
        expect(Math.abs(value - level)).toBeLessThanOrEqual(1e-12 * level);
    }
  });

  it.each([
    ['1e12', 1e12],
    ['1e-9', 1e-9],
    ['1e100', 1e100],
  ])('makes the same forecast at a scale of %s', async (_, scale) => {
    const values = noise(150).map((_, i, all) => all.slice(0, i + 1).reduce((a, b) => a + b, 0));
    const path = await pathOf(values, {}, 20);
    const scaled = await pathOf(
      values.map((value) => value * scale),
      {},
      20,
    );
    const spread = Math.max(...path.map(Math.abs));
    scaled.forEach((value, h) => {
      expect(Math.abs(value / scale - path[h]!) / spread).toBeLessThan(1e-6);
    });
  });

  it('stays near a constant that hardly moves', async () => {
    const path = await pathOf(noise(100).map((value) => 5 + 1e-13 * value));
    for (const value of path) expect(Math.abs(value - 5)).toBeLessThan(1e-11);
  });

  describe('thirty days of five-minute steps on', () => {
    const summed = (values: readonly number[]) =>
      values.map((_, i) => values.slice(0, i + 1).reduce((sum, value) => sum + value, 0));
    const walk = summed(noise(400));
    const line = noise(400, 'line').map((value, i) => i + value);
    const LATE = 8640;

    it.each([
      ['a random walk', walk, undefined],
      ['a random walk by a large order', walk, [3, 1, 3]],
      ['a random walk taken for steady', walk, [2, 0, 1]],
      ['a line', line, undefined],
    ] as const)('has stayed within reach of what was seen: %s', async (_, values, order) => {
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const path = await pathOf(values, order ? { order } : {}, LATE);
      expect(Math.min(...path)).toBeGreaterThan(low - (high - low));
      expect(Math.max(...path)).toBeLessThan(high + (high - low));
    });

    it.each([[[3, 1, 3]], [[1, 2, 1]], [[1, 0, 0]]] as const)(
      'has gone on along a line at most, by the order %p',
      async (order) => {
        // The line rises by 1 a step.
        const path = await pathOf(line, { order }, LATE);
        expect(Math.max(...path)).toBeLessThan(400 + 1.1 * LATE);
        expect(Math.min(...path)).toBeGreaterThan(390);
      },
    );
  });

  it('repeats a season that came without noise', async () => {
    const day = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
    const values = Array.from({ length: 10 * 12 }, (_, i) => 100 + day[i % 12]!);
    const path = await pathOf(values, { seasonLength: 12 }, 30);
    path.forEach((value, h) => {
      expect(value).toBeCloseTo(100 + day[h % 12]!, 6);
    });
    const state = (await arima({ seasonLength: 12 }).fit(historyOf(values))).toState();
    expect(state.season).toHaveLength(12);
    const plain = await arima({ seasonLength: 12, seasonal: 'none' }).fit(historyOf(values));
    expect(plain.toState().season).toEqual([0]);
  });

  it('keeps the phase of the season over missing values at the end', async () => {
    const values = Array.from({ length: 126 }, (_, i): number => (i % 12 === 0 ? 10 : 0));
    values.fill(Number.NaN, 120);
    // The next multiple of 12 after 126 is 132: six steps of zero come first.
    const path = await pathOf(values, { seasonLength: 12 }, 12);
    path.forEach((value, h) => {
      expect(value).toBeCloseTo(h === 6 ? 10 : 0, 6);
    });
  });

  it('learns from what was known before an outage longer than its window', async () => {
    const values = [...new Array(100).fill(8), ...new Array(3000).fill(Number.NaN)];
    expect(await pathOf(values, {}, 3)).toEqual([8, 8, 8]);
  });

  it('falls back to the last value where no two values are neighbours', async () => {
    // Every second value is missing, so that a difference is never seen.
    const values = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? i : Number.NaN));
    expect(await pathOf(values, {}, 2)).toEqual([198, 198]);
  });

  it('begins over missing values', async () => {
    const values = noise(60);
    values[1] = Number.NaN;
    const path = await pathOf(values, { order: [3, 0, 1] }, 10);
    expect(path.every(Number.isFinite)).toBe(true);
  });

  it('reads no more than the newest 2,016 steps', async () => {
    const recent = noise(2016);
    const [short, long] = await Promise.all([
      pathOf(recent, { order: [1, 0, 0] }, 10),
      pathOf([...new Array(500).fill(1e6), ...recent], { order: [1, 0, 0] }, 10),
    ]);
    expect(long).toEqual(short);
  });

  it('refuses what is too short for the order, and what has no finite sum of squares', async () => {
    const codeFor = (values: readonly number[], order?: readonly [number, number, number]) =>
      rejectionOf(arima(order ? { order } : {}).fit(historyOf(values)));
    expect(await codeFor(noise(23))).toBe('HISTORY_TOO_SHORT');
    const holes = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? i : Number.NaN));
    expect(await codeFor(holes, [1, 1, 1])).toBe('HISTORY_TOO_SHORT');
    expect(await codeFor(holes, [1, 0, 1])).toBeUndefined();
    const vast = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 1.7e308 : 1.6e308));
    expect(await codeFor(vast)).toBe('FIT_DID_NOT_CONVERGE');
    expect(await codeFor(vast, [1, 0, 1])).toBe('FIT_DID_NOT_CONVERGE');
  });

  it.each([
    [[-1, 0, 0]],
    [[6, 0, 0]],
    [[0, 3, 0]],
    [[0, 0, 6]],
    [[0.5, 0, 0]],
    [[1, 1, Number.NaN]],
  ])('refuses the order %p', (order) => {
    const [p, d, q] = order as [number, number, number];
    expect(() => arima({ order: [p, d, q] })).toThrow(RangeError);
  });

  it('refuses a season of no steps', () => {
    expect(() => arima({ seasonLength: 0 })).toThrow(RangeError);
  });

  it('asks whether it may go on', async () => {
    const checkpoint = () => {
      throw new Error('out of time');
    };
    await expect(arima().fit(historyOf(noise(60)), { checkpoint })).rejects.toThrow('out of time');
  });
});
