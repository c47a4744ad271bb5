import type { Reason } from '#contracts/http/common.ts';
import type { PredictRequest, PredictResponse } from '#contracts/http/predict.ts';
import { DomainError } from '#core/errors.ts';
import { calibrated } from '#core/forecast/calibrated.ts';
import type { FittedForecaster, Forecast } from '#core/forecast/forecaster.ts';
import { restore } from '#core/forecast/registry.ts';
import { suggestMetrics } from '#core/series/known-metrics.ts';
import { canonicalMetric, metricDefinition } from '#core/series/metric-catalogue.ts';
import { cleanSeries } from '#core/series/quality.ts';
import { type Series, sliceSeries } from '#core/series/series.ts';
import { type DurationMs, durationMs, type EpochMs, epochMs, HOUR, toIso } from '#core/time.ts';
import { readFrame } from '../read-frame.ts';
import { resolveWorkload } from '../select-workload.ts';
import { endOfData, type Workload } from '../workload-directory.ts';
import { seriesOfCaller } from './caller-history.ts';
import { type ChosenModel, chooseModel, unknownModel } from './choose-model.ts';
import { forecastNaively } from './naive-answer.ts';
import { responseOf } from './predict-response.ts';
import type { ServingDeps } from './serving-deps.ts';

/** Nominal coverage of the bounds unless a request says otherwise. */
export const DEFAULT_LEVEL = 0.8;
/** Forecasts are refreshed this often; older data than twice this are stale. */
export const REFRESH: DurationMs = HOUR;
/** History that conditions a model that was never trained, in steps. */
const UNTRAINED_WINDOW_STEPS = 576;

/** Everything an answer is made of, before it is put into the wire's form. */
export interface Answer {
  readonly workload: Workload;
  readonly metric: string;
  readonly forecast: Forecast;
  readonly levels: readonly number[];
  readonly member: string;
  readonly chosen: ChosenModel | undefined;
  readonly skill: PredictResponse['skill'];
  readonly coverage: PredictResponse['coverage'];
  readonly reasons: readonly Reason[];
  readonly now: EpochMs;
}

/**
 * Forecasts one metric: the champion, conditioned on the newest observations, with the interval and
 * the skill that its backtest measured. Until a model has won, `naive` answers and says why.
 *
 * @throws {DomainError} `NOT_FOUND`, `METRIC_UNKNOWN`, `MODEL_UNKNOWN`, `HISTORY_TOO_SHORT`
 */
export async function predict(
  deps: ServingDeps,
  request: PredictRequest,
): Promise<PredictResponse> {
  const workload = await resolveWorkload(deps.directory, request);
  const metric = requireMetric(workload, request.metric);
  const subject = { workload: workload.key, metric };
  const now = deps.clock.now();
  const chosen = await chooseModel(deps, subject, request.model);
  const recent = await readRecent(deps, workload, metric, request, chosen, now);
  const levels = request.include_confidence ? (request.levels ?? [DEFAULT_LEVEL]) : [];
  const asked = { periods: periodsOf(request, workload.gridStep), ...quantilesOf(request, levels) };
  const base = { workload, metric, levels, chosen, now };
  if (!chosen) {
    if (!['auto', 'naive'].includes(request.model)) throw unknownModel(request.model, ['naive']);
    const answer = await forecastNaively(recent, metricDefinition(metric), asked);
    const reasons = [...answer.reasons, ...stalenessOf(answer.forecast.cutoff, now)];
    return responseOf(request, { ...base, ...answer, reasons, member: 'naive' });
  }
  const fitted = condition(restore(chosen.bundle.states[chosen.member]), recent);
  const calibration = chosen.bundle.calibrations[chosen.member] ?? null;
  const served = calibrated(fitted, calibration, metricDefinition(metric));
  const forecast = served.predict({
    horizon: asked.periods,
    ...(calibration ? { quantiles: asked.quantiles } : {}),
  });
  const reasons = [...chosen.reasons, ...stalenessOf(fitted.cutoff, now)];
  if (!calibration && asked.quantiles.length > 0) reasons.push(noInterval(chosen.member));
  return responseOf(request, {
    ...base,
    member: chosen.member,
    forecast,
    skill: skillOf(chosen),
    coverage: chosen.bundle.coverage[chosen.member] ?? [],
    reasons,
  });
}

