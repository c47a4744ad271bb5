import type { Reason } from '#contracts/http/common.ts';
import { PredictRequestSchema, type PredictResponse } from '#contracts/http/predict.ts';
import type { Moment } from '#core/capacity/time-to-threshold.ts';
import { addMs, durationMs, type EpochMs, epochMs, HOUR } from '#core/time.ts';
import { predict } from '../serving/predict.ts';
import type { Workload } from '../workload-directory.ts';
import type { CapacityDeps } from './capacity-deps.ts';
import { forecastHours, MOST_HOURS } from './hourly-forecast.ts';
import { beyondMeasured } from './measured-reach.ts';

/** As many as a forecast gives: the tails tell apart what is rare. */
export const CROSSING_QUANTILES: readonly number[] = [
  0.01,
  ...Array.from({ length: 19 }, (_, i) => Number(((i + 1) * 0.05).toFixed(2))),
  0.99,
];

/** Steps that models on a grid finer than an hour are made for. */
const LONGEST_ON_GRID = 288;

/** A metric's quantiles from now on: by its own steps first, then by the hour. */
export interface CrossingForecast {
  readonly moments: readonly Moment[];
  /** The end of the last step; nothing is said of what comes after. */
  readonly until: EpochMs;
  readonly answers: readonly PredictResponse[];
  readonly reasons: readonly Reason[];
}

/**
 * Forecasts one metric up to `until`: as far as the models of its own grid go, and by the hour beyond.
 * Where no model by the hour was trained it ends before, with the reason.
 *
 * @throws {DomainError} as `predict`
 */
export async function forecastCrossing(
  deps: CapacityDeps,
  workload: Workload,
  metric: string,
  until: EpochMs,
): Promise<CrossingForecast> {
  const now = deps.clock.now();
  const near = await forecastNear(deps, workload, metric, until);
  const nearMoments = momentsOf(near, epochMs(now - workload.gridStep));
  const nearEnd = endOf(near);
  const reasons = [...near.reasons, ...beyondMeasured(near, near.predictions.length)];
  const base = { moments: nearMoments, until: nearEnd, answers: [near], reasons };
  if (nearEnd >= until || workload.gridStep >= HOUR) return base;
  const quantiles = CROSSING_QUANTILES;
  const far = await forecastHours(deps, workload, { metric, until, quantiles });
  if (far.version === null) {
    return { ...base, reasons: [...base.reasons, HOURLY_NOT_TRAINED] };
  }
  // An hour that began before the near forecast ended is told by that one.
  const farMoments = momentsOf(far, epochMs(Math.max(nearEnd, now - HOUR) - 1));
  return {
    moments: [...nearMoments, ...farMoments],
    until: endOf(far),
    answers: [near, far],
    reasons: merged(base.reasons, [...far.reasons, ...beyondMeasured(far, far.predictions.length)]),
  };
}

async function forecastNear(
  deps: CapacityDeps,
  workload: Workload,
  metric: string,
  until: EpochMs,
): Promise<PredictResponse> {
  const { gridStep } = workload;
  const lastSeen = workload.metrics.get(metric)?.lastSeen ?? workload.lastSeen;
  const steps = Math.max(1, Math.ceil((until - lastSeen) / gridStep) + 1);
  const reach = gridStep < HOUR ? LONGEST_ON_GRID : MOST_HOURS;
  return predict(
    deps,
    PredictRequestSchema.parse({
      ...workload.id,
      metric,
      periods: Math.min(steps, reach),
      quantiles: CROSSING_QUANTILES,
    }),
  );
}

/** The quantiles of every step that begins after `after`; none where there are no bounds. */
function momentsOf({ predictions }: PredictResponse, after: EpochMs): readonly Moment[] {
  return predictions.flatMap(({ timestamp, quantiles }) => {
    const at = epochMs(Date.parse(timestamp));
    if (!quantiles || at <= after) return [];
    const path = Object.entries(quantiles)
      .map(([q, value]) => ({ q: Number(q), value }))
      .sort((a, b) => a.q - b.q);
    return [{ at, quantiles: path }];
  });
}

function endOf({ predictions, data_as_of, step_seconds }: PredictResponse): EpochMs {
  const cutoff = epochMs(Date.parse(data_as_of));
  return addMs(cutoff, durationMs(step_seconds * 1_000), predictions.length + 1);
}

/** Reasons of both, each code once. */
function merged(first: readonly Reason[], second: readonly Reason[]): readonly Reason[] {
  const codes = new Set(first.map(({ code }) => code));
  return [...first, ...second.filter(({ code }) => !codes.has(code))];
}

const HOURLY_NOT_TRAINED: Reason = {
  code: 'HOURLY_NOT_TRAINED',
  message: 'no model by the hour was trained yet: days ahead are not looked at',
};
