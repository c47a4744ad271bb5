import { type DriftState, NO_DRIFT, nextDrift } from '#core/evaluate/drift.ts';
import { DAY, type EpochMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import type { DriftLog, DriftRecord } from '../drift-log.ts';
import { REFRESH } from '../serving/forecast-reasons.ts';
import type { LiveResult } from './learn-from-live.ts';

/** Drift starts at most one training of a workload in this time. */
const RETRAIN_AFTER = DAY;

export interface DriftDeps {
  readonly drift: DriftLog;
}

/** A model that was found to err more or less than it was measured to. */
export interface DriftedModel {
  readonly metric: string;
  readonly version: string;
  readonly side: 'worse' | 'better';
  /** Live errors over those of the backtest. */
  readonly ratio: number;
}

export interface DriftLook {
  /** Models found to have drifted by this look. */
  readonly found: readonly DriftedModel[];
  /** Whether models wait for a training, and one may be started now. */
  readonly shouldTrain: boolean;
  /** Keeps the look. Call it after what follows from it is done: until then it is looked at again. */
  keep(hasTrained: boolean): Promise<void>;
}

/**
 * Looks at what became of a workload's forecasts for drift, both ways: a model that errs more than
 * its backtest said has aged, one that errs less has bands that are too wide. Each is found once, and
 * each waits for at most one training. Looks that follow each other within half an hour are one.
 */
export async function lookForDrift(
  deps: DriftDeps,
  workload: { readonly key: WorkloadKey },
  live: readonly LiveResult[],
  now: EpochMs,
): Promise<DriftLook | undefined> {
  const stored = await deps.drift.get(workload.key);
  const before = stored?.record;
  if (before && now - before.looked_at < REFRESH / 2) return undefined;
  const metrics: DriftRecord['metrics'] = {};
  const found: DriftedModel[] = [];
  for (const { metric, version, member, driftRatio } of live) {
    const known = before?.metrics[metric];
    const isSame = known?.version === version && known.member === member;
    const last: DriftState = isSame ? known.drift : NO_DRIFT;
    const drift = nextDrift(last, driftRatio);
    const isNew = drift.status !== null && drift.status !== last.status;
    if (isNew && drift.status) {
      found.push({ metric, version, side: drift.status, ratio: driftRatio });
    }
    const isAnswered = isSame && known.is_answered && !isNew;
    metrics[metric] = { version, member, drift, is_answered: isAnswered };
  }
  const trainedAt = before?.trained_at ?? null;
  const waits = Object.values(metrics).some(
    ({ drift, is_answered }) => drift.status !== null && !is_answered,
  );
  return {
    found,
    shouldTrain: waits && (trainedAt === null || now - trainedAt >= RETRAIN_AFTER),
    async keep(hasTrained) {
      const answered = Object.entries(metrics).map(
        ([metric, each]) =>
          [metric, { ...each, is_answered: each.is_answered || hasTrained }] as const,
      );
      const record = {
        looked_at: now,
        trained_at: hasTrained ? now : trainedAt,
        metrics: Object.fromEntries(answered),
      };
      // Whoever wrote in between has looked at the same: one look is enough.
      await deps.drift.put(workload.key, record, stored?.revision);
    },
  };
}
