import { describe, expect, it } from '@jest/globals';
import { hourlySpreads } from '#core/detect/hourly-spreads.ts';
import { extremesOfGreatest, pooledExtremes } from '#core/detect/pooled-extremes.ts';
import { heldOutResiduals } from '#core/detect/residual-metric.ts';
import type { ResidualView } from '#core/detect/residual-view.ts';
import type { Extremes } from '#core/detect/return-level.ts';
import { learnWeeklyCourse } from '#core/detect/weekly-course.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { makeSeries } from '#core/series/series.ts';
import { durationMs, epochMs, HOUR } from '#core/time.ts';

const MONDAY = epochMs(Date.UTC(2026, 0, 5));
const STEP = durationMs(HOUR);
const WEEK_ROWS = 168;

describe('heldOutResiduals', () => {
  const values = Float64Array.from({ length: 4 * WEEK_ROWS }, (_, row) =>
    Math.floor(row / WEEK_ROWS),
  );
  const series = makeSeries({ id: 'm', unit: 'unspecified', start: MONDAY, step: STEP, values });
  const scale = {
    offset: null,
    size: 1,
    course: learnWeeklyCourse(values, MONDAY, STEP) ?? null,
    growth: null,
  };
  const never = new Float64Array(values.length).fill(Infinity);

  it('are those of each week from a course of the others', () => {
    const residuals = heldOutResiduals(series, scale, never);
    // Weeks of 0, 1, 2 and 3, from the means of the other three: 2, 5/3, 4/3 and 1.
    const expected = [-2, 1 - 5 / 3, 2 - 4 / 3, 2];
    for (const [week, value] of expected.entries()) {
      expect(residuals[week * WEEK_ROWS + 50]).toBeCloseTo(value, 5);
    }
  });

  it('are the plain ones below three weeks and without a course', () => {
    const level = heldOutResiduals(series, { ...scale, course: null }, never);
    expect(level[3 * WEEK_ROWS]).toBe(3);
  });
});

describe('hourlySpreads', () => {
  const random = seededRandom(3, 'spreads');
  const days = 40;
  const column = (spread: (row: number) => number) =>
    Float64Array.from({ length: days * 24 }, (_, row) => spread(row) * normal(random));
  const grid = { start: MONDAY, step: STEP };
  const ratio = (spreads: readonly number[]) => spreads[3]! / spreads[15]!;

  it('keeps what is so every day', () => {
    // Four times as restless in the afternoon.
    const spreads = hourlySpreads(
      column((row) => (row % 24 < 12 ? 1 : 4)),
      0,
      grid,
    );
    expect(ratio(spreads)).toBeGreaterThan(0.18);
    expect(ratio(spreads)).toBeLessThan(0.36);
  });

  it('does not believe what only every other day shows', () => {
    const odd = column((row) => (Math.floor(row / 24) % 2 === 0 && row % 24 < 12 ? 4 : 1));
    const even = column((row) => (Math.floor(row / 24) % 2 === 1 && row % 24 >= 12 ? 4 : 1));
    // Half of the mornings and half of the afternoons are restless: as much in all.
    const spreads = hourlySpreads(
      odd.map((value, row) => (row % 24 < 12 ? value : even[row]!)),
      0,
      grid,
    );
    expect(ratio(spreads)).toBeGreaterThan(0.95);
    expect(ratio(spreads)).toBeLessThan(1.05);
  });

  it('is positive of a column that never moves', () => {
    expect(Math.min(...hourlySpreads(new Float64Array(480), 0, grid))).toBeGreaterThan(0);
  });
});

describe('pooledExtremes', () => {
  const view = (above: Extremes, below: Extremes | null = null): ResidualView => ({
    autoregression: { centre: 0, coefficients: [0, 0, 0, 0, 0, 0] },
    dynamics: null,
    statistics: [{ centre: 0, spreads: new Array<number>(24).fill(1), above, below }],
  });
  const pooled = (views: readonly (ResidualView | undefined)[], blocks = 112) =>
    pooledExtremes(views, blocks).map((each) => each?.statistics[0]);

  it('takes differences within chance for chance', () => {
    // With 112 blocks a scale is known to 11 %, √(1.44 / 112): these differ by less.
    const [one, other] = pooled([
      view({ location: 4, scale: 1.5 }, { location: 4.1, scale: 1.6 }),
      view({ location: 4.1, scale: 1.7 }),
    ]);
    const mean = Math.cbrt(1.5 * 1.6 * 1.7);
    expect(one?.above?.scale).toBeCloseTo(mean, 9);
    expect(one?.below?.scale).toBeCloseTo(mean, 9);
    expect(other?.above?.location).toBeCloseTo(12.2 / 3, 9);
    expect(other?.below).toBeNull();
  });

  it('leaves what is really different nearly as it is', () => {
    const scales = [1.2, 8, 20].map((scale) => view({ location: 4 * scale, scale }));
    const [, middle, last] = pooled(scales);
    expect(middle?.above?.scale).toBeCloseTo(8, 0);
    expect(last?.above?.scale).toBeGreaterThan(19);
  });

  it('knows no tail thinner than the normal one, and pools no fewer than three', () => {
    const [one, , three] = pooled([
      view({ location: 4, scale: 0.5 }),
      undefined,
      view({ location: 9, scale: 3 }),
    ]);
    expect(one?.above).toEqual({ location: 4, scale: 1 });
    expect(three?.above?.location).toBeCloseTo(9, 9);
    expect(three?.above?.scale).toBeCloseTo(3, 9);
    expect(pooledExtremes([undefined], 112)).toEqual([undefined]);
  });
});

describe('extremesOfGreatest', () => {
  const scaleOf = (scale: number, blocks: number) =>
    extremesOfGreatest({ location: 3.5, scale }, blocks).scale;

  it('takes a scale within two standard errors of 1.2 for 1.2', () => {
    // √(1.44 / 100) is 12 %, two of them 24 % on the logarithm: 0.944 to 1.525.
    for (const scale of [0.95, 1.2, 1.52]) expect(scaleOf(scale, 100)).toBeCloseTo(1.2, 12);
    expect(extremesOfGreatest({ location: 3.5, scale: 1.2 }, 100).location).toBe(3.5);
  });

  it('leaves of more what chance does not explain', () => {
    expect(scaleOf(3, 100)).toBeCloseTo(3 / Math.exp(0.24), 12);
    expect(scaleOf(0.5, 100)).toBeCloseTo(0.5 * Math.exp(0.24), 12);
    // Of few blocks, less is believed.
    expect(scaleOf(3, 12)).toBeLessThan(scaleOf(3, 100));
  });
});
