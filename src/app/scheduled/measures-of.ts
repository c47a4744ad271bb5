import { DAY, durationMs, type EpochMs, SECOND } from '#core/time.ts';
import type { Measures } from '../ports/metrics-sink.ts';
import type { Workload } from '../workload-directory.ts';
import type { LiveResult } from './learn-from-live.ts';
import type { AnomalyOutcome } from './score-anomalies.ts';

/** Workloads that have been silent for longer are taken to be gone: nobody is told of their age. */
const GONE_AFTER = durationMs(2 * DAY);

/**
 * Actuals that a coverage is told of, at least: those that the forecasts of 13 hours have met by then,
 * on the default grid (12 + 24 + … + 156 of them).
 */
const MIN_COVERAGE_CASES = 1_000;

/** The metric whose forecast is shown of a workload: the first of these that has one, else any. */
const LEADING_METRICS = ['request_rate', 'cpu_cores', 'cpu_utilization'] as const;

/** What is measured of one workload at one moment. */
export function measuresOf(
  workload: Pick<Workload, 'id' | 'lastSeen'>,
  given: {
    readonly anomalies: Pick<AnomalyOutcome, 'score' | 'open'>;
    readonly live: readonly LiveResult[];
    readonly published: Measures['values'];
    readonly now: EpochMs;
  },
): Measures {
  const { anomalies, live, published, now } = given;
  const { cluster, namespace, deployment } = workload.id;
  const age = now - workload.lastSeen;
  const isOpen = anomalies.open !== undefined && anomalies.open.feedback?.label !== 'expected';
  const values = {
    OpenIncidents: [isOpen ? 1 : 0],
    DataAgeSeconds: [Math.max(0, Math.round(age / SECOND))],
    AnomalyScore: anomalies.score === null ? [] : [anomalies.score],
    ForecastSkill: live.flatMap(({ skill }) => skill ?? []),
    ...(live.length > 0 && ofForecasts(live, now)),
    ...published,
  };
  return {
    at: now,
    dimensions: { cluster, namespace, deployment },
    values: age > GONE_AFTER ? {} : values,
  };
}

/** What became of forecasts is looked at once an hour: that is how often these are told. */
function ofForecasts(live: readonly LiveResult[], now: EpochMs): Measures['values'] {
  const ages = live.map(({ trainedAt }) => Math.max(0, Math.round((now - trainedAt) / SECOND)));
  const coverage = liveCoverage(live);
  const leading =
    LEADING_METRICS.map((name) => live.find(({ metric }) => metric === name)).find(
      (found) => found !== undefined,
    ) ?? live[0];
  const newest = leading?.newest ?? undefined;
  return {
    ChampionAgeSeconds: ages,
    ForecastCoverage: coverage === undefined ? [] : [coverage],
    ForecastValue: newest ? [newest.forecast] : [],
    ObservedValue: newest ? [newest.actual] : [],
  };
}

/** Over all metrics and horizons; undefined where too few actuals are known to say anything. */
function liveCoverage(live: readonly LiveResult[]): number | undefined {
  const buckets = live.flatMap((result) => result.buckets);
  const cases = buckets.reduce((sum, { banded }) => sum + banded, 0);
  const inside = buckets.reduce((sum, bucket) => sum + bucket.inside, 0);
  return cases < MIN_COVERAGE_CASES ? undefined : inside / cases;
}
