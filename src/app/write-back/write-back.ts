import type { WriteBackConfig } from '#contracts/config/write-back.ts';
import { DomainError } from '#core/errors.ts';
import { type EpochMs, toIso } from '#core/time.ts';
import { readWorkloadFacts, type WorkloadFactsDeps } from '../exporter/workload-facts.ts';
import { samplesOf } from '../exporter/workload-samples.ts';
import type { LastScore } from '../last-scores.ts';
import type { ResultSample, ResultWriter } from '../ports/result-writer.ts';
import type { LiveResult } from '../scheduled/learn-from-live.ts';
import type { AnomalyOutcome } from '../scheduled/score-anomalies.ts';
import type { Workload } from '../workload-directory.ts';

/** What a scoring has just found of a workload, beside what is stored of it. */
export interface ScoredWorkload {
  readonly workload: Workload;
  readonly last: LastScore | undefined;
  readonly openIncidents: number;
}

/** What one scoring has found out. */
export function scoredNow(
  workload: Workload,
  anomalies: Pick<AnomalyOutcome, 'score' | 'open'>,
  live: readonly Pick<LiveResult, 'metric' | 'skill'>[],
  now: EpochMs,
): ScoredWorkload {
  const at = toIso(now);
  const skills = live.flatMap(({ metric, skill }) => (skill === null ? [] : [[metric, skill]]));
  const isOpen = anomalies.open !== undefined && anomalies.open.feedback?.label !== 'expected';
  return {
    workload,
    last: {
      anomaly: anomalies.score === null ? null : { at, score: anomalies.score },
      skill: skills.length === 0 ? null : { at, by_metric: Object.fromEntries(skills) },
    },
    openIncidents: isOpen ? 1 : 0,
  };
}

/** What became of writing back: nothing of it may hold a scoring up. */
export type WriteBackOutcome =
  | { readonly written: number }
  | { readonly failed: { readonly code: string; readonly message: string } };

/** Writes what is known of a workload to where somebody else reads it. Never throws. */
export type WriteBack = (scored: ScoredWorkload, now: EpochMs) => Promise<WriteBackOutcome>;

/**
 * Writes the families that are configured, as `GET /metrics` would show them now: of everything that has
 * an end only what is valid, with the time of now. What is simulated carries the label for it.
 *
 * @returns undefined where nothing is to be written to
 */
export function createWriteBack(
  deps: WorkloadFactsDeps & {
    readonly writer: ResultWriter | undefined;
    /** Takes the predictions that CloudWatch is told. */
    readonly predictions?: (samples: readonly ResultSample[]) => void;
  },
  config: WriteBackConfig,
): WriteBack | undefined {
  const { writer, predictions } = deps;
  const families = new Set<string>(config.prometheus_remote_write?.families ?? []);
  if (writer === undefined && predictions === undefined) return undefined;
  return async ({ workload, last, openIncidents }, now) => {
    try {
      const facts = await readWorkloadFacts(deps, workload, now);
      const samples = Object.entries(
        samplesOf({ workload, facts, last, openIncidents }, now),
      ).flatMap(([name, each]) =>
        each
          .filter(({ value }) => Number.isFinite(value))
          .map((sample) => ({ name, ...sample, at: now })),
      );
      // Simulated load would be billed as if it were real.
      if (!workload.simulated) predictions?.(samples.filter((sample) => isChosen(sample, config)));
      const written = samples.filter(({ name }) => families.has(name));
      if (writer && written.length > 0) await writer.write(written);
      return { written: writer ? written.length : 0 };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { failed: { code: error.code, message: error.message } };
    }
  };
}

/** Point forecasts of the metrics and horizons that are paid for. */
function isChosen(
  { name, labels }: ResultSample,
  { cloudwatch: { metrics, horizons_minutes } }: WriteBackConfig,
): boolean {
  return (
    name === 'helios_predicted' &&
    labels.quantile === undefined &&
    metrics.includes(labels.metric ?? '') &&
    horizons_minutes.some((minutes) => labels.horizon === `${minutes}m`)
  );
}
