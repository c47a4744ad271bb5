import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { MIN_TRAINING_STEPS } from '#core/evaluate/backtest-plan.ts';
import type { FittedPool, Forecaster } from '#core/forecast/forecaster.ts';
import { restorePool } from '#core/forecast/registry.ts';
import { durationMs, epochMs } from '#core/time.ts';
import type { PoolRecord, PoolRegistry } from '../pool-registry.ts';
import { askedModel } from './asked-model.ts';
import { fitBranch } from './fit-branch.ts';
import { fitMetric } from './fit-metric.ts';
import { fromStored } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

export interface BoostingDeps extends StageDeps {
  readonly pools: PoolRegistry;
}

/** The member that a pool of this kind becomes. */
const MEMBER = 'xgboost';
const POOL = 'xgboost-pool';

/**
 * Applies the shared boosted trees to each metric of a workload: the pool's parameters with this
 * history's scale and recent values. Where there is no pool yet the member is left out by name.
 */
export function fitBoosting(deps: BoostingDeps, item: WorkloadItem): Promise<WorkloadItem> {
  const loaded = new Map<string, FittedPool>();
  const poolOf = async (record: PoolRecord): Promise<FittedPool> => {
    const { key, sha256 } = record.artifact;
    const pool = loaded.get(record.id) ?? restorePool(await deps.artifacts.load(key, sha256));
    loaded.set(record.id, pool);
    return pool;
  };
  return fitBranch(deps, item, 'fit-boosting', async ({ series: stored }, request) => {
    if (!askedModel(request).includes(MEMBER, true)) return null;
    const series = fromStored(stored);
    const record = await deps.pools.current(POOL, durationMs(series.step));
    if (!record) return { members: {}, pools: [], left_out: [NO_POOL] };
    const pool = await poolOf(record);
    const member = {
      name: MEMBER,
      forecaster: asMember(pool),
      knowsUntil: epochMs(record.trained_until),
    };
    return fitMetric(deps.clock, [member], series, [{ id: record.id, artifact: record.artifact }]);
  });
}

const NO_POOL = {
  member: MEMBER,
  code: 'HISTORY_TOO_SHORT',
  message: 'the workloads of this grid together are too short for a shared model yet',
};

/** A pool as one of the members: fitting it is applying it. */
function asMember(pool: FittedPool): Forecaster {
  return {
    kind: MEMBER,
    capabilities: { quantiles: false, missingValues: true, minHistory: MIN_TRAINING_STEPS },
    fit: async (history) => pool.condition(history),
  };
}
