import type { MetricCapacity } from '#contracts/http/capacity.ts';
import type { Reason } from '#contracts/http/common.ts';
import type { PredictResponse } from '#contracts/http/predict.ts';
import type { Period } from '#core/capacity/period.ts';
import {
  type HourlyPaths,
  hoursWithin,
  type PeriodSummary,
  type Spread,
  summarisePeriod,
} from '#core/capacity/summarise.ts';
import { DomainError } from '#core/errors.ts';
import type { TimeZone } from '#core/series/time-zone.ts';
import { addMs, type EpochMs, epochMs, HOUR, toIso } from '#core/time.ts';
import type { Workload } from '../workload-directory.ts';
import type { CapacityDeps } from './capacity-deps.ts';
import { forecastHours, MOST_HOURS } from './hourly-forecast.ts';
import { beyondMeasured } from './measured-reach.ts';

/** What one metric will do over a period, and the forecast that says so. */
export interface MetricPlan {
  readonly metric: string;
  readonly summary: PeriodSummary;
  readonly answer: PredictResponse;
  readonly reasons: readonly Reason[];
}

/**
 * Forecasts one metric over a period and sums it up.
 * @throws {DomainError} as `predict`; `HISTORY_TOO_SHORT` when its newest value is too old
 */
export async function planMetric(
  deps: CapacityDeps,
  workload: Workload,
  metric: string,
  { period, level }: { readonly period: Period; readonly level: number },
): Promise<MetricPlan> {
  const answer = await forecastHours(deps, workload, { metric, until: period.to, level });
  const summary = summarisePeriod(hoursWithin(pathsOf(answer), period));
  if (!summary) {
    throw new DomainError(
      'HISTORY_TOO_SHORT',
      `the newest value of ${metric} is too old for ${period.name}: forecasts reach ${MOST_HOURS} hours from it`,
      { metric, mostHours: MOST_HOURS },
    );
  }
  const wanted = Math.ceil((period.to - period.from) / HOUR);
  const reasons = [
    ...answer.reasons,
    ...beyondMeasured(answer, answer.predictions.length),
    ...cutOff(summary, wanted),
  ];
  return { metric, summary, answer, reasons };
}

/** One metric's part of the answer. */
export function metricCapacityOf(
  { summary, answer, reasons }: MetricPlan,
  observedPeak: number | null,
  zone: TimeZone,
): MetricCapacity {
  const { mean, p95, peak, hours } = summary;
  const { value, lower, upper, at } = peak;
  return {
    unit: answer.unit,
    hours,
    mean: { ...mean },
    p95: { ...p95 },
    peak: {
      ...({ value, lower, upper } satisfies Spread),
      at: at === null ? null : toIso(at),
      local_time: at === null ? null : localTime(at, zone),
    },
    observed_peak: observedPeak,
    model: answer.model,
    version: answer.version,
    stage: answer.stage,
    trained_at: answer.trained_at,
    data_as_of: answer.data_as_of,
    skill: answer.skill,
    coverage: answer.coverage,
    reasons: [...reasons],
  };
}

/**
 * How often the interval of this level has held, in the mean over the horizons of the period; null
 * where that was not measured.
 */
export function measuredConfidence(
  { answer }: MetricPlan,
  { from, to }: Period,
  level: number,
): { readonly level: number; readonly coverage: number; readonly cases: number } | null {
  const stepOf = (at: EpochMs) =>
    (at - Date.parse(answer.data_as_of)) / (answer.step_seconds * 1_000);
  const rows = answer.coverage.flatMap(({ coverage, ...row }) =>
    coverage !== null &&
    Math.abs(row.level - level) < 1e-9 &&
    row.from_step < stepOf(to) &&
    row.to_step >= stepOf(from)
      ? [{ ...row, coverage }]
      : [],
  );
  const cases = rows.reduce((sum, row) => sum + row.cases, 0);
  if (cases === 0) return null;
  const held = rows.reduce((sum, row) => sum + row.coverage * row.cases, 0);
  return { level, coverage: held / cases, cases };
}

/** The bounds of a forecast, where every step has them. */
function pathsOf({ predictions, step_seconds, data_as_of }: PredictResponse): HourlyPaths {
  const lower = predictions.flatMap(({ lower_bound }) => lower_bound ?? []);
  const upper = predictions.flatMap(({ upper_bound }) => upper_bound ?? []);
  const hasBand = lower.length === predictions.length && upper.length === predictions.length;
  const cutoff = epochMs(Date.parse(data_as_of));
  if (step_seconds * 1_000 !== HOUR) throw new RangeError(`not by the hour: ${step_seconds} s`);
  return {
    start: addMs(cutoff, HOUR),
    point: predictions.map(({ value }) => value),
    ...(hasBand ? { band: { lower, upper } } : {}),
  };
}

function cutOff({ hours }: PeriodSummary, wanted: number): readonly Reason[] {
  if (hours >= wanted) return [];
  const message = `${hours} of the ${wanted} hours of the period are within reach of the forecast`;
  return [{ code: 'PERIOD_CUT_OFF', message, details: { hours, wanted } }];
}

/** `2026-03-29T03:00+02:00`: what clocks of the zone show, with how far they are ahead of UTC. */
function localTime(at: EpochMs, zone: TimeZone): string {
  const offset = zone.offsetAt(at);
  const minutes = Math.abs(offset) / 60_000;
  const two = (part: number) => String(Math.floor(part)).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  const clock = new Date(at + offset).toISOString().slice(0, 16);
  return `${clock}${sign}${two(minutes / 60)}:${two(minutes % 60)}`;
}
