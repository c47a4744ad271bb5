import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Observation, ObservationStore } from '#app/ports/observation-store.ts';
import { addMs, DAY, durationMs, epochMs, HOUR, MINUTE } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';

/** A store under test, with what must be done after it. */
export interface ObservationStoreUnderTest {
  readonly store: ObservationStore;
  /** A second store over the same items, as another process has it. */
  readonly other: ObservationStore;
  readonly close?: () => Promise<void>;
}

const STEP = durationMs(300_000);
/** 2026-11-02T00:00:00Z, a multiple of an hour and so the start of an item. */
const START = epochMs(1_793_577_600_000);
const at = (slot: number, plusMs = 0) => epochMs(START + slot * STEP + plusMs);

function observation(parts: Partial<Observation> & { readonly slot?: number }): Observation {
  const { slot = 0, ...rest } = parts;
  return { metric: 'cpu_cores', source: 'agent', at: at(slot), value: 1, asOf: at(slot), ...rest };
}

/** The promises of the ObservationStore port. Every implementation runs them. */
export function describeObservationStore(
  name: string,
  create: () => Promise<ObservationStoreUnderTest>,
): void {
  describe(`observation store: ${name}`, () => {
    let store: ObservationStore;
    let other: ObservationStore;
    let close: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      ({ store, other, close } = await create());
    });
    afterAll(() => close?.());

    it('gives back what was merged, by metric and source, ascending in time', async () => {
      const workload = workloadId({ deployment: 'columns' });
      const seenAt = at(30);
      const results = await store.merge(
        workload,
        STEP,
        [
          observation({ slot: 13, value: 3.5 }),
          observation({ slot: 2, value: 2.5, at: at(2, 299_999) }),
          observation({ slot: 2, source: 'agent@b', value: -0.25 }),
          observation({ slot: 2, metric: 'replicas', value: 4, asOf: at(5) }),
        ],
        seenAt,
      );
      expect(results).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
      expect(await store.read(workload, STEP, { from: START, to: at(24) })).toEqual([
        {
          metric: 'cpu_cores',
          source: 'agent',
          step: STEP,
          slots: [
            { start: at(2), value: 2.5, asOf: at(2), firstSeen: seenAt },
            { start: at(13), value: 3.5, asOf: at(13), firstSeen: seenAt },
          ],
        },
        {
          metric: 'cpu_cores',
          source: 'agent@b',
          step: STEP,
          slots: [{ start: at(2), value: -0.25, asOf: at(2), firstSeen: seenAt }],
        },
        {
          metric: 'replicas',
          source: 'agent',
          step: STEP,
          slots: [{ start: at(2), value: 4, asOf: at(5), firstSeen: seenAt }],
        },
      ]);
    });

    it('keeps the later knowledge, then the greater value, and the earliest arrival', async () => {
      const workload = workloadId({ deployment: 'register' });
      const merge = async (value: number, asOf: number, seenAt: number) => {
        const given = observation({ value, asOf: epochMs(START + asOf) });
        return (await store.merge(workload, STEP, [given], epochMs(START + seenAt)))[0];
      };
      const slot = async () =>
        (await store.read(workload, STEP, { from: START, to: at(1) }))[0]?.slots[0];
      expect(await merge(5, 10, 100)).toBe('accepted');
      expect(await merge(5, 10, 200)).toBe('duplicate');
      expect(await merge(9, 9, 200)).toBe('superseded');
      expect(await merge(4, 10, 200)).toBe('superseded');
      expect(await slot()).toEqual({
        start: START,
        value: 5,
        asOf: at(0, 10),
        firstSeen: at(0, 100),
      });
      expect(await merge(6, 10, 200)).toBe('accepted');
      expect(await merge(2, 11, 300)).toBe('accepted');
      expect(await slot()).toEqual({
        start: START,
        value: 2,
        asOf: at(0, 11),
        firstSeen: at(0, 100),
      });
      // A delivery that changes no value can still have been the first to arrive.
      expect(await merge(5, 10, 50)).toBe('superseded');
      expect(await slot()).toEqual({
        start: START,
        value: 2,
        asOf: at(0, 11),
        firstSeen: at(0, 50),
      });
    });

    it('answers for each observation in the order given, across items', async () => {
      const workload = workloadId({ deployment: 'order' });
      await store.merge(workload, STEP, [observation({ slot: 1, value: 7 })], at(20));
      const batch = [
        observation({ slot: 40 }),
        observation({ slot: 1, value: 7 }),
        observation({ slot: 14 }),
        observation({ slot: 40 }),
        observation({ slot: 1, value: 6 }),
      ];
      expect(await store.merge(workload, STEP, batch, at(50))).toEqual([
        'accepted',
        'duplicate',
        'accepted',
        'duplicate',
        'superseded',
      ]);
      expect(await store.merge(workload, STEP, [], at(50))).toEqual([]);
    });

    it('rounds to 7 significant digits', async () => {
      const workload = workloadId({ deployment: 'digits' });
      // 0.123456789 -> 0.1234568; 9876543210 -> 9876543000; 1/3 -> 0.3333333
      const values = [0.123456789, 9_876_543_210, 1 / 3, -0];
      const batch = values.map((value, slot) => observation({ slot, value }));
      await store.merge(workload, STEP, batch, at(20));
      const [column] = await store.read(workload, STEP, { from: START, to: at(12) });
      expect(column?.slots.map(({ value }) => value)).toEqual([
        0.1234568, 9_876_543_000, 0.3333333, 0,
      ]);
      // The same reading again is a duplicate, although it was stored rounded.
      expect(await store.merge(workload, STEP, batch, at(20))).toEqual(
        values.map(() => 'duplicate'),
      );
    });

    it('reads half-open ranges of one step and one workload', async () => {
      const workload = workloadId({ deployment: 'range' });
      const slots = Array.from({ length: 36 }, (_, slot) => slot);
      await store.merge(
        workload,
        STEP,
        slots.map((slot) => observation({ slot, value: slot })),
        at(40),
      );
      await store.merge(workload, MINUTE, [observation({ slot: 12, value: -1 })], at(40));
      await store.merge(
        workloadId({ deployment: 'range', container: 'app' }),
        STEP,
        [observation({ slot: 12, value: -2 })],
        at(40),
      );
      const values = async (from: number, to: number) =>
        (await store.read(workload, STEP, { from: epochMs(from), to: epochMs(to) })).flatMap(
          (column) => column.slots.map(({ value }) => value),
        );
      expect(await values(START, at(36))).toEqual(slots);
      expect(await values(at(11), at(13))).toEqual([11, 12]);
      expect(await values(at(11, 1), at(13, 1))).toEqual([12, 13]);
      expect(await values(at(5), at(5))).toEqual([]);
      expect(await values(at(6), at(5))).toEqual([]);
      expect(await values(at(36), at(99))).toEqual([]);
      expect(await values(0, at(2))).toEqual([0, 1]);
    });

    it('keeps fine steps in their own items', async () => {
      const workload = workloadId({ deployment: 'fine' });
      const step = durationMs(5_000);
      const batch = Array.from({ length: 720 }, (_, i) =>
        observation({ at: epochMs(START + i * 5_000), value: i }),
      );
      await store.merge(workload, step, batch, at(20));
      const [column] = await store.read(workload, step, { from: START, to: addMs(START, HOUR) });
      expect(column?.slots.map(({ value }) => value)).toEqual(batch.map(({ value }) => value));
      expect(await store.read(workload, STEP, { from: START, to: addMs(START, HOUR) })).toEqual([]);
    });

    it('reads more than one megabyte of items, complete and in order', async () => {
      const workload = workloadId({ deployment: 'large' });
      // 48 items, each of 40 sources with 1000 characters of noise: 48 x 40 x about 700 bytes
      // are 1.3 MB after compression.
      const noise = noiseText();
      const sources = Array.from({ length: 40 }, () => noise(1_000)).sort();
      const slots = Array.from({ length: 48 }, (_, item) => item * 12);
      const batch = slots.flatMap((slot) =>
        sources.map((source) => observation({ slot, source, value: slot })),
      );
      await store.merge(workload, STEP, batch, at(600));
      const columns = await store.read(workload, STEP, { from: START, to: at(576) });
      expect(columns.map(({ source }) => source)).toEqual(sources);
      for (const column of columns) expect(column.slots.map(({ value }) => value)).toEqual(slots);
    });

    it('loses nothing when two stores race for the same item', async () => {
      const workload = workloadId({ deployment: 'race' });
      const writers = Array.from({ length: 12 }, (_, slot) =>
        (slot % 2 ? store : other).merge(
          workload,
          STEP,
          [observation({ slot, value: slot }), observation({ slot: 0, value: slot, asOf: at(50) })],
          at(20, -slot),
        ),
      );
      await Promise.all(writers);
      const [column] = await store.read(workload, STEP, { from: START, to: at(12) });
      // Slot 0 is contended by all: the greatest value of the same as-of wins, seen first at -11 ms.
      expect(column?.slots.map(({ value }) => value)).toEqual([
        11, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
      ]);
      expect(column?.slots[0]?.firstSeen).toBe(at(20, -11));
    });

    it('stores nothing of a batch with an impossible observation', async () => {
      const workload = workloadId({ deployment: 'impossible' });
      const bad = [observation({ slot: 1 }), observation({ slot: 25, value: Number.NaN })];
      await expect(store.merge(workload, STEP, bad, at(20))).rejects.toThrow(RangeError);
      const early = [observation({ slot: 1 }), observation({ at: epochMs(-1) })];
      await expect(store.merge(workload, STEP, early, at(20))).rejects.toThrow(RangeError);
      await expect(
        store.merge(workload, durationMs(0.5), [observation({})], at(20)),
      ).rejects.toThrow(RangeError);
      expect(await store.read(workload, STEP, { from: START, to: at(36) })).toEqual([]);
    });

    it('keeps hours by day and replaces a day whole', async () => {
      const workload = workloadId({ deployment: 'hours' });
      const hour = (metric: string, index: number, sum: number) => ({
        metric,
        hour: addMs(START, HOUR, index),
        count: 12,
        sum,
        minimum: sum / 24,
        maximum: sum / 6,
      });
      const nextDay = addMs(START, DAY);
      const first = [
        hour('request_rate', 3, 24),
        hour('cpu_cores', 23, 12),
        hour('cpu_cores', 0, 6),
      ];
      await store.putHours(workload, START, first);
      await store.putHours(workload, nextDay, [hour('cpu_cores', 24, 48)]);
      const read = (from: number, to: number) =>
        store.readHours(workload, { from: addMs(START, HOUR, from), to: addMs(START, HOUR, to) });
      expect(await read(0, 48)).toEqual([
        hour('cpu_cores', 0, 6),
        hour('cpu_cores', 23, 12),
        hour('cpu_cores', 24, 48),
        hour('request_rate', 3, 24),
      ]);
      expect(await read(1, 24)).toEqual([hour('cpu_cores', 23, 12), hour('request_rate', 3, 24)]);
      expect(await read(24, 24)).toEqual([]);
      expect(await read(-48, 0)).toEqual([]);
      await store.putHours(workload, START, [hour('cpu_cores', 1, 18)]);
      expect(await read(0, 24)).toEqual([hour('cpu_cores', 1, 18)]);
      await store.putHours(workload, START, []);
      expect(await read(0, 24)).toEqual([]);
      await expect(store.putHours(workload, START, [hour('cpu_cores', 24, 1)])).rejects.toThrow(
        RangeError,
      );
    });
  });
}

/** Text without a pattern that compresses, by the minimal standard generator. */
function noiseText(): (length: number) => string {
  let state = 20_261_102;
  const character = () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state % 36).toString(36);
  };
  return (length) => Array.from({ length }, character).join('');
}
