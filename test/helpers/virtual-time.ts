import { setImmediate } from 'node:timers/promises';
import { type EpochMs, epochMs } from '#core/time.ts';

/** Time that passes as fast as the work in it: for tests in which minutes matter. */
export interface VirtualTime {
  readonly clock: { now(): EpochMs };
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Milliseconds that have passed, whatever was done to the clock. */
  elapsed(): number;
  /** The same, as a machine tells it. */
  readonly uptimeMs: () => number;
  /** Lets time pass: every sleep that ends within it ends at its moment. */
  pass(ms: number): Promise<void>;
  /** Sets the clock forward, or back, as an administrator would: sleeps last as long as they do. */
  jump(ms: number): void;
}

/** Turns of the event loop in which work that waits for no time comes to its end. */
const TURNS = 8;

export function virtualTime(start: EpochMs): VirtualTime {
  let elapsed = 0;
  let offset: number = start;
  const timers = new Set<{ readonly at: number; readonly resolve: () => void }>();
  const settle = async () => {
    for (let turn = 0; turn < TURNS; turn++) await setImmediate();
  };
  return {
    clock: { now: () => epochMs(offset + elapsed) },
    elapsed: () => elapsed,
    uptimeMs: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const finish = () => {
          timers.delete(timer);
          resolve();
        };
        const timer = { at: elapsed + ms, resolve: finish };
        timers.add(timer);
        signal?.addEventListener('abort', finish, { once: true });
      }),
    async pass(ms) {
      const end = elapsed + ms;
      await settle();
      for (;;) {
        const [next] = [...timers].sort((a, b) => a.at - b.at);
        if (!next || next.at > end) break;
        elapsed = Math.max(elapsed, next.at);
        next.resolve();
        await settle();
      }
      elapsed = end;
    },
    jump(ms) {
      offset += ms;
    },
  };
}
