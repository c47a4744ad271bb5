import { describe, expect, it } from '@jest/globals';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { assessQuality, cleanSeries } from '#core/series/quality.ts';
import { makeSeries } from '#core/series/series.ts';
import { epochMs, MINUTE } from '#core/time.ts';

const cpu = metricDefinition('cpu_utilization');
const series = (values: readonly number[], unit: 'ratio' | 'unspecified' = 'ratio') =>
  makeSeries({ id: 'w/cpu_utilization', unit, start: epochMs(0), step: MINUTE, values });

describe('assessQuality', () => {
  it('describes a regular series', () => {
    expect(assessQuality(series([0.1, 0.2, 0.2, 0.3]), cpu)).toEqual({
      unit: 'ratio',
      length: 4,
      present: 4,
      usable: 4,
      completeness: 1,
      sinceFirst: { steps: 4, completeness: 1 },
      recent: { steps: 4, completeness: 1 },
      gaps: { count: 0, longestSteps: 0 },
      longestFlatSteps: 2,
      isConstant: false,
      negative: 0,
      infinite: 0,
      outOfRange: 0,
      cadenceSteps: 1,
      firstPresent: 0,
      lastPresent: 180_000,
    });
  });

  it('counts what cannot be true, and takes it for missing', () => {
    // index:            0    1    2    3         4          5    6    7
    const values = [NaN, 0.5, -0.2, Infinity, -Infinity, 0.5, 1.5, NaN];
    expect(assessQuality(series(values), cpu)).toMatchObject({
      length: 8,
      // All but the two NaN; of these only the two 0.5 can be true.
      present: 6,
      usable: 2,
      completeness: 2 / 8,
      sinceFirst: { steps: 7, completeness: 2 / 7 },
      // From 0.5 at 1 to 0.5 at 5 there are 3 steps without a usable value.
      gaps: { count: 1, longestSteps: 3 },
      // The gap ends the run of 0.5.
      longestFlatSteps: 1,
      isConstant: true,
      // −0.2 alone: −∞ counts as infinite.
      negative: 1,
      infinite: 2,
      // −0.2 and 1.5
      outOfRange: 2,
      cadenceSteps: 4,
      firstPresent: 60_000,
      lastPresent: 300_000,
    });
  });

  it('counts negative values of an unbounded metric without calling them wrong', () => {
    const quality = assessQuality(series([-1, -2, 3], 'unspecified'), metricDefinition('balance'));
    expect(quality).toMatchObject({ negative: 2, outOfRange: 0, usable: 3, unit: 'unspecified' });
  });

  it('finds the cadence of a source that is slower than the grid', () => {
    // Distances 3, 3, 1: the median is 3; two of them are gaps, of 2 steps each.
    const quality = assessQuality(series([0.1, NaN, NaN, 0.2, NaN, NaN, 0.3, 0.4]), cpu);
    expect(quality).toMatchObject({ cadenceSteps: 3, gaps: { count: 2, longestSteps: 2 } });
  });

  it('looks at the newest 24 steps for how values arrive at present', () => {
    // 30 steps with values, then 24 of which every second has one (12 of 24).
    const values = Array.from({ length: 54 }, (_, i) => (i < 30 || i % 2 === 0 ? i / 100 : NaN));
    expect(assessQuality(series(values), cpu).recent).toEqual({ steps: 24, completeness: 0.5 });
  });

  it('looks further back when values come more rarely than that', () => {
    // One value in 20 steps, at 0, 20, …, 80 of 100: three such distances are 60 steps, 40 to 99,
    // with the values of 40, 60 and 80.
    const values = Array.from({ length: 100 }, (_, i) => (i % 20 === 0 ? i / 100 : NaN));
    expect(assessQuality(series(values), cpu).recent).toEqual({ steps: 60, completeness: 3 / 60 });
  });

  it('calls a series constant from two equal values on', () => {
    expect(assessQuality(series([0.5]), cpu).isConstant).toBe(false);
    expect(assessQuality(series([0.5, NaN, 0.5]), cpu).isConstant).toBe(true);
    expect(assessQuality(series([0.5, 0.5, 0.4]), cpu).isConstant).toBe(false);
  });

  it.each([
    ['empty', []],
    ['missing throughout', [NaN, NaN]],
  ])('answers for a series that is %s', (_, values) => {
    expect(assessQuality(series(values), cpu)).toMatchObject({
      usable: 0,
      completeness: 0,
      sinceFirst: { steps: 0, completeness: 0 },
      recent: { steps: 0, completeness: 0 },
      gaps: { count: 0, longestSteps: 0 },
      longestFlatSteps: 0,
      isConstant: false,
      cadenceSteps: null,
      firstPresent: null,
      lastPresent: null,
    });
  });

  it('survives JSON', () => {
    const quality = assessQuality(series([NaN, 0.5, Infinity]), cpu);
    expect(JSON.parse(JSON.stringify(quality))).toEqual(quality);
  });
});

describe('cleanSeries', () => {
  it('makes what cannot be true missing, keeps the bounds, and leaves its input alone', () => {
    const raw = series([0, 1, -0.01, 1.01, Infinity, -Infinity, NaN]);
    expect([...cleanSeries(raw, cpu).values]).toEqual([0, 1, NaN, NaN, NaN, NaN, NaN]);
    expect([...raw.values]).toEqual([0, 1, -0.01, 1.01, Infinity, -Infinity, NaN]);
  });

  it('removes infinite values of an unbounded metric too', () => {
    const raw = series([Infinity, -5], 'unspecified');
    expect([...cleanSeries(raw, metricDefinition('balance')).values]).toEqual([NaN, -5]);
  });
});
