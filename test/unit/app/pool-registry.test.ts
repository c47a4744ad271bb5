import { describe, expect, it } from '@jest/globals';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createPoolRegistry, type PoolRecord } from '#app/pool-registry.ts';
import { DEFAULT_STEP, HOUR } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';

const POOL: PoolRecord = {
  id: 'a'.repeat(64),
  artifact: { key: 'models/pools/a.json.gz', sha256: 'b'.repeat(64), bytes: 12 },
  kind: 'xgboost-pool',
  step_ms: HOUR,
  at: 1_000,
  trained_until: 500,
  series: 3,
  fit_ms: 20,
};

describe('the current pool', () => {
  it('is the one published last for its kind and step', async () => {
    const pools = createPoolRegistry(createMemoryCatalogStore());
    expect(await pools.current(POOL.kind, HOUR)).toBeUndefined();
    await pools.publish(POOL);
    await pools.publish({ ...POOL, step_ms: DEFAULT_STEP, id: 'fine' });
    await pools.publish({ ...POOL, kind: 'lstm-pool', id: 'other' });
    expect(await pools.current(POOL.kind, HOUR)).toEqual(POOL);
    await pools.publish({ ...POOL, id: 'newer', at: 2_000 });
    expect((await pools.current(POOL.kind, HOUR))?.id).toBe('newer');
    expect((await pools.current(POOL.kind, DEFAULT_STEP))?.id).toBe('fine');
  });

  it('is not guessed from a record of another form', async () => {
    const catalog = createMemoryCatalogStore();
    await catalog.put({ partition: 'pools', id: `${POOL.kind}#${HOUR}` }, { id: 'of old' });
    expect(await rejectionOf(createPoolRegistry(catalog).current(POOL.kind, HOUR))).toBe(
      'STATE_INCOMPATIBLE',
    );
  });
});
