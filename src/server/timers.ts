/** Calls back after a while. Passed as an argument so that tests own the time. */
export interface Timers {
  /** @returns a handle for `clear` */
  set(callback: () => void, ms: number): unknown;
  clear(handle: unknown): void;
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted first. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** The longest wait that `setTimeout` can take; a longer one would fire at once. */
const MAX_TIMEOUT_MS = 2_147_483_647;

/** The timers of Node. */
export function nodeTimers(): Timers {
  return {
    set: (callback, ms) => setTimeout(callback, Math.min(ms, MAX_TIMEOUT_MS)),
    clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
  };
}

/** A `Sleep` over `timers`. */
export function sleepWith(timers: Timers): Sleep {
  return async (ms, signal) => {
    let handle: unknown;
    try {
      await untilAborted(
        new Promise<void>((resolve) => {
          handle = timers.set(resolve, ms);
        }),
        signal,
      );
    } finally {
      timers.clear(handle);
    }
  };
}

/**
 * The result of `work`, or a rejection with the signal's reason as soon as it is aborted. The work
 * itself is not stopped; what becomes of it afterwards is ignored.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const forget = () => signal.removeEventListener('abort', abort);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(forget);
  });
}