/** The catalogue's name of a metric the workload has. @throws {DomainError} `METRIC_UNKNOWN` */
export function requireMetric(workload: Workload, name: string): string {
  const metric = canonicalMetric(name);
  if (workload.metrics.has(metric)) return metric;
  const known = [...workload.metrics.keys()];
  throw new DomainError('METRIC_UNKNOWN', `${workload.key} has no metric ${name}`, {
    metric: name,
    known,
    similar: suggestMetrics(name, known),
  });
}

/**
 * What was observed since the model last learned, or what the caller sent instead; without what
 * cannot be true, as in training.
 */
async function readRecent(
  deps: ServingDeps,
  workload: Workload,
  metric: string,
  request: PredictRequest,
  chosen: ChosenModel | undefined,
  now: EpochMs,
): Promise<Series | undefined> {
  const series = request.history
    ? seriesOfCaller(workload, metric, request.history, now)
    : await readStored(deps, workload, metric, chosen, now);
  return series && withoutMissingEnds(cleanSeries(series, metricDefinition(metric)));
}

async function readStored(
  deps: ServingDeps,
  workload: Workload,
  metric: string,
  chosen: ChosenModel | undefined,
  now: EpochMs,
): Promise<Series | undefined> {
  const to = endOfData(workload, now);
  const from = chosen
    ? chosen.bundle.provenance.training.to
    : to - UNTRAINED_WINDOW_STEPS * workload.gridStep;
  const frame = await readFrame(deps.observations, workload, { from: epochMs(from), to });
  return frame?.series.get(metric);
}

/**
 * From the first value to the last: a slot that nobody has delivered yet is no observation, and the
 * time before a workload was known is no history to measure forecasts on.
 */
function withoutMissingEnds(series: Series): Series | undefined {
  const first = series.values.findIndex((value) => !Number.isNaN(value));
  const last = series.values.findLastIndex((value) => !Number.isNaN(value));
  return first < 0 ? undefined : sliceSeries(series, first, last + 1);
}

function condition(fitted: FittedForecaster, recent: Series | undefined): FittedForecaster {
  return recent ? fitted.update({ target: recent }) : fitted;
}

/** As many steps as the request needs: its periods, or its farthest named horizon. */
function periodsOf(request: PredictRequest, step: DurationMs): number {
  const minutes = Math.max(0, ...(request.horizons_minutes ?? []));
  return Math.max(request.periods, Math.ceil((minutes * 60_000) / step));
}

/** The quantiles asked for, those that the levels stand for among them, ascending. */
function quantilesOf(request: PredictRequest, levels: readonly number[]) {
  const pairs = levels.flatMap((level) => [(1 - level) / 2, (1 + level) / 2]);
  const quantiles = [...new Set([...pairs, ...(request.quantiles ?? [])])].sort((a, b) => a - b);
  return { quantiles };
}

function stalenessOf(cutoff: EpochMs, now: EpochMs): Reason[] {
  const age = durationMs(now - cutoff);
  if (age <= 2 * REFRESH) return [];
  return [
    {
      code: 'DATA_STALE',
      message: `the newest observation is of ${toIso(cutoff)}: the forecast starts there`,
      details: { age_seconds: Math.round(age / 1_000) },
    },
  ];
}

function noInterval(member: string): Reason {
  return {
    code: 'NO_INTERVAL',
    message: `too few forecasts of ${member} were measured to give bounds`,
  };
}

function skillOf(chosen: ChosenModel): PredictResponse['skill'] {
  const scores = chosen.bundle.backtest.candidates.find(
    ({ name }) => name === chosen.member,
  )?.pooled;
  if (!scores) return null;
  return {
    vs_naive: scores.skillVsNaive,
    vs_seasonal_naive: scores.skillVsSeasonalNaive,
    mae: scores.mae,
    cases: scores.cases,
  };
}
