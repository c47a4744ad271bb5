import type { ModelBundle } from '#contracts/artifacts/model-bundle.ts';
import type { IssuedForecast } from '#contracts/http/catalog.ts';
import { isDomainError } from '#core/errors.ts';
import { compactCalibration, observe, observedSteps } from '#core/evaluate/conformal.ts';
import { driftRatio } from '#core/evaluate/drift.ts';
import type { ResolvedError } from '#core/evaluate/error-record.ts';
import type { LiveBucket } from '#core/evaluate/grade-evidence.ts';
import { volatilityScales } from '#core/evaluate/volatility.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { cleanSeries } from '#core/series/quality.ts';
import type { Series } from '#core/series/series.ts';
import { addMs, DAY, type EpochMs, epochMs } from '#core/time.ts';
import { liveBuckets } from '../grades/live-buckets.ts';
import { GRADED_LEVEL } from '../grades/regrade.ts';
import type { IssuedForecasts } from '../issued-forecasts.ts';
import type { LiveCalibrations } from '../live-calibration.ts';
import type { ModelSubject } from '../model-registry.ts';
import { readFrame } from '../read-frame.ts';
import type { ServingDeps } from '../serving/serving-deps.ts';
import { endOfData, type Workload } from '../workload-directory.ts';
import { type LiveErrors, liveErrors } from './live-errors.ts';

export interface LiveLearningDeps extends ServingDeps {
  readonly issued: IssuedForecasts;
  readonly live: LiveCalibrations;
}

/** What became of the forecasts of one metric's champion. */
export interface LiveResult extends LiveErrors {
  readonly metric: string;
  readonly version: string;
  readonly member: string;
  /** Live errors over those of the backtest (`driftRatio`); NaN when there are too few. */
  readonly driftRatio: number;
  /** What became of them at every horizon. */
  readonly buckets: readonly LiveBucket[];
  /** When the champion was trained, or the newest version that was held against it since. */
  readonly trainedAt: EpochMs;
}

export interface LiveOutcome {
  /** Metrics whose bands have moved. */
  readonly moved: readonly string[];
  readonly live: readonly LiveResult[];
}

/** Forecasts looked at: hourly ones whose farthest step has come true since yesterday are among them. */
const FORECASTS = 48;
/** Observations before a forecast that tell how volatile the series was. */
const HISTORY_DAYS = 4;

/**
 * Judges a workload's champions by their own forecasts: those that were issued and have met their
 * actuals since. Moves their bands by them, and says how they compare with the last value known and
 * with the backtest. Doing it twice is doing it once, for an error that is known is passed over.
 *
 * @param now - only what was observed by then counts
 */
export async function learnFromLive(
  deps: LiveLearningDeps,
  workload: Workload,
  now: EpochMs,
): Promise<LiveOutcome> {
  const to = endOfData(workload, now);
  const range = { from: addMs(to, DAY, -HISTORY_DAYS), to };
  const frame = await readFrame(deps.observations, workload, range);
  const moved: string[] = [];
  const live: LiveResult[] = [];
  for (const [metric, series] of frame?.series ?? []) {
    const clean = cleanSeries(series, metricDefinition(metric));
    try {
      const champion = await championOf(deps, { workload: workload.key, metric });
      if (!champion) continue;
      if (await moveBands(deps, champion, clean)) moved.push(metric);
      live.push(resultOf(champion, clean));
    } catch (error) {
      // A champion that cannot be read has no bands to move; the forecast after this says so.
      if (!isDomainError(error, 'STATE_INCOMPATIBLE', 'ARTIFACT_CORRUPT')) throw error;
    }
  }
  return { moved, live };
}

/** What serves a metric, and the forecasts of exactly that, ascending. */
interface Champion {
  readonly subject: ModelSubject;
  readonly version: string;
  readonly member: string;
  readonly bundle: ModelBundle;
  readonly issued: readonly IssuedForecast[];
  readonly trainedAt: EpochMs;
}

async function championOf(
  deps: LiveLearningDeps,
  subject: ModelSubject,
): Promise<Champion | undefined> {
  const pointer = await deps.registry.pointer(subject);
  const name = pointer?.champion;
  const version = name ? await deps.registry.version(subject, name) : undefined;
  if (!pointer || !version) return undefined;
  const latest =
    pointer.latest && pointer.latest !== name
      ? await deps.registry.version(subject, pointer.latest)
      : undefined;
  const newest = Date.parse(latest?.trained_at ?? version.trained_at);
  const trainedAt = epochMs(Math.max(newest, Date.parse(version.trained_at)));
  const { bundle } = await deps.bundles(version);
  const member = bundle.serves;
  const newestFirst = (await deps.issued.list(subject, FORECASTS)).filter(
    (forecast) => forecast.version === version.version && forecast.model === member,
  );
  const issued = [...newestFirst].reverse();
  return { subject, version: version.version, member, bundle, issued, trainedAt };
}

async function moveBands(
  deps: LiveLearningDeps,
  { subject, version, member, bundle, issued }: Champion,
  series: Series,
): Promise<boolean> {
  const known = (await deps.live.get(subject, version, member)) ?? bundle.calibrations[member];
  if (!known) return false;
  const resolved = resolve(issued, series, observedSteps(known));
  if (resolved.length === 0) return false;
  const calibration = compactCalibration(observe(known, resolved));
  await deps.live.put(subject, { version, member, calibration });
  return true;
}

function resultOf(
  { subject, version, member, bundle, issued, trainedAt }: Champion,
  series: Series,
): LiveResult {
  const errors = liveErrors(issued, series);
  const ratio = driftRatio(errors.errors, bundle.backtest, member);
  const buckets = liveBuckets(issued, series, GRADED_LEVEL);
  return {
    metric: subject.metric,
    version,
    member,
    driftRatio: ratio,
    buckets,
    trainedAt,
    ...errors,
  };
}

/** The errors of forecasts at some steps ahead, where the actual is known; the forecasts ascending. */
function resolve(
  issued: readonly IssuedForecast[],
  series: Series,
  steps: readonly number[],
): readonly ResolvedError[] {
  const origins = issued.map(
    ({ data_as_of }) => (Date.parse(data_as_of) - series.start) / series.step,
  );
  const scales = volatilityScales(
    series.values,
    Int32Array.from(origins, (origin) => Math.max(0, origin)),
  );
  return issued.flatMap((forecast, i) => {
    const origin = origins[i] ?? -1;
    if (origin < 0 || !Number.isInteger(origin)) return [];
    const scale = scales[i] ?? Number.NaN;
    return steps.flatMap((step) => {
      const actual = series.values[origin + step];
      const value = forecast.values[step - 1];
      if (actual === undefined || Number.isNaN(actual) || value === undefined) return [];
      return [
        {
          cutoff: epochMs(Date.parse(forecast.data_as_of)),
          step,
          error: actual - value,
          scale: Number.isNaN(scale) ? null : scale,
        },
      ];
    });
  });
}
