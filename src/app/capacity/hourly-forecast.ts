import { PredictRequestSchema, type PredictResponse } from '#contracts/http/predict.ts';
import { addMs, type EpochMs, epochMs, floorTo, HOUR, MINUTE } from '#core/time.ts';
import { predict } from '../serving/predict.ts';
import type { ServingDeps } from '../serving/serving-deps.ts';
import type { Workload } from '../workload-directory.ts';

/** 30 days ahead of now, counted from the newest whole hour: that began up to three hours ago. */
export const MOST_HOURS = 723;

/** A workload's record may be behind its data by half a minute. */
const RECORD_LAG = MINUTE;

/**
 * Forecasts one metric by the hour, from its newest whole hour on.
 *
 * @param asked.until - the last moment to reach, or as near to it as forecasts come
 * @throws {DomainError} as `predict`
 */
export async function forecastHours(
  deps: ServingDeps,
  workload: Workload,
  asked: {
    readonly metric: string;
    readonly until: EpochMs;
    readonly level?: number;
    readonly quantiles?: readonly number[];
  },
): Promise<PredictResponse> {
  const { metric, until, level, quantiles } = asked;
  const needed = hoursTo(until, workload.metrics.get(metric)?.lastSeen ?? workload.lastSeen);
  return predict(
    deps,
    PredictRequestSchema.parse({
      ...workload.id,
      metric,
      periods: Math.min(needed, MOST_HOURS),
      step_seconds: HOUR / 1_000,
      ...(level === undefined ? {} : { levels: [level] }),
      ...(quantiles === undefined ? {} : { quantiles }),
    }),
  );
}

/** Hours from the last one that may be whole, to `until`. */
function hoursTo(until: EpochMs, lastSeen: EpochMs): number {
  const newest = addMs(floorTo(epochMs(lastSeen - RECORD_LAG), HOUR), HOUR, -1);
  return Math.max(1, Math.ceil((until - newest) / HOUR));
}
