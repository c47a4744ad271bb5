import type { SegmentFiles } from '#adapters/agent/segment-files.ts';

/** A disk in memory, which can be full. */
export interface MemorySegments extends SegmentFiles {
  /** Bytes that still fit; writing more fails as a full disk does, with a part written. */
  room: number;
  readonly contents: Map<string, Buffer>;
  readonly synced: { count: number };
}

export function memorySegments(): MemorySegments {
  const contents = new Map<string, Buffer>();
  const synced = { count: 0 };
  let note: string | undefined;
  const full = () =>
    Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const disk: MemorySegments = {
    room: Number.POSITIVE_INFINITY,
    contents,
    synced,
    list: async () =>
      [...contents]
        .map(([name, data]) => ({ name, bytes: data.length }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    append: async (name, data, { fsync }) => {
      const part = data.subarray(0, Math.max(Math.min(data.length, disk.room), 0));
      if (part.length > 0 || !contents.has(name)) {
        contents.set(name, Buffer.concat([contents.get(name) ?? Buffer.alloc(0), part]));
      }
      disk.room -= part.length;
      if (part.length < data.length) throw full();
      if (fsync) synced.count++;
    },
    read: async (name, offset, length) =>
      (contents.get(name) ?? Buffer.alloc(0)).subarray(offset, offset + length),
    remove: async (name) => {
      disk.room += contents.get(name)?.length ?? 0;
      contents.delete(name);
    },
    readNote: async () => note,
    writeNote: async (text) => {
      if (disk.room <= 0) throw full();
      note = text;
    },
    close: async () => {},
  };
  return disk;
}
