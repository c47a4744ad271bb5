import { PredictRequestSchema } from '#contracts/http/predict.ts';
import { isDomainError } from '#core/errors.ts';
import type { EpochMs } from '#core/time.ts';
import { issuedFrom } from '../issued-forecasts.ts';
import { REFRESH } from '../serving/forecast-reasons.ts';
import { predict } from '../serving/predict.ts';
import type { Workload } from '../workload-directory.ts';
import {
  type LiveLearningDeps,
  type LiveOutcome,
  type LiveResult,
  learnFromLive,
} from './learn-from-live.ts';

/** Steps of a forecast that is kept: a day on the default grid. */
const ISSUED_PERIODS = 288;

export type RefreshDeps = LiveLearningDeps;

export interface RefreshOutcome {
  /** Metrics whose forecast was issued. */
  readonly issued: readonly string[];
  readonly notYet: readonly { readonly metric: string; readonly code: string }[];
  /** Metrics whose bands were moved by what became of earlier forecasts. */
  readonly recalibrated: readonly string[];
  /** What became of earlier forecasts; empty where nothing was to be refreshed. */
  readonly live: readonly LiveResult[];
}

/**
 * Conditions the champions of a workload on the newest observations and keeps their forecasts as
 * issued, at most one a metric and refresh; before that, moves their bands by what became of earlier
 * ones.
 */
export async function refreshForecasts(
  deps: RefreshDeps,
  workload: Workload,
  now: EpochMs,
): Promise<RefreshOutcome> {
  let learned: LiveOutcome | undefined;
  const issued: string[] = [];
  const notYet: { metric: string; code: string }[] = [];
  for (const metric of workload.metrics.keys()) {
    const subject = { workload: workload.key, metric };
    const [latest] = await deps.issued.list(subject, 1);
    if (latest && now - Date.parse(latest.issued_at) < REFRESH) continue;
    // Only where something is refreshed: it reads days of observations, and scoring comes every few minutes.
    learned ??= await learnFromLive(deps, workload, now);
    try {
      const request = PredictRequestSchema.parse({
        ...workload.id,
        metric,
        periods: ISSUED_PERIODS,
      });
      const response = await predict(deps, request);
      if (latest?.data_as_of === response.data_as_of) continue;
      await deps.issued.add(subject, issuedFrom(response));
      issued.push(metric);
    } catch (error) {
      if (!isDomainError(error, 'HISTORY_TOO_SHORT', 'STATE_INCOMPATIBLE', 'ARTIFACT_CORRUPT'))
        throw error;
      notYet.push({ metric, code: error.code });
    }
  }
  return { issued, notYet, recalibrated: learned?.moved ?? [], live: learned?.live ?? [] };
}
