import { describe, expect, it } from '@jest/globals';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createMemoryObjectStore } from '#adapters/local/memory-object-store.ts';
import { createRunLog } from '#app/run-log.ts';
import { forgetRuns } from '#app/scheduled/forget-runs.ts';
import { epochMs } from '#core/time.ts';

describe('forgetting runs', () => {
  it('removes the outputs of runs without a record, and nothing else', async () => {
    const objects = createMemoryObjectStore();
    const runs = createRunLog(createMemoryCatalogStore(), { now: () => epochMs(0) });
    await runs.create('known', 'request');
    for (const key of ['runs/known/a.json', 'runs/gone/a.json', 'runs/gone/b/c', 'models/gone/x']) {
      await objects.put(key, new Uint8Array([1]));
    }
    expect(await forgetRuns({ objects, runs })).toBe(2);
    expect(await objects.list('')).toEqual(['models/gone/x', 'runs/known/a.json']);
  });

  it('keeps the checkpoints of a run under way, and no others', async () => {
    const objects = createMemoryObjectStore();
    const runs = createRunLog(createMemoryCatalogStore(), { now: () => epochMs(0) });
    for (const id of ['going', 'ended']) await runs.create(id, 'request');
    await runs.finished('ended', null);
    for (const id of ['going', 'ended', 'gone']) {
      await objects.put(`checkpoints/${id}/web/cpu/final.json`, new Uint8Array([1]));
    }
    expect(await forgetRuns({ objects, runs })).toBe(2);
    expect(await objects.list('')).toEqual(['checkpoints/going/web/cpu/final.json']);
  });
});
