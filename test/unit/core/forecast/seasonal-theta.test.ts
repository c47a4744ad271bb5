import { describe, expect, it } from '@jest/globals';
import { seasonalIndices, withoutSeason, withSeason } from '#core/forecast/seasonal-indices.ts';
import { restoreSeasonalTheta, seasonalTheta } from '#core/forecast/seasonal-theta.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { sliceSeries } from '#core/series/series.ts';
import { HOUR } from '#core/time.ts';
import { daysWithNoise } from '#test/helpers/histories.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const DAY = 24;
const repeated = (cycle: readonly number[], cycles: number) =>
  Float64Array.from({ length: cycle.length * cycles }, (_, i) => cycle[i % cycle.length]!);
const wave = (length: number, from = 0) =>
  Float64Array.from({ length }, (_, i) => 10 + 5 * Math.sin((2 * Math.PI * (i + from)) / DAY));
const noise = (length: number) => {
  const random = seededRandom(7, 'noise');
  return Float64Array.from({ length }, () => 100 + normal(random));
};

describe('seasonalIndices', () => {
  it('begins with the step after the last value', () => {
    // Level 2: shares 1/2 and 3/2; after 1, 3, …, 1 comes 3.
    const season = seasonalIndices(repeated([1, 3], 6).subarray(0, 11), 2);
    expect(season).toEqual({
      mode: 'divide',
      indices: Float64Array.of(1.5, 0.5),
      isPredictive: true,
    });
  });

  it.each([
    ['a slot that is idle', [0, 4], [-2, 2]],
    ['negative values', [-1, 3], [-2, 2]],
  ])('subtracts where it cannot divide: %s', (_, cycle, indices) => {
    const season = seasonalIndices(repeated(cycle, 6), 2);
    expect(season?.mode).toBe('subtract');
    expect([...season!.indices]).toEqual(indices);
  });

  it('finds no season in noise, and little to take off', () => {
    const season = seasonalIndices(noise(7 * DAY), DAY);
    expect(season?.isPredictive).toBe(false);
    // The raw mean of six values with standard deviation 0.01 would scatter by 0.004.
    expect(Math.max(...season!.indices.map((index) => Math.abs(index - 1)))).toBeLessThan(0.004);
  });

  it('waits until a quarter of the slots were seen twice', () => {
    // Half a cycle at either end has no moving average: 2.25 cycles show a quarter of them twice.
    expect(seasonalIndices(wave(2.25 * DAY - 1), DAY)).toBeUndefined();
    expect(seasonalIndices(wave(2.25 * DAY), DAY)).toBeDefined();
    expect(seasonalIndices(wave(3), DAY)).toBeUndefined();
  });

  it('does not let missing values into the slots', () => {
    const holed = repeated([1, 3, 5], 9).map((value, i) => (i % 7 === 3 ? Number.NaN : value));
    const season = seasonalIndices(holed, 3, 'subtract');
    // A hole bends the moving averages around it by 1 at most, which is three in seven of them.
    [-2, 0, 2].forEach((index, slot) => {
      expect(Math.abs(season!.indices[slot]! - index)).toBeLessThan(3 / 7);
    });
  });

  it.each(['divide', 'subtract'] as const)('is taken off and put back on: %s', (mode) => {
    const season = { mode, indices: Float64Array.of(0.5, 1.5, 1) };
    // The last of seven values is in the last slot, so the first is, too.
    const rest = withoutSeason(Float64Array.of(4, 4, 4, 4, 4, 4, 4), season);
    const slots = mode === 'divide' ? [8, 8 / 3, 4] : [3.5, 2.5, 3];
    expect([...rest]).toEqual([slots[2], ...slots, ...slots]);
    expect([...withSeason(Float64Array.from(slots), season)]).toEqual([4, 4, 4]);
  });
});

describe('seasonalTheta', () => {
  const theta = seasonalTheta({ seasonLength: DAY });

  it('repeats a pure season', async () => {
    const fitted = await seasonalTheta({ seasonLength: 2 }).fit(historyOf(repeated([1, 3], 20)));
    expect([...fitted.predict({ horizon: 3 }).point]).toEqual([1, 3, 1]);
  });

  it('lets a trend go on for half of its slope and one cycle at most', async () => {
    const line = Float64Array.from({ length: 48 }, (_, i) => i);
    const fitted = await seasonalTheta({ seasonLength: 1 }).fit(historyOf(line));
    const { point } = fitted.predict({ horizon: 1000 });
    // From 47 on, half a unit a step: 1 step at first, 1 + 24 damped ones in the end.
    expect(point[0]).toBeCloseTo(47.5, 2);
    expect(point[999]).toBeCloseTo(47 + 25 / 2, 2);
  });

  it('is after updates what a new fit with its alpha would be', async () => {
    const series = daysWithNoise(200, HOUR);
    const early = await theta.fit({ target: sliceSeries(series, 0, 150) });
    const updated = early.update({ target: series });
    const { alpha, season } = early.toState();
    const fresh = (await theta.fit({ target: series })).toState();
    expect(season).toBe('divide');
    expect(updated.toState()).toEqual({ ...fresh, alpha });
    expect(updated.predict({ horizon: 50 })).toEqual(
      restoreSeasonalTheta({ ...fresh, alpha }).predict({ horizon: 50 }),
    );
  });

  it('keeps seven cycles and no more', async () => {
    const fitted = await theta.fit(historyOf(wave(9 * DAY)));
    expect(fitted.toState().recent).toHaveLength(7 * DAY);
    const later = fitted.update(historyOf(wave(DAY), { from: 9 * DAY }));
    expect(later.toState().recent).toHaveLength(7 * DAY);
  });

  it('takes up a season that the fit could not see yet', async () => {
    const early = await theta.fit(historyOf(wave(30)));
    expect(early.toState().season).toBe('unseen');
    const later = early.update(historyOf(wave(3 * DAY, 30), { from: 30 }));
    const expected = wave(DAY, 30 + 3 * DAY);
    later.predict({ horizon: DAY }).point.forEach((value, h) => {
      expect(value).toBeCloseTo(expected[h]!, 6);
    });
  });

  it('leaves out a season that does not predict', async () => {
    const fitted = await theta.fit(historyOf(noise(7 * DAY)));
    expect(fitted.toState().season).toBe('none');
  });

  it('subtracts when a divided season goes idle', async () => {
    const fitted = await theta.fit(historyOf(wave(7 * DAY)));
    expect(fitted.toState().season).toBe('divide');
    const idle = fitted.update(historyOf(new Float64Array(7 * DAY), { from: 7 * DAY }));
    expect([...idle.predict({ horizon: 3 }).point]).toEqual([0, 0, 0]);
  });

  it('holds the last value when an outage outlasts the cycles it keeps', async () => {
    const fitted = await theta.fit(historyOf(wave(7 * DAY)));
    const gone = new Float64Array(8 * DAY).fill(Number.NaN);
    const dark = fitted.update(historyOf(gone, { from: 7 * DAY }));
    const last = wave(7 * DAY)[7 * DAY - 1];
    expect([...dark.predict({ horizon: 2 }).point]).toEqual([last, last]);
  });

  it('refuses parameters that are no counts', () => {
    expect(() => seasonalTheta({ seasonLength: 0 })).toThrow(RangeError);
    expect(() => seasonalTheta({ seasonLength: 24, cycles: 1.5 })).toThrow(RangeError);
  });
});
