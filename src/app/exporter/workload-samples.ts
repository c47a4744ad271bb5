import { STALE_AFTER_SECONDS } from '#contracts/measures.ts';
import { durationMs, type EpochMs, MINUTE, SECOND } from '#core/time.ts';
import type { LastScore } from '../last-scores.ts';
import { isValidAt } from '../recommendation-log.ts';
import { REFRESH } from '../serving/forecast-reasons.ts';
import type { Workload } from '../workload-directory.ts';
import type { ExpositionSample } from './exposition.ts';
import { type ForecastPath, isIssuedValid, quantileOf, valueAhead } from './issued-ahead.ts';
import type { WorkloadFacts } from './workload-facts.ts';

/** The families that workloads are exported in, in the order of the export. */
export const WORKLOAD_FAMILIES = {
  helios_predicted:
    'What was forecast for the horizon ahead of the scrape; without a quantile: the point forecast.',
  helios_actual: 'The newest observation.',
  helios_recommended_replicas: 'Replicas that are recommended now.',
  helios_recommended_replicas_lower: 'Fewest replicas of the recommendation’s range.',
  helios_recommended_replicas_upper: 'Most replicas of the recommendation’s range.',
  helios_anomaly_score: 'Greatest score of the rows scored last: 2 is low, 4 critical.',
  helios_open_incidents: 'Open incidents that nobody has marked as expected.',
  helios_forecast_skill:
    'One minus the live error of the champion over that of the last value known, an hour ahead.',
  helios_data_age_seconds: 'Age of the newest observation.',
} as const;
export type WorkloadFamily = keyof typeof WORKLOAD_FAMILIES;

const HORIZONS_MINUTES = [15, 30, 60];
const PATHS: readonly ForecastPath[] = ['lower', 'point', 'upper'];
/** A score is of the last rows for this long, or for two steps where those are longer. */
const SCORE_LIFETIME = durationMs(30 * MINUTE);
/** Live skill is measured with each refresh of the forecasts. */
const SKILL_LIFETIME = durationMs(2 * REFRESH);

/** Everything that is known of one workload at the time of a scrape. */
export interface ExportedWorkload {
  readonly workload: Workload;
  readonly facts: WorkloadFacts;
  readonly last: LastScore | undefined;
  readonly openIncidents: number;
}

/** A workload's samples by family: of everything that has an end only what is valid at `now`. */
export function samplesOf(
  exported: ExportedWorkload,
  now: EpochMs,
): Readonly<Record<WorkloadFamily, readonly ExpositionSample[]>> {
  const { workload, last, openIncidents } = exported;
  const { cluster, namespace, deployment, container } = workload.id;
  const own = { cluster, namespace, deployment, container, ...simulatedLabel(workload) };
  const age = Math.max(0, Math.round((now - workload.lastSeen) / SECOND));
  const isOfNow = (at: string, lifetime: number) => {
    const since = now - Date.parse(at);
    return since >= 0 && since < Math.max(lifetime, 2 * workload.gridStep);
  };
  const anomaly = last?.anomaly && isOfNow(last.anomaly.at, SCORE_LIFETIME) ? last.anomaly : null;
  const skill = last?.skill && isOfNow(last.skill.at, SKILL_LIFETIME) ? last.skill : null;
  return {
    helios_predicted: predicted(exported, own, now),
    helios_actual: actual(exported, own, now),
    ...replicas(exported, own, now),
    helios_anomaly_score: anomaly === null ? [] : [{ labels: own, value: anomaly.score }],
    helios_open_incidents: [{ labels: own, value: openIncidents }],
    helios_forecast_skill: Object.entries(skill?.by_metric ?? {}).map(([metric, value]) => ({
      labels: { ...own, metric },
      value,
    })),
    helios_data_age_seconds: [{ labels: own, value: age }],
  };
}

type Labels = ExpositionSample['labels'];

/** What is invented says so wherever it appears; what is real needs no label for it. */
function simulatedLabel({ simulated }: Workload): Labels {
  return simulated ? { simulated: 'true' } : {};
}

function predicted({ facts }: ExportedWorkload, own: Labels, now: EpochMs): ExpositionSample[] {
  return [...facts.issued].flatMap(([metric, forecast]) => {
    if (!isIssuedValid(forecast, now)) return [];
    return HORIZONS_MINUTES.flatMap((minutes) =>
      PATHS.flatMap((path) => {
        const value = valueAhead(forecast, path, now, durationMs(minutes * MINUTE));
        if (value === undefined) return [];
        const quantile = quantileOf(forecast, path);
        const labels = { ...own, metric, horizon: `${minutes}m` };
        return [
          {
            labels: quantile === undefined ? labels : { ...labels, quantile: `${quantile}` },
            value,
          },
        ];
      }),
    );
  });
}

function actual({ facts }: ExportedWorkload, own: Labels, now: EpochMs): ExpositionSample[] {
  return [...facts.newest].flatMap(([metric, { at, value }]) =>
    now - at < STALE_AFTER_SECONDS * SECOND ? [{ labels: { ...own, metric }, value }] : [],
  );
}

function replicas({ facts }: ExportedWorkload, own: Labels, now: EpochMs) {
  const { recommendation } = facts;
  const valid = recommendation && isValidAt(recommendation, now) ? recommendation : undefined;
  const sample = (value: number | null | undefined): readonly ExpositionSample[] =>
    value === null || value === undefined ? [] : [{ labels: own, value }];
  return {
    helios_recommended_replicas: sample(valid?.target_replicas),
    helios_recommended_replicas_lower: sample(valid?.lower_replicas),
    helios_recommended_replicas_upper: sample(valid?.upper_replicas),
  };
}
