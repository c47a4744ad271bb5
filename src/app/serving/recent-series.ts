import type { PredictRequest } from '#contracts/http/predict.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { cleanSeries } from '#core/series/quality.ts';
import { type Series, sliceSeries } from '#core/series/series.ts';
import type { Track } from '#core/series/track.ts';
import { type EpochMs, epochMs, HOUR } from '#core/time.ts';
import { readFrame } from '../read-frame.ts';
import { readHourly } from '../read-hourly.ts';
import { endOfData, type Workload } from '../workload-directory.ts';
import { seriesOfCaller } from './caller-history.ts';
import type { ChosenModel } from './choose-model.ts';
import type { ServingDeps } from './serving-deps.ts';

/** History that conditions a model that was never trained, in steps. */
const UNTRAINED_WINDOW_STEPS = 576;

/** What a forecast is asked of. */
export interface Asked {
  readonly workload: Workload;
  readonly metric: string;
  readonly request: PredictRequest;
  readonly now: EpochMs;
}

/**
 * What was observed since the model last learned, or what the caller sent instead; without what
 * cannot be true, as in training.
 */
export async function readRecent(
  deps: ServingDeps,
  asked: Asked,
  track: Track,
  chosen: ChosenModel | undefined,
): Promise<Series | undefined> {
  const { workload, metric, request, now } = asked;
  const step = track === 'hourly' ? HOUR : workload.gridStep;
  const series = request.history
    ? seriesOfCaller({ key: workload.key, gridStep: step }, metric, request.history, now)
    : await readStored(deps, asked, track, chosen);
  return series && withoutMissingEnds(cleanSeries(series, metricDefinition(metric)));
}

async function readStored(
  deps: ServingDeps,
  { workload, metric, now }: Asked,
  track: Track,
  chosen: ChosenModel | undefined,
): Promise<Series | undefined> {
  const to = endOfData(workload, now);
  const from = epochMs(
    chosen ? chosen.bundle.provenance.training.to : to - UNTRAINED_WINDOW_STEPS * workload.gridStep,
  );
  const frame = await readFrame(deps.observations, workload, { from, to });
  if (!frame || track === 'grid') return frame?.series.get(metric);
  return (await readHourly(deps.observations, workload, frame, from)).get(metric);
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
