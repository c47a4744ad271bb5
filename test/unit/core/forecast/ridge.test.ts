import { describe, expect, it } from '@jest/globals';
import { type RidgeParameters, ridge } from '#core/forecast/ridge.ts';
import { featureCount, RidgeFeatures, stepsNeeded } from '#core/forecast/ridge-features.ts';
import { fitKnots } from '#core/forecast/ridge-fit.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const { NaN: GAP } = Number;

async function pointsOf(
  parameters: RidgeParameters,
  values: ArrayLike<number>,
  horizon: number,
): Promise<number[]> {
  const fitted = await ridge(parameters).fit(historyOf(values));
  return [...fitted.predict({ horizon }).point];
}

function noise(length: number, scale = 1): number[] {
  const random = seededRandom(3, 'ridge');
  return Array.from({ length }, () => scale * normal(random));
}

describe('ridge', () => {
  it('stays at the last value of a history that never moved', async () => {
    expect(await pointsOf({ seasonLength: 12 }, new Array(48).fill(5), 20)).toEqual(
      new Array(20).fill(5),
    );
  });

  it('weighs a single feature by its regression on the moves, shrunk', async () => {
    // A saw 0 1 0 1 … of 24 values, lags 1 and 4 (24 / 4 = 6 is not 16). The features are the last move
    // back, d = y(t - 1) - y(t), and the mean of the three before minus y(t): at y(t) = 0 they are 1 and
    // (0 + 1 + 0) / 3 = 1/3, at y(t) = 1 -1 and (1 + 0 + 1) / 3 - 1 = -1/3. One step ahead the move is d.
    // Origins 4 … 22 are 19; XᵀX = 19 [1 1/3; 1/3 1/9], Xᵀy = 19 [1, 1/3], mean of the diagonal 19 · 5/9.
    // Penalty 0.1 + 2 · 1/19 of that; a rank-one system: w = x / (10/9 + share · 5/9) with x = [1, 1/3].
    // The forecast after ... 0 1 is 1 - (w1 + w2 / 3) = 1 - (10/9) / (10/9 + share · 5/9).
    const values = Array.from({ length: 24 }, (_, i) => i % 2);
    const share = 0.1 + 2 / 19;
    const [first] = await pointsOf({}, values, 1);
    expect(first).toBeCloseTo(1 - 10 / 9 / (10 / 9 + (share * 5) / 9), 12);
  });

  it('halves what is halved every step, to the size of its penalty', async () => {
    // Shocks that halve: y(t + 1) = y(t) / 2 + shock. Lag 1 is the value before; the best forecast is
    // y / 2, y / 4 … towards the mean 0. The standard error of a coefficient from 4,000 values is .014.
    let level = 0;
    const values = noise(4_000).map((shock) => {
      level = level / 2 + shock;
      return level;
    });
    values.push(8);
    const [first, second] = await pointsOf({}, values, 2);
    expect(first).toBeGreaterThan(8 * 0.45);
    expect(first).toBeLessThan(8 * 0.65);
    expect(second).toBeLessThan(first!);
  });

  it('draws the usual day once it was seen twice, and only lags before', async () => {
    const day = [0, 0, 0, 10, 20, 10, 0, 0];
    const days = (count: number) =>
      Array.from({ length: count * day.length }, (_, i) => day[i % day.length]!);
    const two = await ridge({ seasonLength: 8 }).fit(historyOf([...days(4)]));
    expect(two.toState().seasonLength).toBe(8);
    // The last value is 0 and tomorrow's peak is four steps off: at least half of it is forecast.
    expect(two.predict({ horizon: 8 }).point[4]).toBeGreaterThan(10);
    const one = await ridge({ seasonLength: 24 }).fit(historyOf(days(5)));
    expect(one.toState().seasonLength).toBeNull();
  });

  it('repeats its first season beyond it', async () => {
    const values = noise(96).map((value, i) => value + 5 * Math.sin((2 * Math.PI * i) / 12));
    const points = await pointsOf({ seasonLength: 12 }, values, 36);
    expect(points.slice(12, 24)).toEqual(points.slice(0, 12));
    expect(points.slice(24)).toEqual(points.slice(0, 12));
  });

  it('has no knot farther ahead than the history has room for', async () => {
    // 48 values of a season of 24: origins from 24 on, 24 of them, so 12 steps ahead at most.
    const fitted = await ridge({ seasonLength: 24 }).fit(historyOf(noise(48)));
    expect(fitted.toState().knots.map(({ ahead }) => ahead)).toEqual([1, 2, 3, 4, 6, 8, 12]);
  });

  it('keeps no more values than its features need', async () => {
    const fitted = await ridge({ seasonLength: 12, days: 3 }).fit(historyOf(noise(200)));
    // Three seasons and the value at the cutoff.
    expect(fitted.toState().recent).toHaveLength(37);
    const updated = fitted.update(historyOf(noise(50), { from: 200 }));
    expect(updated.toState().recent).toEqual(noise(50).slice(-37));
  });

  it('fills a gap by the moves of the day before, from the last value on', async () => {
    // Yesterday went 1 3 2 from 0 on; after 10 the gap is 11 13 12.
    const day = [0, 1, 3, 2, 0, 0];
    const values = [...day, ...day, ...day, ...day, 10];
    const fitted = await ridge({ seasonLength: 6 }).fit(historyOf(values));
    const gone = fitted.update(historyOf([GAP, GAP, GAP], { from: values.length }));
    expect(gone.toState().recent.slice(-4)).toEqual([10, 11, 13, 12]);
    const plain = await ridge().fit(historyOf(values));
    const flat = plain.update(historyOf([GAP, GAP], { from: values.length }));
    expect(flat.toState().recent.slice(-3)).toEqual([10, 10, 10]);
  });

  it('does not learn to forecast values that it has filled in', () => {
    // The last value can only be a target. It is missing, so whatever it is filled with changes nothing.
    const shape = { lags: [1, 4], seasonLength: null, days: 5 };
    const filled = Float64Array.from(noise(40));
    const observed = filled.slice();
    observed[39] = GAP;
    const other = filled.slice();
    other[39] = 1e6;
    const weights = fitKnots(shape, observed, filled);
    expect(fitKnots(shape, observed, other)).toEqual(weights);
    expect(fitKnots(shape, other, other)).not.toEqual(weights);
  });

  it('starts at the first value there is', async () => {
    const values = noise(60);
    const late = await pointsOf({}, [...new Array(40).fill(GAP), ...values], 5);
    expect(late).toEqual(await pointsOf({}, values, 5));
  });

  it('asks its checkpoint at every knot', async () => {
    const stop = new Error('out of time');
    const checkpoint = () => {
      throw stop;
    };
    await expect(ridge().fit(historyOf(noise(30)), { checkpoint })).rejects.toBe(stop);
  });

  it('refuses values that cannot be squared', async () => {
    await expect(ridge().fit(historyOf(noise(30, 1e200)))).rejects.toMatchObject({
      code: 'FIT_DID_NOT_CONVERGE',
    });
  });

  it('refuses parameters that are no counts', () => {
    expect(() => ridge({ seasonLength: 0 })).toThrow(RangeError);
    expect(() => ridge({ seasonLength: 2.5 })).toThrow(RangeError);
    expect(() => ridge({ seasonLength: 2, days: 0 })).toThrow(RangeError);
  });
});

