import { describe, expect, it } from '@jest/globals';
import { epochMs, HOUR } from '#core/time.ts';
import { forecastSeries, trainedUntil } from '../../../../bench/forecast/forecast-series.ts';
import { type BenchmarkSeries, loadFolder } from '../../../../bench/forecast/protocol.ts';
import { tinyFolder, withFolder } from './tiny-folder.ts';

const SETTINGS = { models: ['naive', 'ses'], slowOnly: false, modelAgeHours: null, seed: 1 };
const at = (...time: [number, number, number, number]) => ({ at: epochMs(Date.UTC(...time)) });
const step = { step: HOUR };

describe('trainedUntil', () => {
  it('is the last midnight UTC before the cutoff', () => {
    expect(trainedUntil(step, at(2024, 0, 2, 15), null)).toBe(Date.UTC(2024, 0, 2));
    expect(trainedUntil(step, at(2024, 0, 2, 0), null)).toBe(Date.UTC(2024, 0, 1));
  });

  it('is so many hours before it if wanted', () => {
    expect(trainedUntil(step, at(2024, 0, 2, 15), 4)).toBe(Date.UTC(2024, 0, 2, 11));
    expect(trainedUntil(step, at(2024, 0, 2, 15), 0)).toBe(Date.UTC(2024, 0, 2, 15));
  });
});

describe('forecastSeries', () => {
  async function subject(): Promise<BenchmarkSeries> {
    const { series } = await withFolder(tinyFolder(), loadFolder);
    return series[0]!;
  }

  it('forecasts every cutoff from the last value before it', async () => {
    const own = await subject();
    const { forecasts, failures } = await forecastSeries(own, SETTINGS, null);
    const { values } = own.series;
    const naive = forecasts.get('naive')!;
    expect(failures).toEqual([]);
    expect(naive.point.slice(0, 30)).toEqual(new Float64Array(30).fill(values[100]!));
    expect(naive.point.slice(30)).toEqual(new Float64Array(30).fill(values[110]!));
    for (let i = 0; i < 60; i++) {
      expect(naive.lower[i]).toBeLessThanOrEqual(naive.upper[i]!);
    }
  });

  it('cannot see what follows the cutoff', async () => {
    const own = await subject();
    const until = own.cutoffs[0]!.index;
    const changed = {
      ...own,
      series: { ...own.series, values: own.series.values.map((v, i) => (i > until ? 9e6 : v)) },
    };
    const first = async (each: BenchmarkSeries) =>
      (await forecastSeries({ ...each, cutoffs: each.cutoffs.slice(0, 1) }, SETTINGS, null))
        .forecasts;
    expect(await first(changed)).toEqual(await first(own));
  });

  it('leaves out cutoffs that are not slow if wanted', async () => {
    const { forecasts } = await forecastSeries(
      await subject(),
      { ...SETTINGS, slowOnly: true },
      null,
    );
    const { point } = forecasts.get('ses')!;
    expect(point.slice(0, 30).every(Number.isNaN)).toBe(true);
    expect(point.slice(30).every(Number.isFinite)).toBe(true);
  });

  it('notes a model that cannot be had, with its reason', async () => {
    const settings = { ...SETTINGS, models: ['naive', 'xgboost', 'week-naive'] };
    const { failures, forecasts } = await forecastSeries(await subject(), settings, null);
    expect(failures.map(({ model, refusal }) => [model, refusal.code])).toEqual([
      ['xgboost', 'HISTORY_TOO_SHORT'],
      ['week-naive', 'HISTORY_TOO_SHORT'],
      ['xgboost', 'HISTORY_TOO_SHORT'],
      ['week-naive', 'HISTORY_TOO_SHORT'],
    ]);
    expect(forecasts.get('xgboost')?.point.every(Number.isNaN)).toBe(true);
  });
});
