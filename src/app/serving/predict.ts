import type { Reason } from '#contracts/http/common.ts';
import type { Explanation, PredictRequest, PredictResponse } from '#contracts/http/predict.ts';
import { DomainError } from '#core/errors.ts';
import type { Calibration } from '#core/evaluate/conformal.ts';
import { type Bounds, clip } from '#core/forecast/bounds.ts';
import { calibrated } from '#core/forecast/calibrated.ts';
import type { FittedForecaster, Forecast } from '#core/forecast/forecaster.ts';
import { withEvents } from '#core/forecast/known-events.ts';
import { suggestMetrics } from '#core/series/known-metrics.ts';
import { canonicalMetric, metricDefinition } from '#core/series/metric-catalogue.ts';
import type { Series } from '#core/series/series.ts';
import { type Track, trackedMetric } from '#core/series/track.ts';
import { type DurationMs, type EpochMs, HOUR, MINUTE } from '#core/time.ts';
import { eventsFor } from '../configured-events.ts';
import type { ModelSubject } from '../model-registry.ts';
import { resolveWorkload } from '../select-workload.ts';
import type { Workload } from '../workload-directory.ts';
import { type ChosenModel, chooseModel, unknownModel } from './choose-model.ts';
import { explain } from './explain.ts';
import { expectedEvents, noInterval, stalenessOf } from './forecast-reasons.ts';
import { modelOfBundle } from './model-of-bundle.ts';
import { forecastNaively } from './naive-answer.ts';
import { responseOf } from './predict-response.ts';
import { type Asked, readRecent } from './recent-series.ts';
import type { ServingDeps } from './serving-deps.ts';

/** Nominal coverage of the bounds unless a request says otherwise. */
export const DEFAULT_LEVEL = 0.8;
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
  readonly explanation?: Explanation | undefined;
  readonly now: EpochMs;
}

/**
 * Forecasts one metric: the champion, conditioned on the newest observations, with the interval and
 * the skill that its backtest measured. Until a model has won, `naive` answers and says why. Named
 * horizons farther than a day ahead are answered by the hourly track, where there is one.
 *
 * @throws {DomainError} `NOT_FOUND`, `METRIC_UNKNOWN`, `MODEL_UNKNOWN`, `HISTORY_TOO_SHORT`,
 *   `REQUEST_INVALID`
 */
export async function predict(
  deps: ServingDeps,
  request: PredictRequest,
): Promise<PredictResponse> {
  const workload = await resolveWorkload(deps.directory, request);
  const metric = requireMetric(workload, request.metric);
  const track = trackOf(request, workload);
  const asked = { workload, metric, request, now: deps.clock.now() };
  const minutes = request.horizons_minutes ?? [];
  const hasDistant =
    track === 'grid' &&
    workload.gridStep < HOUR &&
    minutes.some((each) => each * MINUTE > LONGEST_ON_GRID * workload.gridStep);
  const distant = hasDistant ? await answerByTheHour(deps, asked) : undefined;
  const answer = await answerOn(deps, asked, track, distant !== undefined);
  return responseOf(request, answer, distant);
}

/** Steps that the grid's own models are made for; named horizons beyond go to the hourly track. */
const LONGEST_ON_GRID = 288;

function trackOf({ step_seconds }: PredictRequest, { gridStep }: Workload): Track {
  const step = step_seconds === undefined ? gridStep : step_seconds * 1_000;
  if (step === gridStep) return 'grid';
  if (step === HOUR && gridStep < HOUR) return 'hourly';
  throw new DomainError(
    'REQUEST_INVALID',
    `step_seconds is ${gridStep / 1_000} or 3600 here, got ${step_seconds}`,
    { step_seconds, allowed: [gridStep / 1_000, 3_600] },
  );
}

/** The hourly answer, if models of that track were trained. */
async function answerByTheHour(deps: ServingDeps, asked: Asked): Promise<Answer | undefined> {
  const subject = subjectOf(asked, 'hourly');
  if (!(await deps.registry.pointer(subject))) return undefined;
  const horizons = asked.request.horizons_minutes?.map((each) => each + HOURS_BEHIND_MINUTES) ?? [];
  const request = { ...asked.request, horizons_minutes: horizons };
  return answerOn(deps, { ...asked, request }, 'hourly', false);
}

