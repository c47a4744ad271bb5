import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ObjectStore } from '#app/ports/object-store.ts';

/** A store under test, with what must be done after it. */
export interface ObjectStoreUnderTest {
  readonly store: ObjectStore;
  readonly close?: () => Promise<void>;
}

/** The promises of the ObjectStore port. Every implementation runs them. */
export function describeObjectStore(
  name: string,
  create: () => Promise<ObjectStoreUnderTest>,
): void {
  describe(`object store: ${name}`, () => {
    let store: ObjectStore;
    let close: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      ({ store, close } = await create());
    });
    afterAll(() => close?.());

    const text = (bytes: Uint8Array | undefined): string | undefined =>
      bytes && Buffer.from(bytes).toString('utf8');

    it('gives back the very bytes, whatever they are', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      expect(await store.put('bytes/all.bin', bytes)).toBe('stored');
      expect([...((await store.get('bytes/all.bin')) ?? [])]).toEqual([...bytes]);
      await store.put('bytes/none', new Uint8Array());
      expect((await store.get('bytes/none'))?.byteLength).toBe(0);
    });

    it('knows nothing of a key that was never written, nor of the folders of others', async () => {
      await store.put('known/a/b', Buffer.from('x'));
      expect(await store.get('unknown/a')).toBeUndefined();
      expect(await store.get('known/a')).toBeUndefined();
      expect(await store.get('known/a/b/c')).toBeUndefined();
    });

    it('replaces, but not under ifAbsent', async () => {
      expect(await store.put('put/a', Buffer.from('1'), { ifAbsent: true })).toBe('stored');
      expect(await store.put('put/a', Buffer.from('2'), { ifAbsent: true })).toBe('exists');
      expect(text(await store.get('put/a'))).toBe('1');
      expect(await store.put('put/a', Buffer.from('3'))).toBe('stored');
      expect(text(await store.get('put/a'))).toBe('3');
    });

    it('lets exactly one of many racing ifAbsent puts win, and keeps its bytes', async () => {
      const contenders = Array.from({ length: 12 }, (_, i) => `contender ${i}`);
      const outcomes = await Promise.all(
        contenders.map((bytes) => store.put('race/a', Buffer.from(bytes), { ifAbsent: true })),
      );
      expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
      expect(text(await store.get('race/a'))).toBe(contenders[outcomes.indexOf('stored')]);
    });

    it('never shows a part of a write to a reader', async () => {
      const whole = [1, 2, 3, 4].map((digit) => Buffer.alloc(300_000, digit));
      await store.put('whole/a', Buffer.alloc(300_000, 0));
      const reads = Array.from({ length: 12 }, () => store.get('whole/a'));
      const writes = whole.map((bytes) => store.put('whole/a', bytes));
      for (const bytes of [...(await Promise.all(reads)), await store.get('whole/a')]) {
        expect(bytes?.byteLength).toBe(300_000);
        expect(new Set(bytes).size).toBe(1);
      }
      await Promise.all(writes);
    });

    it('does not share its bytes with the caller', async () => {
      const bytes = Uint8Array.of(1, 2, 3);
      await store.put('share/a', bytes);
      bytes[0] = 9;
      const read = await store.get('share/a');
      if (read) read[1] = 9;
      expect([...((await store.get('share/a')) ?? [])]).toEqual([1, 2, 3]);
    });

    it('hands out maxBytes and refuses one more', async () => {
      await store.put('cap/a', Buffer.alloc(10));
      expect((await store.get('cap/a', { maxBytes: 10 }))?.byteLength).toBe(10);
      await expect(store.get('cap/a', { maxBytes: 9 })).rejects.toMatchObject({
        code: 'PAYLOAD_TOO_LARGE',
        details: { key: 'cap/a', maxBytes: 9 },
      });
    });

    it('lists by text prefix, ascending, over several pages', async () => {
      const keys = Array.from({ length: 25 }, (_, i) => `list/b/${String(i).padStart(2, '0')}`);
      for (const key of [...keys].reverse()) await store.put(key, Buffer.from('x'));
      await store.put('list/a', Buffer.from('x'));
      await store.put('list/bc', Buffer.from('x'));
      expect(await store.list('list/b/')).toEqual(keys);
      expect(await store.list('list/b/2')).toEqual(keys.slice(20));
      expect(await store.list('list/b')).toEqual([...keys, 'list/bc']);
      expect(await store.list('list/nothing/')).toEqual([]);
      expect(await store.list('')).toEqual(expect.arrayContaining(['list/a', ...keys]));
    });

    it('deletes, also what is not there', async () => {
      await store.put('delete/a', Buffer.from('x'));
      await store.delete('delete/a');
      await store.delete('delete/a');
      await store.delete('delete/never/there');
      expect(await store.get('delete/a')).toBeUndefined();
      expect(await store.list('delete/')).toEqual([]);
      expect(await store.put('delete/a', Buffer.from('y'), { ifAbsent: true })).toBe('stored');
    });

    it('takes every character a key may have', async () => {
      const key = 'models/eu-1/na.me_space/we%40b/_all/cpu=1/0af.json.gz';
      await store.put(key, Buffer.from('x'));
      expect(await store.list('models/')).toEqual([key]);
      expect(text(await store.get(key))).toBe('x');
    });

    it.each([
      '',
      '/a',
      'a/',
      'a//b',
      '../a',
      'a/../b',
      'a/./b',
      'a\\b',
      'a*b',
      'a~',
      '~a',
      'a b',
      'a\0',
      'ü',
      'x'.repeat(901),
    ])('refuses the key %j', async (key) => {
      await expect(store.put(key, Buffer.from('x'))).rejects.toThrow(RangeError);
      await expect(store.get(key)).rejects.toThrow(RangeError);
      await expect(store.delete(key)).rejects.toThrow(RangeError);
    });

    it.each(['../', 'a/../', '/', 'a*'])('refuses to list %j', async (prefix) => {
      await expect(store.list(prefix)).rejects.toThrow(RangeError);
    });
  });
}
