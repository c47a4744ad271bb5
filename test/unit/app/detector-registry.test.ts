import { describe, expect, it } from '@jest/globals';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createDetectorRegistry, type DetectorPointer } from '#app/detector-registry.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';

const WEB = 'default#shop#web#*';

function pointer(version: string, trained_until: number): DetectorPointer {
  const artifact = { key: `detectors/${version}`, sha256: version, bytes: 1 };
  const trained_at = '2026-03-02T10:00:00.000Z';
  return { version, artifact, trained_at, trained_until, run_id: `run-${version}` };
}

describe('the registry of detectors', () => {
  it('knows no bundle of a workload that was never trained', async () => {
    const registry = createDetectorRegistry(createMemoryCatalogStore());
    await registry.publish(WEB, pointer('a', 1));
    expect(await registry.get('default#shop#api#*')).toBeUndefined();
  });

  it.each([
    ['newer data', [pointer('a', 1), pointer('b', 2)], 'b'],
    ['as new data', [pointer('a', 1), pointer('b', 1)], 'b'],
    ['older data: the newer one stands', [pointer('b', 2), pointer('a', 1)], 'b'],
  ])('lets a bundle serve that has learned from %s', async (_, published, serves) => {
    const registry = createDetectorRegistry(createMemoryCatalogStore());
    let answer: DetectorPointer | undefined;
    for (const each of published) answer = await registry.publish(WEB, each);
    expect(answer?.version).toBe(serves);
    expect(await registry.get(WEB)).toEqual(answer);
  });

  it('writes nothing when the same bundle is published again', async () => {
    const catalog = createMemoryCatalogStore();
    const registry = createDetectorRegistry(catalog);
    await registry.publish(WEB, pointer('a', 1));
    await registry.publish(WEB, { ...pointer('a', 1), run_id: 'again' });
    expect(await catalog.get({ partition: 'detectors', id: WEB })).toMatchObject({
      revision: 1,
      data: { run_id: 'run-a' },
    });
  });

  it('keeps the newest of two that are published at once', async () => {
    const catalog = createMemoryCatalogStore();
    let reads = 0;
    let open: () => void = () => {};
    const both = new Promise<void>((resolve) => {
      open = resolve;
    });
    // Both read before either writes: one of the conditional writes must fail and look again.
    const registry = createDetectorRegistry({
      ...catalog,
      async get(key) {
        const record = await catalog.get(key);
        if (++reads === 2) open();
        await both;
        return record;
      },
    });
    await Promise.all([
      registry.publish(WEB, pointer('b', 2)),
      registry.publish(WEB, pointer('a', 1)),
    ]);
    expect((await registry.get(WEB))?.version).toBe('b');
  });

  it('refuses a record of another form', async () => {
    const catalog = createMemoryCatalogStore();
    await catalog.put({ partition: 'detectors', id: WEB }, { version: 1 });
    expect(await rejectionOf(createDetectorRegistry(catalog).get(WEB))).toBe('STATE_INCOMPATIBLE');
  });
});
