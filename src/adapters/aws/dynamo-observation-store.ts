import type { ObservationStore } from '#app/ports/observation-store.ts';
import { DomainError } from '#core/errors.ts';
import {
  daysOf,
  hoursContentOf,
  parseHours,
  selectHours,
} from '#core/observations/hour-summary.ts';
import { batchByItem, type ItemBatch, inDeliveryOrder } from '#core/observations/item-batch.ts';
import { contentOf, parseContent } from '#core/observations/item-content.ts';
import {
  hourlyExpiry,
  hourlySortKey,
  parseHourlySortKey,
  parseRawSortKey,
  rawExpiry,
  rawSortKey,
} from '#core/observations/item-key.ts';
import type { MergeResult } from '#core/observations/observation.ts';
import {
  bucketStartOf,
  columnsOf,
  emptyItem,
  firstSeenOf,
  mergeItem,
  type ObservationItem,
} from '#core/observations/observation-item.ts';
import { DAY, type DurationMs, type EpochMs, epochMs, floorTo } from '#core/time.ts';
import { workloadKey } from '#core/workload.ts';
import { type Backoff, backOff, REAL_BACKOFF } from '../backoff.ts';
import { mapConcurrently } from '../concurrency.ts';
import { callAws, isAwsError } from './aws-errors.ts';
import { batchGetItems } from './batch-get.ts';
import { type DynamoClient, pagesOf } from './dynamo-operations.ts';
import { type PayloadItem, packContent, revisionOf, unpackItem } from './item-payload.ts';

export interface DynamoObservationStoreOptions extends Partial<Backoff> {
  readonly client: DynamoClient;
  readonly table: string;
  /** How often a merge into one item is tried when other writers come first. */
  readonly maxAttempts?: number;
  /** How long observations at their own step are kept, and hourly ones. */
  readonly rawDays?: number;
  readonly hourlyDays?: number;
}

/** Items of one merge that are written at a time. */
const CONCURRENT_WRITES = 8;

/** A stored item, unpacked, with the revision a write of it is conditional on. */
interface Known {
  readonly rev: string;
  readonly contents: ObservationItem;
}

/**
 * Observations in DynamoDB, or in dynalite: twelve slots an item.
 *
 * A write is read, merge, conditional put. The merge is a join (see `SlotRegister`), so a writer
 * that loses the race reads again and loses nothing, and a call that failed half-way is simply
 * repeated. Reads are consistent: a reader sees what was acknowledged before.
 */
export function createDynamoObservationStore(
  options: DynamoObservationStoreOptions,
): ObservationStore {
  const { client, table, maxAttempts = 12, rawDays, hourlyDays } = options;
  const { sleep, random } = { ...REAL_BACKOFF, ...options };
  const backoff: Backoff = { sleep, random };

  const writeBatch = async (
    pk: string,
    step: DurationMs,
    batch: ItemBatch,
    seenAt: EpochMs,
    prefetched: Known | undefined,
  ): Promise<readonly MergeResult[]> => {
    const { bucketStart } = batch;
    const sk = rawSortKey(step, bucketStart);
    let known = prefetched;
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const before = known?.contents ?? emptyItem(bucketStart, step);
      const { item, results } = mergeItem(before, batch.observations, seenAt);
      if (item === before) return results;
      const content = contentOf(item);
      const next = {
        pk,
        sk,
        data: packContent(content),
        rev: revisionOf(content),
        ttl: toEpochSeconds(rawExpiry(step, bucketStart, firstSeenOf(item), rawDays)),
      };
      if (await putIfUnchanged(next, known?.rev)) return results;
      await backOff(backoff, attempt);
      known = (await fetchItems(pk, [sk])).get(sk);
    }
    const message = `item ${sk} of ${pk} changed during each of ${maxAttempts} attempts to write it`;
    throw new DomainError('STORE_UNAVAILABLE', message, { pk, sk, attempts: maxAttempts });
  };

  const fetchItems = async (
    pk: string,
    sortKeys: readonly string[],
  ): Promise<ReadonlyMap<string, Known>> => {
    const keys = sortKeys.map((sk) => ({ pk, sk }));
    const items = await batchGetItems({ client, table, backoff }, keys);
    return new Map(items.map((raw) => unpackItem(raw, parseItem)).map((item) => [item.sk, item]));
  };

  const putIfUnchanged = async (item: PayloadItem, rev: string | undefined): Promise<boolean> =>
    callAws('write observations', async () => {
      try {
        await client.send('PutItem', {
          TableName: table,
          Item: { ...item },
          ...(rev === undefined
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'rev = :rev',
                ExpressionAttributeValues: { ':rev': rev },
              }),
        });
        return true;
      } catch (error) {
        if (isAwsError(error, 'ConditionalCheckFailedException')) return false;
        throw error;
      }
    });

  const queryItems = async <T>(
    pk: string,
    first: string,
    last: string,
    parse: (content: string, sortKey: string) => T,
  ): Promise<readonly T[]> =>
    callAws('read observations', async () => {
      const found: T[] = [];
      const pages = pagesOf(client, 'Query', {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': pk, ':first': first, ':last': last },
        ConsistentRead: true,
      });
      for await (const { Items = [] } of pages) {
        for (const raw of Items) found.push(unpackItem(raw, parse).contents);
      }
      return found;
    });

  return {
    async merge(workload, step, observations, seenAt) {
      const pk = workloadKey(workload);
      const batches = batchByItem(step, observations, seenAt);
      const sortKeys = batches.map(({ bucketStart }) => rawSortKey(step, bucketStart));
      const known = await fetchItems(pk, sortKeys);
      const results = await mapConcurrently(batches, CONCURRENT_WRITES, (batch) =>
        writeBatch(pk, step, batch, seenAt, known.get(rawSortKey(step, batch.bucketStart))),
      );
      return inDeliveryOrder(batches, results);
    },

    async read(workload, step, range) {
      if (!(range.from < range.to)) return [];
      const first = rawSortKey(step, bucketStartOf(range.from, step));
      const last = rawSortKey(step, bucketStartOf(epochMs(range.to - 1), step));
      const items = await queryItems(workloadKey(workload), first, last, parseItem);
      return columnsOf(items, range);
    },

    async putHours(workload, day, hours) {
      const start = floorTo(day, DAY);
      const content = hoursContentOf(start, hours);
      const item: PayloadItem = {
        pk: workloadKey(workload),
        sk: hourlySortKey(start),
        data: packContent(content),
        rev: revisionOf(content),
        ttl: toEpochSeconds(hourlyExpiry(start, hourlyDays)),
      };
      await callAws('write hours', () =>
        client.send('PutItem', { TableName: table, Item: { ...item } }),
      );
    },

    async readHours(workload, range) {
      const days = daysOf(range);
      if (days === undefined) return [];
      const hours = await queryItems(
        workloadKey(workload),
        hourlySortKey(days.first),
        hourlySortKey(days.last),
        parseDay,
      );
      return selectHours(hours.flat(), range);
    },
  };
}

function parseItem(content: string, sortKey: string): ObservationItem {
  const key = parseRawSortKey(sortKey);
  if (key === undefined) throw new Error('not a raw item');
  return parseContent(content, key.bucketStart, key.step);
}

function parseDay(content: string, sortKey: string): ReturnType<typeof parseHours> {
  const day = parseHourlySortKey(sortKey);
  if (day === undefined) throw new Error('not an hourly item');
  return parseHours(content, day);
}

function toEpochSeconds(at: EpochMs): number {
  return Math.ceil(at / 1_000);
}
