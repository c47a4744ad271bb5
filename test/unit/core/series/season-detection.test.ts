import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { initSync, seasonalities } from '@bsull/augurs/seasons';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { normal, seededRandom } from '#core/math/random.ts';
import { detectSeasons } from '#core/series/season-detection.ts';
import { DEFAULT_STEP, durationMs, HOUR, MINUTE } from '#core/time.ts';
import { seriesOf } from '#test/helpers/series-of.ts';

const { NaN: GAP } = Number;

function wave(length: number, seasonLength: number, noise = 0): number[] {
  const random = seededRandom(11, `wave ${seasonLength}`);
  return Array.from(
    { length },
    (_, i) => 10 * Math.SQRT2 * Math.sin((2 * Math.PI * i) / seasonLength) + noise * normal(random),
  );
}

function lengthsOf(values: ArrayLike<number>, step = HOUR): number[] {
  return detectSeasons(seriesOf(values, { step })).seasons.map(({ seasonLength }) => seasonLength);
}

describe('detectSeasons', () => {
  it('measures the share of the variance that repeats', () => {
    // The wave has variance 100, the noise 100: half of it repeats.
    const [season, ...others] = detectSeasons(seriesOf(wave(24 * 60, 24, 10))).seasons;
    expect(others).toEqual([]);
    expect(season?.seasonLength).toBe(24);
    expect(Math.abs(season!.strength - 0.5)).toBeLessThan(0.08);
  });

  it('finds the day and the week, the week by what the days leave', () => {
    // Six levels by the day of the week on a daily shape; all of what is left after the day repeats.
    const level = [5, 6, 7, 6, 5, 1, 0];
    const values = Array.from(
      { length: 168 * 4 },
      (_, i) => 4 * Math.sin((2 * Math.PI * i) / 24) + level[Math.floor(i / 24) % 7]!,
    );
    const { seasons } = detectSeasons(seriesOf(values));
    expect(seasons.map(({ seasonLength }) => seasonLength)).toEqual([24, 168]);
    expect(seasons[1]!.strength).toBe(1);
  });

  it('names the whole cycle, not its half, and no multiple of it', () => {
    // Two peaks of unequal height a day: half a day later little repeats, two days later no more.
    const twoPeaks = Array.from(
      { length: 24 * 12 },
      (_, i) => 4 * Math.sin((4 * Math.PI * i) / 24) + 8 * Math.sin((2 * Math.PI * i) / 24),
    );
    expect(lengthsOf(twoPeaks)).toEqual([24]);
  });

  it('finds cycles that no calendar has', () => {
    expect(lengthsOf(wave(700, 70, 3))).toEqual([70]);
    expect(lengthsOf(wave(210, 7, 3))).toEqual([7]);
  });

  it('takes something that happened twice for no cycle', () => {
    // The same noise at 0 … 119 and 130 … 249, other noise to 399: repeated after 130 steps, not 260.
    const random = seededRandom(5, 'twice');
    const values = Array.from({ length: 400 }, () => normal(random));
    for (let i = 0; i < 120; i++) values[130 + i] = values[i]!;
    expect(lengthsOf(values)).toEqual([]);
  });

  it('needs two full cycles of the calendar, three of another', () => {
    expect(lengthsOf(wave(48, 24))).toEqual([24]);
    expect(lengthsOf(wave(47, 24))).toEqual([]);
    expect(lengthsOf(wave(210, 70))).toEqual([70]);
    expect(lengthsOf(wave(200, 70))).toEqual([]);
  });

  it('takes the calendar for the grid of the series', () => {
    expect(lengthsOf(wave(24, 12), DEFAULT_STEP)).toEqual([12]);
    // An hour is no whole number of 7-minute steps, and a day no number of 11-second ones.
    expect(lengthsOf(wave(24, 12), durationMs(7 * MINUTE))).toEqual([]);
  });

  it('is not moved by a trend, a level shift, gaps or a spike', () => {
    const values = wave(24 * 20, 24, 3).map((value, i) => value + i / 10 + (i > 300 ? 15 : 0));
    values[100] = 1e4;
    for (let i = 200; i < 260; i++) values[i] = GAP;
    for (let i = 0; i < values.length; i += 5) values[i] = GAP;
    expect(lengthsOf(values)).toEqual([24]);
  });

  it.each([
    ['a constant', () => 5],
    ['a line', (i: number) => 3 * i],
    ['nothing', () => GAP],
    ['a single value', (i: number) => (i === 50 ? 1 : GAP)],
  ])('finds no season in %s', (_, of) => {
    expect(detectSeasons(seriesOf(Array.from({ length: 500 }, (__, i) => of(i))))).toEqual({
      seasons: [],
    });
  });

  it.each([0, 1, 2, 3])('finds no season in a series of %d values', (length) => {
    expect(detectSeasons(seriesOf(wave(length, 2)))).toEqual({ seasons: [] });
  });

  it.each([0, 0.9, 0.99, 1])('rarely finds one in noise of persistence %p', (persistence) => {
    let found = 0;
    for (let seed = 0; seed < 12; seed++) {
      const random = seededRandom(seed, 'noise');
      let level = 0;
      const values = Array.from({ length: 400 }, () => {
        level = persistence * level + normal(random);
        return level;
      });
      if (lengthsOf(values, DEFAULT_STEP).length > 0) found++;
    }
    expect(found).toBeLessThanOrEqual(1);
  });

  it('does not depend on unit and level', () => {
    const values = wave(24 * 8, 24, 5);
    const { seasons } = detectSeasons(seriesOf(values));
    const other = detectSeasons(seriesOf(values.map((value) => 1024 * value + 4096)));
    expect(other.seasons.map(({ seasonLength }) => seasonLength)).toEqual([24]);
    expect(other.seasons[0]!.strength).toBeCloseTo(seasons[0]!.strength, 9);
  });

  it('leaves out what is weaker or longer than asked', () => {
    const series = seriesOf(wave(24 * 60, 24, 10));
    expect(detectSeasons(series, { minStrength: 0.7 }).seasons).toEqual([]);
    expect(detectSeasons(series, { maxSeasonLength: 23 }).seasons).toEqual([]);
    expect(detectSeasons(series, { maxSeasonLength: 24 }).seasons).toHaveLength(1);
  });

  it('refuses options out of range', () => {
    const series = seriesOf(wave(48, 24));
    expect(() => detectSeasons(series, { minStrength: 0 })).toThrow(RangeError);
    expect(() => detectSeasons(series, { minStrength: 1 })).toThrow(RangeError);
    expect(() => detectSeasons(series, { maxSeasonLength: 1 })).toThrow(RangeError);
  });
});

/** The periodogram of augurs (Welch, overlapping parts) resolves a length to about a tenth. */
const PERIODOGRAM_RESOLUTION = 0.1;

describe('detectSeasons beside augurs', () => {
  beforeAll(() => {
    const entry = createRequire(import.meta.url).resolve('@bsull/augurs/seasons');
    initSync({ module: readFileSync(join(dirname(entry), 'seasons_bg.wasm')) });
  });

  it.each([
    [7, 210],
    [12, 300],
    [24, 480],
    [50, 1_000],
  ])('finds the same cycle of %d steps in %d values', (seasonLength, length) => {
    const values = wave(length, seasonLength, 3);
    const witness = [...seasonalities(Float64Array.from(values))];
    expect(witness).toHaveLength(1);
    expect(Math.abs(witness[0]! / seasonLength - 1)).toBeLessThanOrEqual(PERIODOGRAM_RESOLUTION);
    expect(lengthsOf(values)).toEqual([seasonLength]);
  });
});
