import { describe, expect, it } from '@jest/globals';
import { GRADED_LEVEL } from '#app/grades/regrade.ts';
import type { LiveResult } from '#app/scheduled/learn-from-live.ts';
import { measuresOf } from '#app/scheduled/measures-of.ts';
import {
  CHAMPION_STALE_AFTER_SECONDS,
  COVERAGE_LOST_BELOW,
  MEASURE_NAMES,
  metricCounts,
} from '#contracts/measures.ts';
import { COVERAGE_SHORTFALL_ALLOWED } from '#core/evaluate/grade.ts';
import { addMs, DAY, HOUR } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { at } from '#test/helpers/memory-services.ts';

const NOW = at('2026-03-29T02:00:00Z');
const WEB = { id: workloadId({ deployment: 'web', namespace: 'shop' }), lastSeen: NOW };
const QUIET = { score: null, open: undefined };

function result(metric: string, more: Partial<LiveResult> = {}): LiveResult {
  return {
    metric,
    version: 'v1',
    member: 'auto',
    driftRatio: 1,
    errors: [],
    skill: null,
    newest: null,
    trainedAt: addMs(NOW, HOUR, -5),
    buckets: [],
    ...more,
  };
}

function bucket(banded: number, inside: number): LiveResult['buckets'][number] {
  return { fromStep: 1, toStep: 12, cases: banded, error: 0, naiveError: 0, banded, inside };
}

function measured(live: readonly LiveResult[], lastSeen = NOW) {
  const workload = { ...WEB, lastSeen };
  return measuresOf(workload, { anomalies: QUIET, live, published: {}, now: NOW }).values;
}

describe('measures of forecasts', () => {
  it('are none where nothing was looked at', () => {
    const values = measured([]);
    expect(values).toEqual({
      OpenIncidents: [0],
      DataAgeSeconds: [0],
      AnomalyScore: [],
      ForecastSkill: [],
    });
  });

  it('tell the age of each champion', () => {
    const old = result('cpu_utilization', { trainedAt: addMs(NOW, DAY, -3) });
    // Trained by a clock that runs ahead: not younger than now.
    const ahead = result('memory_bytes', { trainedAt: addMs(NOW, HOUR, 1) });
    const values = measured([old, result('request_rate'), ahead]);
    expect(values.ChampionAgeSeconds).toEqual([259_200, 18_000, 0]);
    expect(259_200).toBe(CHAMPION_STALE_AFTER_SECONDS);
  });

  it('pool the coverage of all metrics and horizons, once enough actuals are known', () => {
    const cpu = result('cpu_utilization', { buckets: [bucket(300, 240), bucket(300, 210)] });
    // 600 + 399 = 999 cases: one short of enough. With 600 + 400, (450 + 250) / 1000 = 0.7.
    const short = result('request_rate', { buckets: [bucket(399, 249)] });
    const enough = result('request_rate', { buckets: [bucket(400, 250)] });
    expect(measured([cpu, short]).ForecastCoverage).toEqual([]);
    expect(measured([cpu, enough]).ForecastCoverage).toEqual([0.7]);
  });

  it('show what became of the leading metric’s forecast, whichever order metrics are in', () => {
    const cpu = result('cpu_utilization', { newest: { forecast: 0.4, actual: 0.5 } });
    const rate = result('request_rate', { newest: { forecast: 90, actual: 100 } });
    expect(measured([cpu, rate])).toMatchObject({ ForecastValue: [90], ObservedValue: [100] });
    expect(measured([cpu])).toMatchObject({ ForecastValue: [0.4], ObservedValue: [0.5] });
    // The leading metric has no pair yet: another's would be in another unit.
    const early = result('request_rate');
    expect(measured([cpu, early])).toMatchObject({ ForecastValue: [], ObservedValue: [] });
  });

  it('are not told of a workload that is gone', () => {
    expect(measured([result('request_rate')], addMs(NOW, DAY, -3))).toEqual({});
  });
});

describe('the measures', () => {
  it('are ten a workload, and three of all together', () => {
    expect(metricCounts(MEASURE_NAMES)).toEqual({
      perWorkload: 10,
      fixed: 3,
      analysedPerWorkload: 1,
    });
    expect(metricCounts([])).toEqual({ perWorkload: 0, fixed: 3, analysedPerWorkload: 0 });
  });

  it('call a coverage lost where a grade would be taken away', () => {
    const { threshold, margin } = COVERAGE_SHORTFALL_ALLOWED;
    expect(COVERAGE_LOST_BELOW).toBeCloseTo(GRADED_LEVEL - threshold - margin, 12);
  });
});
