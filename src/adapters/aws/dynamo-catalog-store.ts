import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type {
  CatalogKey,
  CatalogRecord,
  CatalogStore,
  WriteCondition,
} from '#app/ports/catalog-store.ts';
import { DomainError } from '#core/errors.ts';
import { canonicalJson } from '../canonical-json.ts';
import { checkCatalogKey, type IdRange, idRangeOf } from '../catalog-list.ts';
import { attemptsOf, callAws, isAwsError } from './aws-errors.ts';
import { type DynamoClient, type DynamoInput, pagesOf } from './dynamo-operations.ts';

export interface DynamoCatalogStoreOptions {
  readonly client: DynamoClient;
  readonly table: string;
  /** Names one write, so that it is known again after a lost answer. */
  readonly newToken?: () => string;
}

/**
 * `data` is JSON text, not a map: it comes back bit by bit, with numbers beyond DynamoDB's range
 * and names like `constructor`, and costs one attribute to check.
 */
const ItemSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  data: z.string(),
  rev: z.int().positive(),
  token: z.string(),
});
const DataSchema = z.record(z.string(), z.unknown());

/**
 * The catalog in DynamoDB, or in dynalite: one item a record, conditional writes, no transactions.
 *
 * `expiresAt` is for garbage collection only: DynamoDB removes an item some time after it, and a
 * read may still return it. Who needs an exact end keeps it in the data.
 */
export function createDynamoCatalogStore(options: DynamoCatalogStoreOptions): CatalogStore {
  const { client, table, newToken = randomUUID } = options;

  const getItem = async (key: CatalogKey): Promise<StoredRecord | undefined> => {
    checkCatalogKey(key);
    const { Item } = await callAws('read catalog', () =>
      client.send('GetItem', { TableName: table, Key: keyOf(key), ConsistentRead: true }),
    );
    return Item === undefined ? undefined : parseRecord(Item);
  };

  return {
    async get(key) {
      return (await getItem(key))?.record;
    },

    async put(key, data, { condition, expiresAt } = {}) {
      checkCatalogKey(key);
      const token = newToken();
      const text = canonicalJson(data);
      return callAws('write catalog', async () => {
        try {
          const { Attributes } = await client.send('UpdateItem', {
            TableName: table,
            Key: keyOf(key),
            UpdateExpression:
              'SET #data = :data, #token = :token, #rev = if_not_exists(#rev, :zero) + :one' +
              (expiresAt === undefined ? ' REMOVE #ttl' : ', #ttl = :ttl'),
            ExpressionAttributeNames: {
              '#data': 'data',
              '#token': 'token',
              '#rev': 'rev',
              '#ttl': 'ttl',
            },
            ...conditionExpression(condition),
            ExpressionAttributeValues: {
              ':data': text,
              ':token': token,
              ':zero': 0,
              ':one': 1,
              ...(expiresAt === undefined ? {} : { ':ttl': Math.ceil(expiresAt / 1_000) }),
              ...(condition !== undefined && 'ifRevision' in condition
                ? { ':expected': condition.ifRevision }
                : {}),
            },
            ReturnValues: 'ALL_NEW',
          });
          return parseRecord(Attributes ?? {}).record;
        } catch (error) {
          if (!isAwsError(error, 'ConditionalCheckFailedException')) throw error;
          // The client repeats a request whose answer was lost; the repetition then fails on what the
          // first one wrote. The token tells that from another writer's record.
          if (attemptsOf(error) === 1) return undefined;
          const stored = await getItem(key);
          return stored?.token === token ? stored.record : undefined;
        }
      });
    },

    async list(partition, listOptions = {}) {
      const { limit = Infinity, descending = false } = listOptions;
      checkCatalogKey({ partition, id: '-' });
      const range = idRangeOf(listOptions);
      if (range === undefined || limit <= 0) return [];
      return callAws('list catalog', async () => {
        const records: CatalogRecord[] = [];
        const pages = pagesOf(client, 'Query', {
          TableName: table,
          ...rangeExpression(partition, range),
          ConsistentRead: true,
          ScanIndexForward: !descending,
          // One more than asked for: the cursor itself may be among them.
          ...(Number.isFinite(limit) ? { Limit: limit + 1 } : {}),
        });
        for await (const { Items = [] } of pages) {
          for (const item of Items) {
            const { record } = parseRecord(item);
            if (record.id !== range.except) records.push(record);
            if (records.length >= limit) return records;
          }
        }
        return records;
      });
    },

    async delete(key) {
      checkCatalogKey(key);
      await callAws('delete from catalog', () =>
        client.send('DeleteItem', { TableName: table, Key: keyOf(key) }),
      );
    },
  };
}

interface StoredRecord {
  readonly record: CatalogRecord;
  readonly token: string;
}

function keyOf({ partition, id }: CatalogKey): { readonly pk: string; readonly sk: string } {
  return { pk: partition, sk: id };
}

function conditionExpression(condition: WriteCondition | undefined): {
  readonly ConditionExpression?: string;
} {
  if (condition === undefined) return {};
  return {
    ConditionExpression: 'ifAbsent' in condition ? 'attribute_not_exists(pk)' : '#rev = :expected',
  };
}

function rangeExpression(
  partition: string,
  { from, to }: IdRange,
): Pick<DynamoInput<'Query'>, 'KeyConditionExpression' | 'ExpressionAttributeValues'> {
  const sortKey =
    from !== undefined && to !== undefined
      ? ' AND sk BETWEEN :from AND :to'
      : from !== undefined
        ? ' AND sk >= :from'
        : to !== undefined
          ? ' AND sk <= :to'
          : '';
  return {
    KeyConditionExpression: `pk = :pk${sortKey}`,
    ExpressionAttributeValues: {
      ':pk': partition,
      ...(from === undefined ? {} : { ':from': from }),
      ...(to === undefined ? {} : { ':to': to }),
    },
  };
}

function parseRecord(raw: Readonly<Record<string, unknown>>): StoredRecord {
  try {
    const { pk, sk, data, rev, token } = ItemSchema.parse(raw);
    const record = {
      partition: pk,
      id: sk,
      data: DataSchema.parse(JSON.parse(data)),
      revision: rev,
    };
    return { record, token };
  } catch (error) {
    const key = { partition: raw.pk, id: raw.sk };
    const message = `catalog record ${String(raw.pk)} ${String(raw.sk)} cannot be read`;
    throw new DomainError('ARTIFACT_CORRUPT', message, key, error);
  }
}
