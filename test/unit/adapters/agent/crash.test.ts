import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { openDiskBuffer } from '#adapters/agent/disk-buffer.ts';
import { directorySegments } from '#adapters/agent/segment-files.ts';
import type { SampleBuffer, WaitingBatch } from '#app/ports/sample-buffer.ts';
import { type Cut, ENDS, type FaultyDisk, faultyDisk } from '#test/helpers/faulty-disk.ts';

/** Lines of some 160 bytes, segments of 400 and a ring that never is full: files come and go. */
const LIMITS = { maxBytes: 1_600, fsync: true };

function batch(number: number): WaitingBatch {
  return { id: `b-${number}`, samples: 1, json: `{"n":${number},"x":"${'x'.repeat(100)}"}` };
}

/** What an agent knew when its machine ended. */
interface Life {
  readonly buffered: Set<string>;
  readonly stored: string[];
  readonly removed: Set<string>;
}

const open = async (disk: FaultyDisk) =>
  openDiskBuffer(await directorySegments('/buffer', disk), LIMITS);

/** Adds and sends in turns, with an outage in the middle, until all is sent or the machine ends. */
async function live(disk: FaultyDisk, life: Life): Promise<void> {
  const buffer = await open(disk);
  const add = async (...numbers: number[]) => {
    await buffer.add(numbers.map(batch));
    if (buffer.state().problem === undefined) for (const n of numbers) life.buffered.add(`b-${n}`);
  };
  const send = async (count: number) => {
    for (let i = 0; i < count; i++) await sendOne(buffer, life);
  };
  await add(1, 2);
  await send(1);
  await add(3);
  await add(4, 5);
  await send(4);
  await add(6);
  await send(1);
}

async function sendOne(buffer: SampleBuffer, life: Life): Promise<boolean> {
  const next = await buffer.peek();
  if (!next) return false;
  expect(next).toEqual(batch(Number(next.id.slice(2))));
  life.stored.push(next.id);
  await buffer.remove(next);
  life.removed.add(next.id);
  return true;
}

/** Runs `work` until it is over, or the machine is and nothing goes on. */
async function untilEnd(disk: FaultyDisk, work: Promise<void>): Promise<void> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  while (!isOver && !disk.hasEnded()) await setImmediate();
  if (!disk.hasEnded()) await over;
}

describe('a disk buffer whose machine ends', () => {
  it.each<Cut>(['before', 'half'])(
    'at any change of the disk (%s) loses and doubles nothing',
    async (cut) => {
      const whole = faultyDisk();
      await live(whole, { buffered: new Set(), stored: [], removed: new Set() });
      // 4 additions of 2 changes and more, 6 removals of 2.
      expect(whole.changes()).toBeGreaterThan(20);
      for (let endAt = 1; endAt <= whole.changes(); endAt++) {
        for (const end of ENDS) {
          const disk = faultyDisk({ endAt, cut });
          const life = { buffered: new Set<string>(), stored: [], removed: new Set<string>() };
          await untilEnd(disk, live(disk, life));
          expect(disk.hasEnded()).toBe(true);
          const next: Life = { buffered: new Set(), stored: [], removed: new Set() };
          const buffer = await open(disk.after(end));
          // What comes after the damage is whole.
          await buffer.add([batch(99)]);
          while (await sendOne(buffer, next));
          const at = `change ${endAt} of ${whole.changes()}, ${cut}, ${end}`;
          const lost = [...life.buffered].filter(
            (id) => ![...life.stored, ...next.stored].includes(id),
          );
          expect({ at, lost }).toEqual({ at, lost: [] });
          expect({ at, last: next.stored.at(-1) }).toEqual({ at, last: 'b-99' });
          expect({ at, sent: next.stored.length }).toEqual({ at, sent: new Set(next.stored).size });
          // A position that was written is lost with the power at most: then the same id comes again.
          const again = next.stored.filter((id) => life.removed.has(id));
          if (end === 'killed') expect({ at, again }).toEqual({ at, again: [] });
        }
      }
    },
  );
});
