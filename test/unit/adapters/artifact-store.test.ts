import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { createArtifactStore } from '#adapters/artifact-store.ts';
import { createMemoryObjectStore } from '#adapters/local/memory-object-store.ts';

const TEXT = '{"a":[1,null],"b":"x"}';
const SHA256 = createHash('sha256').update(TEXT).digest('hex');
const KEY = `models/m/${SHA256.slice(0, 16)}.json.gz`;

function stores(limits?: Parameters<typeof createArtifactStore>[1]) {
  const objects = createMemoryObjectStore();
  return { objects, artifacts: createArtifactStore(objects, limits) };
}

describe('the artifact store', () => {
  it('keeps canonical JSON, gzipped, under its hash', async () => {
    const { objects, artifacts } = stores();
    const ref = await artifacts.save('models/m', { b: 'x', a: [1, null], c: undefined });
    const bytes = (await objects.get(KEY)) ?? new Uint8Array();
    expect(ref).toEqual({ key: KEY, sha256: SHA256, bytes: bytes.byteLength });
    expect(gunzipSync(bytes).toString()).toBe(TEXT);
    expect(await artifacts.load(KEY, SHA256)).toEqual({ a: [1, null], b: 'x' });
  });

  it('has one object for equal contents', async () => {
    const { objects, artifacts } = stores();
    const first = await artifacts.save('models/m', { a: [1, null], b: 'x' });
    expect(await artifacts.save('models/m', { b: 'x', a: [1, null] })).toEqual(first);
    expect(await objects.list('')).toEqual([KEY]);
  });

  it.each([
    ['is missing', undefined],
    ['is cut short', gzipSync(TEXT).subarray(0, -9)],
    ['is no gzip file', Buffer.from(TEXT)],
    ['is empty', Buffer.alloc(0)],
    ['has other contents', gzipSync('{"a":[2,null],"b":"x"}')],
  ])('refuses an artifact that %s, and repairs it on saving', async (_, damaged) => {
    const { objects, artifacts } = stores();
    if (damaged !== undefined) await objects.put(KEY, damaged);
    await expect(artifacts.load(KEY, SHA256)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      details: { key: KEY },
    });
    await artifacts.save('models/m', { a: [1, null], b: 'x' });
    expect(await artifacts.load(KEY, SHA256)).toEqual({ a: [1, null], b: 'x' });
  });

  it('does not expand a gzip bomb beyond the cap', async () => {
    const { objects, artifacts } = stores({ maxStoredBytes: 2_000, maxTextBytes: 10_000 });
    const bomb = gzipSync(Buffer.alloc(1_000_000, 32));
    expect(bomb.byteLength).toBeLessThan(2_000);
    await objects.put(KEY, bomb);
    await expect(artifacts.load(KEY, SHA256)).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      details: { key: KEY, maxBytes: 10_000 },
    });
  });

  it('does not fetch more than the cap', async () => {
    const { objects, artifacts } = stores({ maxStoredBytes: 100, maxTextBytes: 10_000 });
    await objects.put(KEY, Buffer.alloc(101));
    await expect(artifacts.load(KEY, SHA256)).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      details: { maxBytes: 100 },
    });
  });

  it('saves nothing that could not be loaded', async () => {
    // The text of a string has two quotes: 8 letters make 10 bytes.
    const { objects, artifacts } = stores({ maxStoredBytes: 1_000, maxTextBytes: 10 });
    await artifacts.save('x', 'abcdefgh');
    await expect(artifacts.save('x', 'abcdefghi')).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
    await expect(artifacts.save('x', { a: Number.NaN })).rejects.toThrow(RangeError);
    expect(await objects.list('')).toHaveLength(1);
  });
});
