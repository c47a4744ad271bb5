import type { IssuedForecast } from '#contracts/http/catalog.ts';
import { isDomainError } from '#core/errors.ts';
import { compactCalibration, observe, observedSteps } from '#core/evaluate/conformal.ts';
import type { ResolvedError } from '#core/evaluate/error-record.ts';
import { volatilityScales } from '#core/evaluate/volatility.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { cleanSeries } from '#core/series/quality.ts';
import type { Series } from '#core/series/series.ts';
import { addMs, DAY, type EpochMs, epochMs } from '#core/time.ts';
import type { IssuedForecasts } from '../issued-forecasts.ts';
import type { LiveCalibrations } from '../live-calibration.ts';
import { readFrame } from '../read-frame.ts';
import type { ServingDeps } from '../serving/serving-deps.ts';
import { endOfData, type Workload } from '../workload-directory.ts';

export interface LiveLearningDeps extends ServingDeps {
  readonly issued: IssuedForecasts;
  readonly live: LiveCalibrations;
}

/** Forecasts looked at: hourly ones whose farthest step has come true since yesterday are among them. */
const FORECASTS = 48;
/** Observations before a forecast that tell how volatile the series was. */
const HISTORY_DAYS = 4;

/**
 * Moves the bands of a workload's champions by their own forecasts: those that were issued and have
 * met their actuals since. Doing it twice is doing it once, for an error that is known is passed over.
 *
 * @param now - only what was observed by then counts
 * @returns the metrics whose bands have moved
 */
export async function learnFromLive(
  deps: LiveLearningDeps,
  workload: Workload,
  now: EpochMs,
): Promise<readonly string[]> {
  const to = endOfData(workload, now);
  const range = { from: addMs(to, DAY, -HISTORY_DAYS), to };
  const frame = await readFrame(deps.observations, workload, range);
  const moved: string[] = [];
  for (const [metric, series] of frame?.series ?? []) {
    const clean = cleanSeries(series, metricDefinition(metric));
    try {
      if (await learnOne(deps, workload, metric, clean)) moved.push(metric);
    } catch (error) {
      // A champion that cannot be read has no bands to move; the forecast after this says so.
      if (!isDomainError(error, 'STATE_INCOMPATIBLE', 'ARTIFACT_CORRUPT')) throw error;
    }
  }
  return moved;
}

async function learnOne(
  deps: LiveLearningDeps,
  workload: Workload,
  metric: string,
  series: Series,
): Promise<boolean> {
  const subject = { workload: workload.key, metric };
  const name = (await deps.registry.pointer(subject))?.champion;
  const version = name ? await deps.registry.version(subject, name) : undefined;
  if (!version) return false;
  const { bundle } = await deps.bundles(version);
  const member = bundle.serves;
  const known =
    (await deps.live.get(subject, version.version, member)) ?? bundle.calibrations[member];
  if (!known) return false;
  const newestFirst = (await deps.issued.list(subject, FORECASTS)).filter(
    (forecast) => forecast.version === version.version && forecast.model === member,
  );
  const issued = [...newestFirst].reverse();
  const resolved = resolve(issued, series, observedSteps(known));
  if (resolved.length === 0) return false;
  const calibration = compactCalibration(observe(known, resolved));
  await deps.live.put(subject, { version: version.version, member, calibration });
  return true;
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