describe('RidgeFeatures', () => {
  const values = Float64Array.of(1, 2, 4, 8, 16, 32, 64, 128, 256);

  it('averages blocks that end where the next begins, minus the last value', () => {
    const shape = { lags: [1, 3], seasonLength: null, days: 5 };
    const row = new Float64Array(featureCount(shape));
    new RidgeFeatures(shape, values, 5).read(5, 1, row);
    // At 32: 16 - 32 and (8 + 4) / 2 - 32.
    expect([...row]).toEqual([-16, -26]);
  });

  it('reads the season where the forecast goes and where it is made', () => {
    const shape = { lags: [1], seasonLength: 2, days: 3 };
    const row = new Float64Array(featureCount(shape));
    const features = new RidgeFeatures(shape, values, 6);
    features.read(6, 1, row);
    // At 64, one step ahead: 32 - 64; yesterday there 32, the days before 8 and 2: 5; here 16, and
    // 4 and 1: 2.5.
    expect([...row]).toEqual([-32, -32, -59, -48, -61.5]);
    features.read(6, 3, row);
    expect([...row]).toEqual([-32, -32, -59, -48, -61.5]);
  });

  it('takes yesterday for the days before it while there are none', () => {
    const shape = { lags: [1], seasonLength: 4, days: 3 };
    const row = new Float64Array(featureCount(shape));
    new RidgeFeatures(shape, values.subarray(0, 6), 5).read(5, 2, row);
    // At 32, two ahead: yesterday is 8 and nothing is before; here 2 and nothing before.
    expect([...row]).toEqual([-16, -24, -24, -30, -30]);
  });

  it('says how many values it needs', () => {
    expect(stepsNeeded({ lags: [1, 4], seasonLength: null, days: 5 })).toBe(5);
    expect(stepsNeeded({ lags: [1, 4], seasonLength: 4, days: 5 })).toBe(21);
  });
});
