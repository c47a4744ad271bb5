import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { batchLine, parseBatchLine } from '#adapters/agent/batch-line.ts';
import { openDiskBuffer } from '#adapters/agent/disk-buffer.ts';
import { directorySegments } from '#adapters/agent/segment-files.ts';
import type { SampleBuffer, WaitingBatch } from '#app/ports/sample-buffer.ts';
import { memorySegments } from '#test/helpers/memory-segments.ts';

const ROOMY = { maxBytes: 1_000_000, fsync: true };

function batch(number: number, bytes = 20): WaitingBatch {
  return { id: `b-${number}`, samples: 10, json: `{"n":${number},"x":"${'x'.repeat(bytes)}"}` };
}

async function drain(buffer: SampleBuffer): Promise<string[]> {
  const ids: string[] = [];
  for (let next = await buffer.peek(); next; next = await buffer.peek()) {
    ids.push(next.id);
    await buffer.remove(next);
  }
  return ids;
}

describe('disk buffer', () => {
  it('gives batches back whole and in order, each until it is removed', async () => {
    const buffer = await openDiskBuffer(memorySegments(), ROOMY);
    await buffer.add([batch(1), batch(2)]);
    await buffer.add([batch(3, 300_000)]);
    expect(await buffer.peek()).toEqual(batch(1));
    expect(await buffer.peek()).toEqual(batch(1));
    expect(buffer.state()).toMatchObject({ waitingSamples: 30, waitingBatches: 3 });
    expect(await drain(buffer)).toEqual(['b-1', 'b-2', 'b-3']);
    expect(buffer.state()).toMatchObject({ waitingSamples: 0, waitingBatches: 0, waitingBytes: 0 });
  });

  it('syncs once an addition, and never when told not to', async () => {
    const disk = memorySegments();
    const buffer = await openDiskBuffer(disk, ROOMY);
    await buffer.add([batch(1), batch(2)]);
    expect(disk.synced.count).toBe(1);
    const loose = memorySegments();
    await (await openDiskBuffer(loose, { ...ROOMY, fsync: false })).add([batch(1)]);
    expect(loose.synced.count).toBe(0);
  });

  it('after a restart holds what was not removed, under the same ids', async () => {
    const disk = memorySegments();
    const first = await openDiskBuffer(disk, ROOMY);
    await first.add([batch(1), batch(2), batch(3)]);
    const sent = await first.peek();
    if (sent) await first.remove(sent);
    // No close: the process was killed.
    const second = await openDiskBuffer(disk, ROOMY);
    expect(second.state()).toMatchObject({ waitingSamples: 20, waitingBatches: 2 });
    await second.add([batch(4)]);
    expect(await drain(second)).toEqual(['b-2', 'b-3', 'b-4']);
    // All was sent: nothing comes again.
    expect(await drain(await openDiskBuffer(disk, ROOMY))).toEqual([]);
  });

  it('skips a line that was cut off or damaged, and nothing else', async () => {
    const disk = memorySegments();
    const first = await openDiskBuffer(disk, ROOMY);
    await first.add([batch(1), batch(2), batch(3)]);
    const [name = ''] = disk.contents.keys();
    const data = disk.contents.get(name) ?? Buffer.alloc(0);
    const second = data.indexOf('b-2');
    data.write('Z', second + 12);
    disk.contents.set(name, data.subarray(0, data.length - 5));
    const buffer = await openDiskBuffer(disk, ROOMY);
    await buffer.add([batch(4)]);
    expect(await drain(buffer)).toEqual(['b-1', 'b-4']);
    expect(buffer.state().damagedBatches).toBe(2);
  });

  it('drops the oldest segment when it is full, and counts its samples', async () => {
    const disk = memorySegments();
    // Segments of 1000 bytes, ring of 4000. A line of batch(n, 200) is 16 + 1 + 3 + 1 + 2 + 1 + 214 + 1 = 239
    // bytes (one digit) or 241 (two), so four fit into a segment, and 16 or 17 into the ring.
    const buffer = await openDiskBuffer(disk, { maxBytes: 4_000, fsync: false });
    for (let i = 0; i < 40; i++) await buffer.add([batch(i, 200)]);
    const { waitingSamples, droppedSamples } = buffer.state();
    expect(waitingSamples + droppedSamples).toBe(400);
    expect(droppedSamples % 40).toBe(0);
    const ids = await drain(buffer);
    expect(ids.length * 10).toBe(waitingSamples);
    expect(ids.at(-1)).toBe('b-39');
    expect(waitingSamples).toBeGreaterThanOrEqual(120);
    // The count outlives the process.
    expect((await openDiskBuffer(disk, ROOMY)).state().droppedSamples).toBe(droppedSamples);
  });

  it('does not count as dropped what was on its way when its segment went', async () => {
    const buffer = await openDiskBuffer(memorySegments(), { maxBytes: 400, fsync: false });
    await buffer.add([batch(1, 200)]);
    const sent = await buffer.peek();
    for (let i = 2; i < 5; i++) await buffer.add([batch(i, 200)]);
    const before = buffer.state().droppedSamples;
    if (sent) await buffer.remove(sent);
    expect(buffer.state().droppedSamples).toBe(before - 10);
  });

  it('goes on in memory while the disk is full, says so, and writes it later', async () => {
    const disk = memorySegments();
    const buffer = await openDiskBuffer(disk, { ...ROOMY, maxMemoryBytes: 100 });
    await buffer.add([batch(1)]);
    disk.room = 10;
    await buffer.add([batch(2)]);
    expect(buffer.state().problem).toContain('ENOSPC');
    await buffer.add([batch(3)]);
    expect(buffer.state()).toMatchObject({ waitingSamples: 30, droppedSamples: 0 });
    // 34 bytes each (14 + 20): three do not fit into 100 with a fourth.
    await buffer.add([batch(4)]);
    expect(buffer.state()).toMatchObject({ waitingSamples: 30, droppedSamples: 10 });
    disk.room = 100_000;
    await buffer.add([batch(5)]);
    expect(buffer.state().problem).toBeUndefined();
    const restarted = await openDiskBuffer(disk, ROOMY);
    expect(await drain(restarted)).toEqual(['b-1', 'b-3', 'b-4', 'b-5']);
  });

  it('leaves no beginnings of files behind while the disk is full', async () => {
    const disk = memorySegments();
    const buffer = await openDiskBuffer(disk, ROOMY);
    disk.room = 10;
    for (let i = 0; i < 5; i++) await buffer.add([batch(i)]);
    expect([...disk.contents.keys()]).toEqual([]);
    expect(buffer.state()).toMatchObject({ waitingSamples: 50, droppedSamples: 0 });
  });

  it('waits while a segment cannot be opened, and gives up only what the disk has lost', async () => {
    const disk = memorySegments();
    const buffer = await openDiskBuffer(disk, ROOMY);
    await buffer.add([batch(1)]);
    const failing = (code: string) => async () => {
      throw Object.assign(new Error(`${code}: read`), { code });
    };
    const { read } = disk;
    disk.read = failing('EMFILE');
    expect(await buffer.peek()).toBeUndefined();
    expect(buffer.state()).toMatchObject({ waitingSamples: 10, problem: 'EMFILE: read' });
    disk.read = read;
    expect(await buffer.peek()).toEqual(batch(1));
    disk.read = failing('EIO');
    expect(await buffer.peek()).toBeUndefined();
    expect(buffer.state()).toMatchObject({ waitingSamples: 0, droppedSamples: 10 });
  });

  it('goes on when a sent segment cannot be removed, and does not send it again', async () => {
    const disk = memorySegments();
    // Segments of 100 bytes: a line of each.
    const buffer = await openDiskBuffer(disk, { maxBytes: 400, fsync: false });
    await buffer.add([batch(1, 60)]);
    await buffer.add([batch(2, 60)]);
    const { remove } = disk;
    disk.remove = async () => {
      throw new Error('EROFS: read-only file system, unlink');
    };
    expect(await drain(buffer)).toEqual(['b-1', 'b-2']);
    disk.remove = remove;
    expect(await drain(await openDiskBuffer(disk, ROOMY))).toEqual([]);
  });

  it('counts what waits at its start in reads of many lines, not in one for each', async () => {
    const disk = memorySegments();
    const first = await openDiskBuffer(disk, ROOMY);
    await first.add(Array.from({ length: 1_000 }, (_, i) => batch(i)));
    await first.add([batch(1_000, 600_000)]);
    let reads = 0;
    const { read } = disk;
    disk.read = (...asked) => {
      reads++;
      return read(...asked);
    };
    const { waitingBatches, waitingSamples } = (await openDiskBuffer(disk, ROOMY)).state();
    expect([waitingBatches, waitingSamples]).toEqual([1_001, 10_010]);
    // Segments of 250 kB: 62 kB of short lines, and 600 kB of a long one in reads of 256 kB.
    expect(reads).toBe(1 + 3);
  });

  it('keeps its files to their owner, and removes them when they are sent', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'helios-buffer-'));
    try {
      const path = join(folder, 'buffer');
      const options = { maxBytes: 2_000, fsync: true };
      const buffer = await openDiskBuffer(await directorySegments(path), options);
      for (let i = 0; i < 6; i++) await buffer.add([batch(i, 200)]);
      const names = (await readdir(path)).filter((name) => name.endsWith('.seg'));
      expect(names.length).toBeGreaterThan(1);
      for (const name of names) expect((await stat(join(path, name))).mode & 0o077).toBe(0);
      expect(await drain(buffer)).toEqual(['b-0', 'b-1', 'b-2', 'b-3', 'b-4', 'b-5']);
      await buffer.close();
      const again = await openDiskBuffer(await directorySegments(path), options);
      expect(await drain(again)).toEqual([]);
      expect((await readdir(path)).filter((name) => name.endsWith('.seg'))).toEqual([]);
      await again.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a line of a segment', () => {
  it('is read back, unless a single character is another', () => {
    const line = batchLine(batch(7)).slice(0, -1);
    expect(parseBatchLine(line)).toEqual(batch(7));
    for (let i = 0; i < line.length; i++) {
      expect(parseBatchLine(`${line.slice(0, i)}~${line.slice(i + 1)}`)).toBeUndefined();
    }
  });
});
