import { describe, expect, it } from '@jest/globals';
import { createArtifactStore } from '#adapters/artifact-store.ts';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createMemoryObjectStore } from '#adapters/local/memory-object-store.ts';
import { createDetectorLoader } from '#app/detection/load-detectors.ts';
import { createDetectorRegistry } from '#app/detector-registry.ts';
import type { DetectorBundle } from '#contracts/artifacts/detector-bundle.ts';
import { HOUR } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { frameOf } from '#test/helpers/frame-of.ts';
import { tinyReconstruction } from '#test/helpers/tiny-reconstruction.ts';

const WEB = 'default#shop#web#*';
const FRAME = frameOf({ cpu: [1, 2, 3], memory: [4, 5, 6] });
const PROVENANCE = {
  training: { from: 0, to: 2 * HOUR, steps: 3 },
  metrics: ['cpu', 'memory'],
  data_sha256: 'abc',
  code_version: 'test',
  seed: 1,
};
const BUNDLE: DetectorBundle = {
  kind: 'detector-bundle',
  version: 1,
  workload: WEB,
  step_ms: HOUR,
  residual: null,
  reconstruction: { state: tinyReconstruction(FRAME).toState(), provenance: PROVENANCE },
  service: null,
  left_out: [{ detector: 'service', code: 'ONE_METRIC', message: 'one metric alone' }],
};

/** A loader over a store that counts its loads. */
function setUp(capacity = 2) {
  const objects = createMemoryObjectStore();
  const artifacts = createArtifactStore(objects);
  const registry = createDetectorRegistry(createMemoryCatalogStore());
  const loads: string[] = [];
  const counting: typeof artifacts = {
    ...artifacts,
    load: (key, sha256) => {
      loads.push(key);
      return artifacts.load(key, sha256);
    },
  };
  const publish = async (bundle: unknown, { workload = WEB, until = 1 } = {}) => {
    const artifact = await artifacts.save('detectors/test', bundle);
    const version = artifact.sha256.slice(0, 16);
    const trained_at = '2026-03-02T10:00:00.000Z';
    await registry.publish(workload, {
      version,
      artifact,
      trained_at,
      trained_until: until,
      run_id: 'r',
    });
    return artifact;
  };
  return {
    objects,
    publish,
    loads,
    load: createDetectorLoader(registry, counting, capacity),
  };
}

describe('loading detectors', () => {
  it('answers nothing for a workload that was never trained', async () => {
    expect(await setUp().load(WEB)).toBeUndefined();
  });

  it('restores those that there are, and says why the others are not', async () => {
    const { load, publish } = setUp();
    const { sha256 } = await publish(BUNDLE);
    const loaded = await load(WEB);
    expect(loaded).toMatchObject({
      version: sha256.slice(0, 16),
      trainedAt: Date.parse('2026-03-02T10:00:00Z'),
      step: HOUR,
      leftOut: BUNDLE.left_out,
    });
    expect(loaded).not.toHaveProperty('residual');
    expect(loaded).not.toHaveProperty('service');
    // Expects 0 with a spread of 1, and so scores values by themselves.
    const scores = loaded?.reconstruction?.detect(FRAME).get('cpu')?.scores;
    expect([...(scores ?? [])]).toEqual([1, 2, 3]);
  });

  it('loads a bundle once, and a new one at once', async () => {
    const { load, publish, loads } = setUp();
    const first = await publish(BUNDLE);
    await load(WEB);
    await load(WEB);
    expect(loads).toEqual([first.key]);
    const second = await publish({ ...BUNDLE, left_out: [] }, { until: 2 });
    expect((await load(WEB))?.leftOut).toEqual([]);
    expect(loads).toEqual([first.key, second.key]);
  });

  it('keeps the workloads asked for last in memory', async () => {
    const { load, publish, loads } = setUp(2);
    const keys = new Map<string, string>();
    for (const workload of ['a', 'b', 'c']) {
      keys.set(workload, (await publish({ ...BUNDLE, workload }, { workload })).key);
    }
    for (const workload of ['a', 'b', 'a', 'c', 'a', 'b']) await load(workload);
    // c pushes b out, since a was asked for after it.
    expect(loads).toEqual(['a', 'b', 'c', 'b'].map((workload) => keys.get(workload)));
  });

  it.each([
    ['the bundle', { ...BUNDLE, version: 2 }],
    [
      'a detector in it',
      {
        ...BUNDLE,
        service: { state: { kind: 'service', version: 2 }, provenance: PROVENANCE },
      },
    ],
  ])('refuses another version of %s', async (_, bundle) => {
    const { load, publish } = setUp();
    await publish(bundle);
    expect(await rejectionOf(load(WEB))).toBe('STATE_INCOMPATIBLE');
  });

  it('refuses a bundle that was changed', async () => {
    const { load, publish, objects } = setUp();
    const { key } = await publish(BUNDLE);
    await objects.put(key, new Uint8Array([1, 2, 3]));
    expect(await rejectionOf(load(WEB))).toBe('ARTIFACT_CORRUPT');
  });
});
