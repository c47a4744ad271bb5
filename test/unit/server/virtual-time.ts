import { type Clock, type EpochMs, epochMs } from '#core/time.ts';
import type { Timers } from '#server/timers.ts';

/** A clock with its timers that a test moves by hand. */
export interface VirtualTime extends Clock {
  readonly timers: Timers;
  /** Moves on by `ms`, firing each timer at its time and letting promises settle between. */
  advance(ms: number): Promise<void>;
  /** Moves the clock only, as a sleeping machine or a set clock does: no timer notices. */
  jump(ms: number): void;
  /** Timers that are still set. */
  pending(): number;
}

export function virtualTime(start = 0): VirtualTime {
  let clock = start;
  let elapsed = 0;
  let lastHandle = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const earliest = () => [...timers].sort(([, a], [, b]) => a.at - b.at)[0];
  return {
    now: (): EpochMs => epochMs(clock),
    timers: {
      set(callback, ms) {
        timers.set(++lastHandle, { at: elapsed + ms, callback });
        return lastHandle;
      },
      clear: (handle) => {
        timers.delete(handle as number);
      },
    },
    async advance(ms) {
      const end = elapsed + ms;
      await settle();
      for (let next = earliest(); next && next[1].at <= end; next = earliest()) {
        const [handle, { at, callback }] = next;
        timers.delete(handle);
        clock += at - elapsed;
        elapsed = at;
        callback();
        await settle();
      }
      clock += end - elapsed;
      elapsed = end;
    },
    jump(ms) {
      clock += ms;
    },
    pending: () => timers.size,
  };
}
