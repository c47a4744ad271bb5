import type { EpochMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import type { DriftLog } from '../drift-log.ts';
import type { ModelRegistry } from '../model-registry.ts';
import type { LiveResult } from '../scheduled/learn-from-live.ts';
import type { BundleLoader } from '../serving/load-bundle.ts';
import type { GradeLog } from './grade-log.ts';
import { regrade } from './regrade.ts';

export interface RegradeLiveDeps {
  readonly registry: ModelRegistry;
  readonly bundles: BundleLoader;
  readonly grades: GradeLog;
  readonly drift: DriftLog;
}

/**
 * Looks at the grades of a workload's champions again, with what became of their forecasts. Call it
 * after drift was looked for: a model that has drifted loses the right to act.
 *
 * @param live - of the scoring that has just refreshed forecasts; empty: nothing is looked at
 */
export async function regradeLive(
  deps: RegradeLiveDeps,
  workload: { readonly key: WorkloadKey },
  live: readonly LiveResult[],
  now: EpochMs,
): Promise<void> {
  if (live.length === 0) return;
  const drifted = (await deps.drift.get(workload.key))?.record.metrics ?? {};
  const using = {
    ...deps,
    bundleOf: async (version: Parameters<BundleLoader>[0]) => (await deps.bundles(version)).bundle,
  };
  for (const { metric, version, member, buckets } of live) {
    const known = drifted[metric];
    const isSame = known?.version === version && known.member === member;
    const hasDrifted = isSame && known.drift.status === 'worse';
    const subject = { workload: workload.key, metric };
    await regrade(using, subject, now, { version, member, buckets, hasDrifted });
  }
}
