import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDynamoCatalogStore } from '#adapters/aws/dynamo-catalog-store.ts';
import { forgetExpired } from '#adapters/local/forget-expired.ts';
import { epochMs } from '#core/time.ts';
import { startTables, TABLE_NAMES } from '#test/helpers/dynalite-tables.ts';

const NOW = epochMs(Date.UTC(2026, 0, 1));

describe('forgetting what has expired', () => {
  let tables: Awaited<ReturnType<typeof startTables>>;
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(() => tables.close());

  it('removes items past their ttl and no others', async () => {
    const store = createDynamoCatalogStore({ client: tables.client, table: TABLE_NAMES.catalog });
    const put = (id: string, expiresAt?: number) =>
      store.put(
        { partition: 'p', id },
        { id },
        expiresAt === undefined ? {} : { expiresAt: epochMs(expiresAt) },
      );
    await put('long-gone', NOW - 86_400_000);
    // Stored in whole seconds: two seconds ago is past, in two seconds is not.
    await put('just-gone', NOW - 2_000);
    await put('still-there', NOW + 2_000);
    await put('for-ever');

    expect(await forgetExpired(tables.client, TABLE_NAMES.catalog, NOW)).toBe(2);
    expect((await store.list('p')).map(({ id }) => id)).toEqual(['for-ever', 'still-there']);
    expect(await forgetExpired(tables.client, TABLE_NAMES.catalog, NOW)).toBe(0);
  });
});
