import { describe, expect, it } from '@jest/globals';
import { createPoolLoader } from '#app/serving/pools.ts';
import type { PoolRef } from '#contracts/artifacts/stage-outputs.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { memoryStores } from '#test/helpers/memory-services.ts';
import { poolOfOneTree } from '#test/helpers/stand-in-pool.ts';

/** So many pools as artifacts, a loader, and the keys that it has read, in order. */
async function stored(count: number) {
  const { artifacts, objects } = memoryStores();
  const refs: PoolRef[] = [];
  for (let i = 0; i < count; i++) {
    const id = i.toString(16).padStart(64, '0');
    const artifact = await artifacts.save('pools', poolOfOneTree(i, { id }));
    refs.push({ id, artifact });
  }
  const read: string[] = [];
  const load = createPoolLoader({
    ...artifacts,
    load: (key, sha256) => {
      read.push(key);
      return artifacts.load(key, sha256);
    },
  });
  return { refs, load, read, objects };
}

describe('a pool loader', () => {
  it('finds the pools of a version by their ids, and no others', async () => {
    const { refs, load } = await stored(3);
    const lookup = await load(refs.slice(0, 2));
    expect(refs.map(({ id }) => lookup(id)?.kind)).toEqual([
      'xgboost-pool',
      'xgboost-pool',
      undefined,
    ]);
    // Also when another version has loaded them.
    expect((await load([]))(refs[0]?.id ?? '')).toBeUndefined();
  });

  it('loads each once, and gives every workload the same object', async () => {
    const { refs, load, read } = await stored(2);
    const first = await load(refs);
    const second = await load(refs);
    expect(read).toHaveLength(2);
    // Laying out the trees is remembered by object.
    for (const { id } of refs) expect(second(id)).toBe(first(id));
  });

  it('keeps the eight used last', async () => {
    const { refs, load, read } = await stored(9);
    for (const ref of refs.slice(0, 8)) await load([ref]);
    await load(refs.slice(0, 1));
    await load(refs.slice(8));
    read.length = 0;
    // The second is the one that has waited longest; the first was used again.
    await load(refs.slice(0, 1));
    expect(read).toEqual([]);
    await load(refs.slice(1, 2));
    expect(read).toEqual([refs[1]?.artifact.key]);
  });

  it('gives a version all of its pools, even more than it keeps', async () => {
    const { refs, load } = await stored(10);
    const lookup = await load(refs);
    for (const { id } of refs) expect(lookup(id)).toMatchObject({ id });
  });

  it('refuses a pool that was changed, or is of another form', async () => {
    const { refs, load, objects } = await stored(1);
    await objects.put(refs[0]?.artifact.key ?? '', new Uint8Array([1]));
    expect(await rejectionOf(load(refs))).toBe('ARTIFACT_CORRUPT');
    const { artifacts } = memoryStores();
    const artifact = await artifacts.save('pools', { kind: 'xgboost-pool', version: 2 });
    const other = createPoolLoader(artifacts)([{ id: 'x', artifact }]);
    expect(await rejectionOf(other)).toBe('STATE_INCOMPATIBLE');
  });
});
