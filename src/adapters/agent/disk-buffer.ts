import * as z from 'zod';
import type { BufferState, SampleBuffer, WaitingBatch } from '#app/ports/sample-buffer.ts';
import { errorCodeOf, isError } from '../error-code.ts';
import { batchLine, parseBatchLine } from './batch-line.ts';
import type { SegmentFiles } from './segment-files.ts';

export interface DiskBufferOptions {
  /** What may wait on the disk; past it the oldest segment goes. */
  readonly maxBytes: number;
  /** Whether `add` waits until the disk itself has the batches (fdatasync), which a power cut needs. */
  readonly fsync: boolean;
  /** What may wait in memory while the disk takes nothing; 16 MB unless given. */
  readonly maxMemoryBytes?: number;
}

/** A segment is dropped, and removed, as a whole. */
const SEGMENT_BYTES = 8_000_000;
const MEMORY_BYTES = 16_000_000;
const READ_BYTES = 262_144;
const LEAST_READ_BYTES = 4_096;
/** What the disk has lost for good; anything else (too many open files, say) passes. */
const LOST = new Set(['EIO', 'ENOENT']);

const NoteSchema = z.strictObject({
  /** The first segment that is needed, and up to where it was sent. */
  segment: z.number().int().min(0),
  offset: z.number().int().min(0),
  dropped_samples: z.number().int().min(0),
});

interface Segment {
  readonly number: number;
  /** Of what was appended whole: a cut-off end is behind it. */
  bytes: number;
  batches: number;
  samples: number;
}

/** Where the batch stands that was peeked at last. */
type Peeked = { readonly batch: WaitingBatch; readonly segment?: Segment; readonly end: number };

/**
 * A ring of segments on the disk. Batches are appended as lines with checksums, in the order they came;
 * sent ones are known by one position, written after each. A kill between sending and writing it sends
 * a batch again, with the id it had. What cannot be written waits in memory, in a bound of its own.
 *
 * @throws what the file system does when the directory cannot be read at all
 */
