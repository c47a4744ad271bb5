import { dirname } from 'node:path';
import type { Disk, DiskFile } from '#adapters/agent/disk.ts';

/** Of the operation that was cut: nothing was done, or half of its bytes (all of it, where it has none). */
export type Cut = 'before' | 'half';

/**
 * What is found after the end: everything (the process was killed), only what was synced (the power went),
 * or all names, but of their contents only what was synced (the power went, and the names were luckier).
 */
export const ENDS = ['killed', 'power', 'torn'] as const;
export type End = (typeof ENDS)[number];

interface Content {
  written: Buffer;
  synced: Buffer;
}

/** A disk in memory whose machine ends at one of its changes: nothing asked after it is ever answered. */
export interface FaultyDisk extends Disk {
  /** Changes until now: creations, writes, syncs, renames, removals. */
  readonly changes: () => number;
  readonly hasEnded: () => boolean;
  /** The disk that the next start finds. */
  after(end: End): FaultyDisk;
}

/** @param endAt - the change that is cut, counted from 1; none unless given */
export function faultyDisk(
  { endAt = 0, cut = 'before' }: { readonly endAt?: number; readonly cut?: Cut } = {},
  found: ReadonlyMap<string, Buffer> = new Map(),
): FaultyDisk {
  const contentOf = (data: Buffer): Content => ({ written: data, synced: data });
  const names = new Map([...found].map(([name, data]) => [name, contentOf(data)]));
  let syncedNames = new Map(names);
  let changes = 0;
  let hasEnded = false;

  /** One change: `apply` does the share of it that is given. */
  const change = async (apply: (share: number) => void): Promise<void> => {
    await alive();
    changes++;
    hasEnded = changes === endAt;
    if (!hasEnded) return apply(1);
    if (cut === 'half') apply(0.5);
    await never();
  };
  const alive = () => (hasEnded ? never() : Promise.resolve());
  const get = async (name: string) => {
    await alive();
    const content = names.get(name);
    if (content) return content;
    throw Object.assign(new Error(`ENOENT: ${name}`), { code: 'ENOENT' });
  };
  const part = (data: Buffer, share: number) => data.subarray(0, Math.ceil(data.length * share));

  const file = (content: Content): DiskFile => ({
    stat: async () => ({ size: content.written.length }),
    read: async (buffer, offset, length, position) => {
      await alive();
      const bytesRead = content.written.copy(buffer, offset, position, position + length);
      return { bytesRead };
    },
    appendFile: (data) =>
      change((share) => {
        content.written = Buffer.concat([content.written, part(data, share)]);
      }),
    datasync: () =>
      change(() => {
        content.synced = content.written;
      }),
    sync: () => Promise.reject(new TypeError('a file is synced by datasync')),
    close: async () => {},
  });
  const directory = (path: string): DiskFile => ({
    ...file(contentOf(Buffer.alloc(0))),
    sync: () =>
      change(() => {
        const elsewhere = [...syncedNames].filter(([name]) => dirname(name) !== path);
        const here = [...names].filter(([name]) => dirname(name) === path);
        syncedNames = new Map([...elsewhere, ...here]);
      }),
  });

  return {
    mkdir: alive,
    readdir: async (path) => {
      await alive();
      return [...names.keys()]
        .filter((name) => dirname(name) === path)
        .map((name) => name.slice(path.length + 1));
    },
    open: async (path, flags) => {
      await alive();
      if ([...names.keys()].some((name) => dirname(name) === path)) return directory(path);
      if (flags !== 'r' && !names.has(path)) {
        await change(() => names.set(path, contentOf(Buffer.alloc(0))));
      }
      return file(await get(path));
    },
    readFile: async (path) => (await get(path)).written.toString('utf8'),
    writeFile: (path, text, { flush = false }) =>
      change((share) => {
        const written = part(Buffer.from(text), share);
        names.set(path, { written, synced: flush && share === 1 ? written : Buffer.alloc(0) });
      }),
    rename: async (from, to) => {
      const content = await get(from);
      await change(() => {
        names.delete(from);
        names.set(to, content);
      });
    },
    rm: (path) =>
      change(() => {
        names.delete(path);
      }),
    changes: () => changes,
    hasEnded: () => hasEnded,
    after: (end) => {
      const kept = end === 'power' ? syncedNames : names;
      const left = ({ written, synced }: Content) => (end === 'killed' ? written : synced);
      return faultyDisk({}, new Map([...kept].map(([name, content]) => [name, left(content)])));
    },
  };
}

function never(): Promise<never> {
  return new Promise(() => {});
}
