import { describe, expect, it } from '@jest/globals';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createMarkLog } from '#app/marks.ts';
import { addMs, DAY, HOUR } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { at } from '#test/helpers/memory-services.ts';

const NOW = at('2026-03-10T12:00:00Z');
const WEB = workloadId({ deployment: 'web' });
const ago = (hours: number) => addMs(NOW, HOUR, -hours);

describe('the mark log', () => {
  it('keeps deployments in order, whatever order and how often they come in', async () => {
    const [one, other] = [createMemoryCatalogStore(), createMemoryCatalogStore()];
    await createMarkLog(one).add(WEB, [ago(3), ago(1), ago(3)], NOW);
    await createMarkLog(one).add(WEB, [ago(2)], NOW);
    await createMarkLog(other).add(WEB, [ago(2), ago(1)], NOW);
    await createMarkLog(other).add(WEB, [ago(3)], NOW);
    expect(await createMarkLog(one).deployments(WEB)).toEqual([ago(3), ago(2), ago(1)]);
    expect(await createMarkLog(other).deployments(WEB)).toEqual([ago(3), ago(2), ago(1)]);
  });

  it('answers those from a time up to, not at, another', async () => {
    const marks = createMarkLog(createMemoryCatalogStore());
    await marks.add(WEB, [ago(3), ago(2), ago(1)], NOW);
    expect(await marks.deployments(WEB, { from: ago(2) })).toEqual([ago(2), ago(1)]);
    expect(await marks.deployments(WEB, { from: ago(3), to: ago(1) })).toEqual([ago(3), ago(2)]);
    expect(await marks.deployments(workloadId({ deployment: 'api' }))).toEqual([]);
  });

  it('is one for all containers of a deployment', async () => {
    const marks = createMarkLog(createMemoryCatalogStore());
    await marks.add({ ...WEB, container: 'app' }, [ago(1)], NOW);
    expect(await marks.deployments(WEB)).toEqual([ago(1)]);
    expect(await marks.deployments({ ...WEB, cluster: 'other' })).toEqual([]);
  });

  it('forgets what is older than 35 days, and never holds more than 2000', async () => {
    const marks = createMarkLog(createMemoryCatalogStore());
    await marks.add(WEB, [addMs(NOW, DAY, -35), ago(24)], NOW);
    expect(await marks.deployments(WEB)).toHaveLength(2);
    await marks.add(WEB, [NOW], addMs(NOW, HOUR));
    expect(await marks.deployments(WEB)).toEqual([ago(24), NOW]);
    const many = Array.from({ length: 2_001 }, (_, i) => addMs(NOW, HOUR, i / 100));
    await marks.add(WEB, many, NOW);
    expect(await marks.deployments(WEB)).toEqual(many.slice(-2_000));
  });

  it('writes nothing where nothing is new', async () => {
    const catalog = createMemoryCatalogStore();
    const marks = createMarkLog(catalog);
    await marks.add(WEB, [ago(1)], NOW);
    await marks.add(WEB, [ago(1)], NOW);
    await marks.add(WEB, [], NOW);
    const [record] = await catalog.list('marks');
    expect(record?.revision).toBe(1);
  });
});
