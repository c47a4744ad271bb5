import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CatalogRecord, CatalogStore } from '#app/ports/catalog-store.ts';
import { epochMs } from '#core/time.ts';

/** A store under test, with what must be done after it. */
export interface CatalogStoreUnderTest {
  readonly store: CatalogStore;
  /** A second store over the same records, as another process has it. */
  readonly other: CatalogStore;
  readonly close?: () => Promise<void>;
}

/** The promises of the CatalogStore port. Every implementation runs them. */
export function describeCatalogStore(
  name: string,
  create: () => Promise<CatalogStoreUnderTest>,
): void {
  describe(`catalog store: ${name}`, () => {
    let store: CatalogStore;
    let other: CatalogStore;
    let close: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      ({ store, other, close } = await create());
    });
    afterAll(() => close?.());

    const ids = (records: readonly CatalogRecord[]): readonly string[] =>
      records.map(({ id }) => id);

    it('gives back what was written, with a revision that grows by one', async () => {
      const key = { partition: 'plain', id: 'a' };
      expect(await store.get(key)).toBeUndefined();
      expect(await store.put(key, { x: 1 })).toEqual({ ...key, data: { x: 1 }, revision: 1 });
      expect(await store.put(key, { y: 2 })).toEqual({ ...key, data: { y: 2 }, revision: 2 });
      // The second write replaced the whole record: nothing of the first is left.
      expect(await other.get(key)).toEqual({ ...key, data: { y: 2 }, revision: 2 });
    });

    it('keeps every plain JSON value as it is, and drops undefined members', async () => {
      const key = { partition: 'plain', id: 'json' };
      const data = {
        text: 'ünï — #/*',
        empty: '',
        none: null,
        yes: true,
        tiny: 5e-324,
        huge: 1.7976931348623157e308,
        third: 1 / 3,
        unsafe: 2 ** 53 + 2,
        list: [[], [1, [2]], {}],
        nested: { constructor: 'agent', 'a b': { c: 1 } },
      };
      await store.put(key, { ...data, gone: undefined, kept: { gone: undefined } });
      expect((await store.get(key))?.data).toStrictEqual({ ...data, kept: {} });
    });

    it.each([
      ['NaN', { a: Number.NaN }, RangeError],
      ['an infinity', { a: [Number.POSITIVE_INFINITY] }, RangeError],
      ['a date', { a: new Date(0) }, TypeError],
      ['a typed array', { a: new Float64Array(1) }, TypeError],
      ['a hole in a list', { a: [undefined] }, TypeError],
      ['a function', { a: () => 1 }, TypeError],
    ])('refuses %s', async (_, data, error) => {
      const key = { partition: 'plain', id: 'refused' };
      await expect(store.put(key, data)).rejects.toThrow(error);
      expect(await store.get(key)).toBeUndefined();
    });

    it('does not share its data with the caller', async () => {
      const key = { partition: 'plain', id: 'shared' };
      const data = { list: [1] };
      await store.put(key, data);
      data.list.push(2);
      expect((await store.get(key))?.data).toEqual({ list: [1] });
    });

    it('writes under ifAbsent only what is not there', async () => {
      const key = { partition: 'conditions', id: 'absent' };
      expect(await store.put(key, { v: 1 }, { condition: { ifAbsent: true } })).toMatchObject({
        revision: 1,
      });
      expect(await store.put(key, { v: 2 }, { condition: { ifAbsent: true } })).toBeUndefined();
      expect((await store.get(key))?.data).toEqual({ v: 1 });
    });

    it('writes under ifRevision only over that revision', async () => {
      const key = { partition: 'conditions', id: 'revision' };
      const put = (v: number, ifRevision: number) =>
        store.put(key, { v }, { condition: { ifRevision } });
      expect(await put(1, 1)).toBeUndefined();
      expect(await store.get(key)).toBeUndefined();
      await store.put(key, { v: 1 });
      expect(await put(2, 2)).toBeUndefined();
      expect(await put(3, 1)).toMatchObject({ data: { v: 3 }, revision: 2 });
      expect(await put(4, 1)).toBeUndefined();
      expect((await store.get(key))?.data).toEqual({ v: 3 });
    });

    it('lets exactly one of many racing conditional writes win', async () => {
      const key = { partition: 'conditions', id: 'race' };
      const race = async (condition: { ifAbsent: true } | { ifRevision: number }) => {
        const outcomes = await Promise.all(
          Array.from({ length: 10 }, (_, i) =>
            (i % 2 ? store : other).put(key, { writer: i }, { condition }),
          ),
        );
        const winners = outcomes.filter((outcome) => outcome !== undefined);
        expect(winners).toHaveLength(1);
        expect(await store.get(key)).toEqual(winners[0]);
      };
      await race({ ifAbsent: true });
      await race({ ifRevision: 1 });
    });

    it('counts every unconditional write of a race', async () => {
      const key = { partition: 'conditions', id: 'count' };
      const written = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 ? store : other).put(key, { i })),
      );
      // Ten writes, each one more than the one before, in whatever order.
      expect(
        written.map((record) => record?.revision).sort((a, b) => Number(a) - Number(b)),
      ).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    it('lists one partition by prefix, cursor, limit and direction', async () => {
      const partition = 'list';
      for (const id of ['b#2', 'a', 'b#1', 'c', 'b#3', 'b']) await store.put({ partition, id }, {});
      await store.put({ partition: 'list2', id: 'b#9' }, {});
      const list = async (options: Parameters<CatalogStore['list']>[1]) =>
        ids(await store.list(partition, options));
      expect(await list({})).toEqual(['a', 'b', 'b#1', 'b#2', 'b#3', 'c']);
      expect(await list({ descending: true })).toEqual(['c', 'b#3', 'b#2', 'b#1', 'b', 'a']);
      expect(await list({ prefix: 'b#' })).toEqual(['b#1', 'b#2', 'b#3']);
      expect(await list({ prefix: 'b#', descending: true, limit: 2 })).toEqual(['b#3', 'b#2']);
      expect(await list({ after: 'b#1' })).toEqual(['b#2', 'b#3', 'c']);
      expect(await list({ after: 'b#1', limit: 1 })).toEqual(['b#2']);
      expect(await list({ after: 'b#2', descending: true })).toEqual(['b#1', 'b', 'a']);
      expect(await list({ prefix: 'b#', after: 'b#1' })).toEqual(['b#2', 'b#3']);
      expect(await list({ prefix: 'b#', after: 'b#3', descending: true })).toEqual(['b#2', 'b#1']);
      // A cursor need not be the id of a record, nor lie within the prefix.
      expect(await list({ prefix: 'b#', after: 'b#15' })).toEqual(['b#2', 'b#3']);
      expect(await list({ prefix: 'b#', after: 'a' })).toEqual(['b#1', 'b#2', 'b#3']);
      expect(await list({ prefix: 'b#', after: 'c' })).toEqual([]);
      expect(await list({ prefix: 'b#', after: 'a', descending: true })).toEqual([]);
      expect(await list({ prefix: 'b#', after: 'c', descending: true, limit: 1 })).toEqual(['b#3']);
      expect(await list({ after: 'c' })).toEqual([]);
      expect(await list({ limit: 0 })).toEqual([]);
      expect(await list({ prefix: 'd' })).toEqual([]);
      expect(await store.list('nowhere')).toEqual([]);
    });

    it('lists more than one megabyte, with data, in order', async () => {
      const partition = 'large';
      // 12 records of 120 kB are 1.44 MB: DynamoDB answers in two pages.
      const expected = Array.from({ length: 12 }, (_, i) => `record-${String(i).padStart(2, '0')}`);
      await Promise.all(
        expected.map((id) => store.put({ partition, id }, { id, filler: 'x'.repeat(120_000) })),
      );
      const listed = await store.list(partition);
      expect(ids(listed)).toEqual(expected);
      expect(listed.map(({ data }) => data.id)).toEqual(expected);
      expect(ids(await store.list(partition, { limit: 11 }))).toEqual(expected.slice(0, 11));
      expect(ids(await store.list(partition, { descending: true }))).toEqual(
        [...expected].reverse(),
      );
    });

    it('refuses a record over 400 kB and leaves the stored one alone', async () => {
      const key = { partition: 'large-one', id: 'a' };
      await store.put(key, { v: 1 });
      await expect(store.put(key, { filler: 'x'.repeat(420_000) })).rejects.toMatchObject({
        code: 'PAYLOAD_TOO_LARGE',
      });
      expect(await store.get(key)).toMatchObject({ data: { v: 1 }, revision: 1 });
    });

    it('still returns a record that has expired: expiry is garbage collection', async () => {
      const key = { partition: 'expiry', id: 'a' };
      await store.put(key, { v: 1 }, { expiresAt: epochMs(1_000) });
      expect((await store.get(key))?.data).toEqual({ v: 1 });
      expect(ids(await store.list('expiry'))).toEqual(['a']);
    });

    it('deletes, also what is not there, and starts again at revision 1', async () => {
      const key = { partition: 'delete', id: 'a' };
      await store.put(key, { v: 1 });
      await store.put(key, { v: 2 });
      await store.delete(key);
      await store.delete(key);
      expect(await store.get(key)).toBeUndefined();
      expect(await store.list('delete')).toEqual([]);
      expect(await store.put(key, {}, { condition: { ifAbsent: true } })).toMatchObject({
        revision: 1,
      });
    });

    it.each([
      ['an empty partition', { partition: '', id: 'a' }],
      ['an empty id', { partition: 'a', id: '' }],
      ['a partition over 2048 bytes', { partition: 'x'.repeat(2_049), id: 'a' }],
      ['an id over 1024 bytes', { partition: 'a', id: 'x'.repeat(1_025) }],
    ])('refuses %s', async (_, key) => {
      await expect(store.put(key, {})).rejects.toThrow(RangeError);
      await expect(store.get(key)).rejects.toThrow(RangeError);
      await expect(store.delete(key)).rejects.toThrow(RangeError);
    });
  });
}