export async function openDiskBuffer(
  files: SegmentFiles,
  { maxBytes, fsync, maxMemoryBytes = MEMORY_BYTES }: DiskBufferOptions,
): Promise<SampleBuffer> {
  const segmentBytes = Math.min(SEGMENT_BYTES, Math.max(Math.floor(maxBytes / 4), 1));
  const note = readNote(await files.readNote());
  const segments: Segment[] = [];
  let offset = note.offset;
  let dropped = note.dropped_samples;
  let damaged = 0;
  let memory: WaitingBatch[] = [];
  let memoryBytes = 0;
  let problem: string | undefined;
  let isAppendable = false;
  let nextNumber = note.segment + 1;
  let peeked: Peeked | undefined;
  let lineBytes = READ_BYTES;
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: positions are shared. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };

  /** The line of a segment that begins at `from`; undefined at its end. */
  const readLine = async (segment: Segment, from: number): Promise<Buffer | undefined> => {
    for (let length = lineBytes; from < segment.bytes; length *= 2) {
      const wanted = Math.min(length, segment.bytes - from);
      const data = await files.read(nameOf(segment), from, wanted);
      const end = data.indexOf(10);
      if (end >= 0) {
        // The next line is about as long: one read, and no longer than it has to be.
        lineBytes = Math.max(Math.ceil(1.1 * end), LEAST_READ_BYTES);
        return data.subarray(0, end + 1);
      }
      if (data.length < wanted || from + wanted >= segment.bytes) return data;
    }
    return undefined;
  };

  /** All lines of a segment from `from` on, in large reads: a full ring has many thousands of them. */
  async function* linesOf(segment: Segment, from: number): AsyncGenerator<Buffer> {
    let rest: Buffer = Buffer.alloc(0);
    for (let at = from; at < segment.bytes; ) {
      const wanted = Math.min(READ_BYTES, segment.bytes - at);
      const data = await files.read(nameOf(segment), at, wanted);
      if (data.length === 0) break;
      at += data.length;
      rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
      let start = 0;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
        yield rest.subarray(start, end + 1);
        start = end + 1;
      }
      rest = rest.subarray(start);
    }
    if (rest.length > 0) yield rest;
  }

  /** What is whole of a segment that another process wrote. */
  const survey = async (number: number, bytes: number, from: number): Promise<Segment> => {
    const segment: Segment = { number, bytes, batches: 0, samples: 0 };
    try {
      for await (const line of linesOf(segment, from)) {
        const batch = parseBatchLine(textOf(line));
        if (!batch) continue;
        segment.batches++;
        segment.samples += batch.samples;
      }
    } catch (error) {
      // One segment that the disk has lost must not keep an agent from starting.
      if (!LOST.has(errorCodeOf(error) ?? '')) throw error;
    }
    return segment;
  };

  const writePosition = async (): Promise<void> => {
    const segment = segments[0]?.number ?? nextNumber;
    const text = JSON.stringify({ segment, offset, dropped_samples: dropped });
    // Without it a restart sends some batches again, under the same ids: the disk may be full.
    await files.writeNote(text).catch(() => {});
  };

  /** What cannot be removed is tried again at the next start: the position is behind it. */
  const removeFile = (segment: Segment) => files.remove(nameOf(segment)).catch(() => {});

  const dropOldest = async (): Promise<void> => {
    const oldest = segments.shift();
    if (!oldest) return;
    dropped += oldest.samples;
    offset = 0;
    if (segments.length === 0) isAppendable = false;
    await removeFile(oldest);
    await writePosition();
  };

  const append = async (batches: readonly WaitingBatch[]): Promise<void> => {
    const data = Buffer.from(batches.map(batchLine).join(''), 'utf8');
    let segment = isAppendable ? segments.at(-1) : undefined;
    if (!segment || (segment.bytes > 0 && segment.bytes + data.length > segmentBytes)) {
      segment = { number: nextNumber++, bytes: 0, batches: 0, samples: 0 };
    }
    // What fails leaves a part of a line behind: nothing may follow it.
    isAppendable = false;
    const isNew = segment !== segments.at(-1);
    try {
      await files.append(nameOf(segment), data, { fsync });
    } catch (error) {
      // Nobody would count it: a disk that stays full must not fill with the beginnings of files.
      if (isNew) await removeFile(segment);
      throw error;
    }
    isAppendable = true;
    if (isNew) segments.push(segment);
    segment.bytes += data.length;
    segment.batches += batches.length;
    segment.samples += samplesOf(batches);
    while (segments.length > 1 && bytesOf(segments) - offset > maxBytes) await dropOldest();
  };

  const keepInMemory = (): void => {
    while (memoryBytes > maxMemoryBytes) {
      const oldest = memory.shift();
      if (!oldest) return;
      memoryBytes -= oldest.json.length;
      dropped += oldest.samples;
    }
  };

  const peekDisk = async (): Promise<Peeked | undefined> => {
    for (let segment = segments[0]; segment; segment = segments[0]) {
      let line: Buffer | undefined;
      try {
        line = await readLine(segment, offset);
      } catch (error) {
        if (!LOST.has(errorCodeOf(error) ?? '')) {
          problem = messageOf(error);
          return undefined;
        }
        damaged += segment.batches;
        await dropOldest();
        continue;
      }
      if (line !== undefined && line.length > 0) {
        const end = offset + line.length;
        const batch = parseBatchLine(textOf(line));
        if (batch) return { batch, segment, end };
        damaged++;
        offset = end;
        continue;
      }
      // Read to its end; the one that is written to stays while it is small.
      if (segments.length === 1 && isAppendable && segment.bytes < segmentBytes) return undefined;
      segments.shift();
      offset = 0;
      if (segments.length === 0) isAppendable = false;
      await removeFile(segment);
      await writePosition();
    }
    return undefined;
  };

  for (const { name, bytes } of await files.list()) {
    const number = Number.parseInt(name, 10);
    nextNumber = Math.max(nextNumber, number + 1);
    if (number < note.segment) await files.remove(name);
    else segments.push(await survey(number, bytes, number === note.segment ? offset : 0));
  }
  if (segments[0]?.number !== note.segment) offset = 0;

  return {
    add: (batches) =>
      inTurn(async () => {
        if (batches.length === 0 && memory.length === 0) return;
        const all = [...memory, ...batches];
        try {
          await append(all);
          memory = [];
          memoryBytes = 0;
          problem = undefined;
        } catch (error) {
          problem = messageOf(error);
          memory = all;
          memoryBytes = all.reduce((sum, { json }) => sum + json.length, 0);
          keepInMemory();
        }
      }),
    peek: () =>
      inTurn(async () => {
        const [oldest] = memory;
        peeked = (await peekDisk()) ?? (oldest && { batch: oldest, end: 0 });
        return peeked?.batch;
      }),
    remove: (batch) =>
      inTurn(async () => {
        const found = peeked?.batch.id === batch.id ? peeked : undefined;
        peeked = undefined;
        if (!found) return;
        const { segment, end } = found;
        if (segment === undefined) {
          const index = memory.findIndex(({ id }) => id === batch.id);
          // Not there: written to the disk meanwhile, where it is sent again, or dropped.
          const [gone] = index < 0 ? [] : memory.splice(index, 1);
          memoryBytes -= gone?.json.length ?? 0;
          return;
        }
        if (segment !== segments[0]) {
          // Dropped while it was on its way: it is not lost after all.
          dropped -= batch.samples;
          return;
        }
        segment.batches--;
        segment.samples -= batch.samples;
        offset = end;
        await writePosition();
      }),
    state: (): BufferState => ({
      waitingSamples: samplesOf(memory) + samplesOf(segments),
      waitingBatches: memory.length + segments.reduce((sum, each) => sum + each.batches, 0),
      waitingBytes: memoryBytes + bytesOf(segments) - offset,
      droppedSamples: dropped,
      damagedBatches: damaged,
      ...(problem !== undefined && { problem }),
    }),
    close: () => inTurn(() => files.close()),
  };
}

/** A note that cannot be read costs nothing but sending some batches again. */
function readNote(text: string | undefined): z.infer<typeof NoteSchema> {
  const start = { segment: 0, offset: 0, dropped_samples: 0 };
  if (text === undefined) return start;
  try {
    return NoteSchema.safeParse(JSON.parse(text)).data ?? start;
  } catch {
    return start;
  }
}

function nameOf({ number }: Segment): string {
  return `${String(number).padStart(10, '0')}.seg`;
}

function textOf(line: Buffer): string {
  return line.toString('utf8', 0, line.at(-1) === 10 ? line.length - 1 : line.length);
}

function messageOf(error: unknown): string {
  return isError(error) ? error.message : String(error);
}

function samplesOf(parts: readonly { readonly samples: number }[]): number {
  return parts.reduce((sum, { samples }) => sum + samples, 0);
}

function bytesOf(parts: readonly { readonly bytes: number }[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}
