import { type ModelBundle, ModelBundleSchema } from '#contracts/artifacts/model-bundle.ts';
import { DomainError } from '#core/errors.ts';
import type { PoolLookup } from '#core/forecast/forecaster.ts';
import type { ModelVersion } from '../model-registry.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { createPoolLoader } from './pools.ts';

/** Loads and verifies the bundle of a version. @throws {DomainError} `ARTIFACT_CORRUPT`, `STATE_INCOMPATIBLE` */
export async function loadBundle(
  artifacts: ArtifactStore,
  version: Pick<ModelVersion, 'artifact_key' | 'sha256'>,
): Promise<ModelBundle> {
  const parsed = ModelBundleSchema.safeParse(
    await artifacts.load(version.artifact_key, version.sha256),
  );
  if (parsed.success) return parsed.data;
  throw new DomainError(
    'STATE_INCOMPATIBLE',
    `the model ${version.artifact_key} is of another form than this version of Helios reads`,
    { key: version.artifact_key },
    parsed.error,
  );
}

/** A bundle with the pools that its states refer to. */
export interface LoadedBundle {
  readonly bundle: ModelBundle;
  readonly pools: PoolLookup;
  readonly isCached: boolean;
}

/** Answers the bundle of a version, from memory when it was loaded before. */
export type BundleLoader = (
  version: Pick<ModelVersion, 'artifact_key' | 'sha256'>,
) => Promise<LoadedBundle>;

/**
 * Keeps the most recently used bundles in memory. A bundle is immutable and named by its content, so
 * a cached one is never stale.
 *
 * @param capacity - most bundles kept
 */
export function createBundleLoader(artifacts: ArtifactStore, capacity: number): BundleLoader {
  const cache = new Map<string, ModelBundle>();
  const poolsOf = createPoolLoader(artifacts);
  return async (version) => {
    const cached = cache.get(version.artifact_key);
    const bundle = cached ?? (await loadBundle(artifacts, version));
    cache.delete(version.artifact_key);
    cache.set(version.artifact_key, bundle);
    const oldest = cache.keys().next().value;
    if (cache.size > capacity && oldest !== undefined) cache.delete(oldest);
    return { bundle, pools: await poolsOf(bundle.pools), isCached: cached !== undefined };
  };
}