/** The last whole hour began so long before the grid's newest value at most. */
const HOURS_BEHIND_MINUTES = 120;

function subjectOf({ workload, metric }: Asked, track: Track) {
  return { workload: workload.key, metric: trackedMetric(metric, track) };
}

/** @param hasDistant - whether another answer covers the horizons beyond this track's reach */
async function answerOn(
  deps: ServingDeps,
  asked: Asked,
  track: Track,
  hasDistant: boolean,
): Promise<Answer> {
  const { workload, metric, request, now } = asked;
  const step = track === 'hourly' ? HOUR : workload.gridStep;
  const definition = metricDefinition(metric);
  const subject = subjectOf(asked, track);
  const chosen = await chooseModel(deps, subject, request.model);
  const recent = await readRecent(deps, asked, track, chosen);
  const levels = request.include_confidence ? (request.levels ?? [DEFAULT_LEVEL]) : [];
  const wanted = {
    periods: periodsOf(request, step, hasDistant ? LONGEST_ON_GRID : Infinity),
    ...quantilesOf(request, levels),
  };
  const base = { workload, metric, levels, chosen, now };
  if (!chosen) {
    if (!['auto', 'naive'].includes(request.model)) throw unknownModel(request.model, ['naive']);
    const answer = await forecastNaively(recent, definition, wanted);
    const reasons = [...answer.reasons, ...stalenessOf(answer.forecast, now)];
    return { ...base, ...answer, reasons, member: 'naive' };
  }
  const calibration = await calibrationOf(deps, subject, chosen);
  const model = modelOfBundle(chosen.bundle, chosen.member, chosen.pools);
  const events = eventsFor(deps.events, workload.id, metric);
  const served = condition(withEvents(calibrated(model, calibration, definition), events), recent);
  const forecast = clipped(
    served.predict({
      horizon: wanted.periods,
      ...(calibration ? { quantiles: wanted.quantiles } : {}),
    }),
    definition,
  );
  const reasons = [
    ...chosen.reasons,
    ...stalenessOf(forecast, now),
    ...expectedEvents(events, forecast),
  ];
  if (!calibration && wanted.quantiles.length > 0) reasons.push(noInterval(chosen.member));
  return {
    ...base,
    member: chosen.member,
    forecast,
    skill: skillOf(chosen),
    coverage: chosen.bundle.coverage[chosen.member] ?? [],
    reasons,
    explanation: request.explain ? explain(chosen, recent, request.periods, events) : undefined,
  };
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

function condition(fitted: FittedForecaster, recent: Series | undefined): FittedForecaster {
  return recent ? fitted.update({ target: recent }) : fitted;
}

/**
 * As many steps as the request needs: its periods, or its farthest named horizon that this track is
 * to answer.
 */
function periodsOf(request: PredictRequest, step: DurationMs, reach: number): number {
  const steps = (request.horizons_minutes ?? []).map((each) => Math.ceil((each * MINUTE) / step));
  return Math.max(request.periods, ...steps.filter((each) => each <= reach));
}

/** The quantiles asked for, those that the levels stand for among them, ascending. */
function quantilesOf(request: PredictRequest, levels: readonly number[]) {
  const pairs = levels.flatMap((level) => [(1 - level) / 2, (1 + level) / 2]);
  const quantiles = [...new Set([...pairs, ...(request.quantiles ?? [])])].sort((a, b) => a - b);
  return { quantiles };
}

/** As live errors have moved it, for what the champion serves; otherwise as it was trained. */
async function calibrationOf(
  deps: ServingDeps,
  subject: ModelSubject,
  { bundle, member, stage, version }: ChosenModel,
): Promise<Calibration | null> {
  const live =
    stage === 'champion' && member === bundle.serves
      ? await deps.live.get(subject, version.version, member)
      : undefined;
  return live ?? bundle.calibrations[member] ?? null;
}

/** A factor may lift a forecast over what the metric can be. */
function clipped(forecast: Forecast, bounds: Bounds): Forecast {
  const quantiles = forecast.quantiles.map(({ q, values }) => ({
    q,
    values: clip(values, bounds),
  }));
  return { ...forecast, point: clip(forecast.point, bounds), quantiles };
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
