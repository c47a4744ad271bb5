import { nodeTimers } from './timers.ts';

/** Something that is repeated until stopped. */
export interface Repeated {
  /** Waits for a turn under way. */
  stop(): Promise<void>;
}

/** A timer may end this share of a period before its time, by the clock: that is still its time. */
const EARLY_SHARE = 0.01;

/**
 * Repeats `work` on multiples of `everyMs` of the clock, never two at once: a turn that takes longer
 * makes the next ones wait, and missed ones are not made up for.
 */
export function every(
  everyMs: number,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
  now: () => number,
  timers = nodeTimers(),
): Repeated {
  let timer: unknown;
  let turn: Promise<void> = Promise.resolve();
  let isStopped = false;
  const schedule = () => {
    if (isStopped) return;
    const left = everyMs - (now() % everyMs);
    const wait = left < everyMs * EARLY_SHARE ? left + everyMs : left;
    timer = timers.set(() => {
      turn = work().catch(onError).finally(schedule);
    }, wait);
  };
  schedule();
  return {
    async stop() {
      isStopped = true;
      timers.clear(timer);
      await turn;
    },
  };
}
