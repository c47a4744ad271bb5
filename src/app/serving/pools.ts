import type { PoolRef } from '#contracts/artifacts/stage-outputs.ts';
import type { ModelState, PoolLookup } from '#core/forecast/forecaster.ts';
import { parsePool } from '#core/forecast/registry.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/** Loads the pools that a version refers to. */
export type PoolLoader = (refs: readonly PoolRef[]) => Promise<PoolLookup>;

/** Pools in memory at most: one a grid and generation, some 200 kB each. */
const CAPACITY = 8;

/**
 * Loads and verifies pools, keeping the last few in memory: a pool is immutable and shared by all
 * workloads of a grid, so one load serves them all.
 */
export function createPoolLoader(artifacts: ArtifactStore): PoolLoader {
  const cache = new Map<string, ModelState>();
  return async (refs) => {
    const loaded = new Map<string, ModelState>();
    for (const { id, artifact } of refs) {
      const state = cache.get(id) ?? parsePool(await artifacts.load(artifact.key, artifact.sha256));
      cache.delete(id);
      cache.set(id, state);
      const oldest = cache.keys().next().value;
      if (cache.size > CAPACITY && oldest !== undefined) cache.delete(oldest);
      loaded.set(id, state);
    }
    return (id) => loaded.get(id);
  };
}
