import { jest } from '@jest/globals';

/** Time limits that are over when a test says so, whatever they were set to. */
export interface TimersThatRunOut {
  /** What they were set to, in milliseconds. */
  readonly limits: readonly number[];
  /** Ends the newest. */
  runOut(): void;
}

/** Replaces `AbortSignal.timeout` until `jest.restoreAllMocks()`. */
export function timersThatRunOut(): TimersThatRunOut {
  const limits: number[] = [];
  let newest = new AbortController();
  jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    limits.push(ms);
    newest = new AbortController();
    return newest.signal;
  });
  return {
    limits,
    runOut: () => newest.abort(new DOMException('the time is over', 'TimeoutError')),
  };
}
