import type { ApiError } from './api-error.ts';

/** What is known of something that is asked for again and again. */
export interface ResourceState<T> {
  /** The last good answer; a failure does not take it away. */
  readonly data: T | undefined;
  /** When the API last said so, in ms since 1970. */
  readonly confirmedAt: number | undefined;
  /** What the last request came to, unless it was answered. */
  readonly failure: ApiError | undefined;
  readonly failingSince: number | undefined;
  /** Failures in a row. */
  readonly failures: number;
}

/** Nothing was asked yet. */
export const UNKNOWN: ResourceState<never> = {
  data: undefined,
  confirmedAt: undefined,
  failure: undefined,
  failingSince: undefined,
  failures: 0,
};

/** The state after an answer. */
export function answered<T>(data: T, at: number): ResourceState<T> {
  return { ...UNKNOWN, data, confirmedAt: at };
}

/** The state after a failure: the last good answer stays. */
export function failed<T>(
  state: ResourceState<T>,
  failure: ApiError,
  at: number,
): ResourceState<T> {
  return {
    ...state,
    failure,
    failingSince: state.failingSince ?? at,
    failures: state.failures + 1,
  };
}

/** Between two requests at most, however often they failed. */
const LONGEST_PAUSE_MS = 300_000;

/**
 * How long to wait for the next request: the usual pause, doubled for each failure in a row, spread by
 * a tenth to either side so that many pages do not ask at once. `random` is in [0, 1).
 */
export function pauseMs(everyMs: number, failures: number, random: number): number {
  const longest = Math.max(everyMs, LONGEST_PAUSE_MS);
  const pause = Math.min(everyMs * 2 ** Math.min(failures, 20), longest);
  return pause * (0.9 + 0.2 * random);
}

/** Whether an answer is older than two pauses: the page must say so. */
export function isStale(
  { confirmedAt }: ResourceState<unknown>,
  everyMs: number,
  now: number,
): boolean {
  return confirmedAt !== undefined && now - confirmedAt > 2 * everyMs + 5_000;
}
