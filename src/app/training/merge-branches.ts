import {
  type FittedMembers,
  FittedMembersSchema,
  type FittedMetric,
} from '#contracts/artifacts/stage-outputs.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { loadStage } from './stage.ts';

/**
 * The members of all branches of the fit together. The statistical branch must have run; the others
 * may have been left out or have failed.
 * @throws {DomainError} `ARTIFACT_CORRUPT`
 */
export async function mergeBranches(
  artifacts: ArtifactStore,
  item: WorkloadItem,
): Promise<FittedMembers> {
  const merged = await loadStage(artifacts, FittedMembersSchema, item.fitted);
  const metrics: Record<string, FittedMetric> = { ...merged.metrics };
  for (const ref of [item.boosted, item.recurrent]) {
    if (!ref) continue;
    const branch = await loadStage(artifacts, FittedMembersSchema, ref);
    for (const [metric, fitted] of Object.entries(branch.metrics)) {
      const known = metrics[metric];
      if (!known) continue;
      metrics[metric] = {
        members: { ...known.members, ...fitted.members },
        pools: [...known.pools, ...fitted.pools],
        left_out: [...known.left_out, ...fitted.left_out],
      };
    }
  }
  return { metrics };
}
