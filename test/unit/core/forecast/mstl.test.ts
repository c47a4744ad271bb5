import { describe, expect, it } from '@jest/globals';
import { mstl, restoreMstl } from '#core/forecast/mstl.ts';
import { decompose } from '#core/forecast/mstl-decomposition.ts';
import { stl } from '#core/forecast/stl.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { HOUR } from '#core/time.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const LENGTH = 192;
const twoWaves = (length: number, from = 0) =>
  Float64Array.from(
    { length },
    (_, i) =>
      50 +
      5 * Math.sin((2 * Math.PI * (i + from)) / 6) +
      3 * Math.cos((2 * Math.PI * (i + from)) / 24),
  );
const noise = () => {
  const random = seededRandom(11, 'noise');
  return Float64Array.from({ length: LENGTH }, () => 50 + normal(random));
};

describe('decompose', () => {
  it('adds up to the series', () => {
    const values = twoWaves(LENGTH).map((value, i) => value + ((i * 7) % 5));
    const { seasons, trend, remainder } = decompose(values, [24, 6]);
    expect(seasons.map(({ seasonLength }) => seasonLength)).toEqual([6, 24]);
    values.forEach((value, i) => {
      const sum = seasons.reduce((rest, { seasonal }) => rest + seasonal[i]!, 0);
      expect(sum + trend[i]! + remainder[i]!).toBeCloseTo(value, 10);
    });
  });

  it('leaves out seasons without more than two cycles, and repeated ones', () => {
    const { seasons } = decompose(twoWaves(48), [24, 6, 6, 1]);
    expect(seasons.map(({ seasonLength }) => seasonLength)).toEqual([6]);
  });

  it('asks stl for two cycles', () => {
    expect(() => stl(twoWaves(47), { seasonLength: 24, seasonWindow: 11 })).toThrow(RangeError);
  });
});

describe('mstl', () => {
  it('continues two seasons', async () => {
    const fitted = await mstl({ seasonLengths: [6, 24] }).fit(historyOf(twoWaves(LENGTH)));
    const expected = twoWaves(96, LENGTH);
    fitted.predict({ horizon: 96 }).point.forEach((value, h) => {
      expect(Math.abs(value - expected[h]!)).toBeLessThan(0.1);
    });
  });

  it('uses no season in noise, and none that was not seen twice', async () => {
    const model = mstl({ seasonLengths: [24, 168] });
    expect((await model.fit(historyOf(noise()))).toState().seasons).toEqual([]);
    const { seasons } = (await model.fit(historyOf(twoWaves(LENGTH)))).toState();
    expect(seasons.map((season) => season.length)).toEqual([24]);
  });

  it('moves the level by alpha and the slot by a tenth of the error', () => {
    const fitted = restoreMstl({
      kind: 'mstl',
      version: 1,
      seriesId: 'test',
      step: HOUR,
      cutoff: -HOUR,
      seasons: [[1, -1, 0]],
      alpha: 0.5,
      beta: 0,
      damping: 0,
      level: 10,
      trend: 0,
    });
    // Expected 10 + 1, error 2: the level rises to 11, the slot to 1.2, and the slot goes last.
    const after = fitted.update(historyOf([13]));
    expect(after.toState()).toMatchObject({ level: 11, seasons: [[-1, 0, 1.2]] });
    expect([...after.predict({ horizon: 4 }).point]).toEqual([10, 11, 12.2, 10]);
    const gap = fitted.update(historyOf([Number.NaN]));
    expect(gap.toState()).toMatchObject({ level: 10, seasons: [[-1, 0, 1]] });
  });

  it('shares an adaption out over the seasons', () => {
    const state = {
      kind: 'mstl',
      version: 1,
      seriesId: 'test',
      step: HOUR,
      cutoff: -HOUR,
      seasons: [
        [0, 0],
        [0, 0, 0],
      ],
      alpha: 0.5,
      beta: 0,
      damping: 0,
      level: 10,
      trend: 0,
    } as const;
    const fitted = restoreMstl({ ...state, seasons: state.seasons.map((season) => [...season]) });
    // Error 2 again: 0.1 × 2 over two seasons.
    expect(fitted.update(historyOf([12])).toState().seasons).toEqual([
      [0, 0.1],
      [0, 0, 0.1],
    ]);
  });

  it('forecasts a constant as it is', async () => {
    const fitted = await mstl({ seasonLengths: [6, 24] }).fit(historyOf(new Array(LENGTH).fill(0)));
    expect([...fitted.predict({ horizon: 3 }).point]).toEqual([0, 0, 0]);
  });

  it('refuses a season length that is no count', () => {
    expect(() => mstl({ seasonLengths: [24, 0] })).toThrow(RangeError);
  });
});
