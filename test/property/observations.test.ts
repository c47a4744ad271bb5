import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createDynamoObservationStore } from '#adapters/aws/dynamo-observation-store.ts';
import { type DynamoClient, pagesOf } from '#adapters/aws/dynamo-operations.ts';
import { contentOf, parseContent } from '#core/observations/item-content.ts';
import type { Observation } from '#core/observations/observation.ts';
import {
  bucketStartOf,
  emptyItem,
  mergeItem,
  type ObservationItem,
} from '#core/observations/observation-item.ts';
import { addMs, type EpochMs, epochMs, MINUTE } from '#core/time.ts';
import { workloadId, workloadKey } from '#core/workload.ts';
import { startTables, TABLE_NAMES } from '#test/helpers/dynalite-tables.ts';

/** Start of an item: a multiple of 12 minutes. */
const START = epochMs(1_793_577_600_000);
const ITEMS = 3;

/** One observation with the time it arrived at. */
interface Delivery {
  readonly observation: Observation;
  readonly seenAt: EpochMs;
}

const offset = (maximum: number) => fc.nat(maximum).map((ms) => addMs(START, MINUTE, ms / 60_000));

/** Few metrics, sources, values and times, so that registers are contended and ties happen. */
const delivery: fc.Arbitrary<Delivery> = fc.record({
  observation: fc.record({
    metric: fc.constantFrom('cpu_cores', 'memory_bytes'),
    source: fc.constantFrom('agent', 'agent@b', '__proto__'),
    at: offset(ITEMS * 12 * 60_000 - 1),
    value: fc.oneof(
      fc.constantFrom(0, -0, 1, 1.00000001, 1 / 3),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    asOf: fc.constantFrom(0, 1, 1.4, 60_000).map((ms) => epochMs(START + ms)),
  }),
  seenAt: fc.constantFrom(5, 6, 7.5, 100_000).map((ms) => epochMs(START + ms)),
});

/** A set of deliveries, and another history of the same set: shuffled, some of them repeated. */
const histories = (maxLength: number) =>
  fc.array(delivery, { minLength: 1, maxLength }).chain((deliveries) =>
    fc.record({
      deliveries: fc.constant(deliveries),
      again: fc.subarray(deliveries).chain((repeated) =>
        fc.shuffledSubarray([...deliveries, ...repeated], {
          minLength: deliveries.length + repeated.length,
        }),
      ),
      batchLengths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
    }),
  );

/** Cuts a history into batches; one batch arrives at one time, so it ends where that changes. */
function batchesOf(
  deliveries: readonly Delivery[],
  lengths: readonly number[],
): readonly { readonly observations: Observation[]; readonly seenAt: EpochMs }[] {
  const batches: { observations: Observation[]; seenAt: EpochMs }[] = [];
  let room = 0;
  for (const { observation, seenAt } of deliveries) {
    const last = batches.at(-1);
    if (last !== undefined && room > 0 && last.seenAt === seenAt) {
      last.observations.push(observation);
      room--;
    } else {
      batches.push({ observations: [observation], seenAt });
      room = (lengths[(batches.length - 1) % lengths.length] ?? 1) - 1;
    }
  }
  return batches;
}

function mergePurely(
  deliveries: readonly Delivery[],
  lengths: readonly number[],
): readonly ObservationItem[] {
  const items = new Map<EpochMs, ObservationItem>();
  for (const { observations, seenAt } of batchesOf(deliveries, lengths)) {
    const starts = new Set(observations.map(({ at }) => bucketStartOf(at, MINUTE)));
    for (const start of starts) {
      const before = items.get(start) ?? emptyItem(start, MINUTE);
      const own = observations.filter(({ at }) => bucketStartOf(at, MINUTE) === start);
      items.set(start, mergeItem(before, own, seenAt).item);
    }
  }
  return [...items.values()].sort((a, b) => a.bucketStart - b.bucketStart);
}

describe('merging observations', () => {
  it('gives identical items for any order, any batches and any duplicates', () => {
    fc.assert(
      fc.property(histories(40), ({ deliveries, again, batchLengths }) => {
        const expected = mergePurely(deliveries, [1]);
        const actual = mergePurely(again, batchLengths);
        expect(actual).toStrictEqual(expected);
        expect(actual.map(contentOf)).toEqual(expected.map(contentOf));
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps what a full sort of the deliveries would keep', () => {
    fc.assert(
      fc.property(histories(20), ({ deliveries, again, batchLengths }) => {
        for (const { columns, bucketStart } of mergePurely(again, batchLengths)) {
          for (const { metric, source, registers } of columns) {
            registers.forEach((register, slot) => {
              const own = deliveries.filter(
                ({ observation }) =>
                  observation.metric === metric &&
                  observation.source === source &&
                  Math.floor((observation.at - bucketStart) / MINUTE) === slot,
              );
              const asOf = Math.max(...own.map((one) => Math.round(one.observation.asOf)));
              const best = own
                .filter((one) => Math.round(one.observation.asOf) === asOf)
                .map((one) => Number(one.observation.value.toPrecision(7)) + 0);
              expect(register).toEqual(
                own.length === 0
                  ? undefined
                  : {
                      asOf,
                      value: Math.max(...best),
                      firstSeen: Math.min(...own.map(({ seenAt }) => Math.round(seenAt))),
                    },
              );
            });
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('merging again changes nothing, and the stored text reads back as the item', () => {
    fc.assert(
      fc.property(histories(20), ({ deliveries }) => {
        for (const item of mergePurely(deliveries, [1])) {
          expect(parseContent(contentOf(item), item.bucketStart, MINUTE)).toStrictEqual(item);
          for (const { observation, seenAt } of deliveries) {
            if (bucketStartOf(observation.at, MINUTE) !== item.bucketStart) continue;
            expect(mergeItem(item, [observation], seenAt).item).toBe(item);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('merging observations through dynalite', () => {
  let client: DynamoClient;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ client, close } = await startTables());
  });
  afterAll(() => close());

  /** The raw items of a new workload after a history, without its name. */
  async function storedItems(
    deliveries: readonly Delivery[],
    lengths: readonly number[],
  ): Promise<readonly unknown[]> {
    const workload = workloadId({ deployment: randomUUID() });
    const store = createDynamoObservationStore({ client, table: TABLE_NAMES.observations });
    for (const { observations, seenAt } of batchesOf(deliveries, lengths)) {
      await store.merge(workload, MINUTE, observations, seenAt);
    }
    const stored: unknown[] = [];
    for await (const { Items = [] } of pagesOf(client, 'Query', {
      TableName: TABLE_NAMES.observations,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': workloadKey(workload) },
    })) {
      stored.push(...Items.map(({ pk, ...rest }) => rest));
    }
    return stored;
  }

  it('gives identical raw items for any order, any batches and any duplicates', async () => {
    await fc.assert(
      fc.asyncProperty(histories(15), async ({ deliveries, again, batchLengths }) => {
        const expected = await storedItems(deliveries, [1]);
        expect(expected.length).toBeGreaterThan(0);
        expect(await storedItems(again, batchLengths)).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  });
});
