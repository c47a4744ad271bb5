import { setTimeout as wait } from 'node:timers/promises';

/** How an adapter waits between attempts; given by the caller so that tests neither wait nor guess. */
export interface Backoff {
  readonly sleep: (ms: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Real waiting, real randomness. */
export const REAL_BACKOFF: Backoff = {
  sleep: async (ms) => {
    await wait(ms);
  },
  random: Math.random,
};

const BASE_MS = 20;
const CAP_MS = 1_000;

/**
 * Waits a random time below `min(1 s, 20 ms * 2^attempt)`: full jitter, which spreads writers that
 * collided better than any fixed back-off (Brooker, "Exponential Backoff and Jitter", AWS 2015).
 * @param attempt - how many attempts have failed, 1 or more
 */
export async function backOff({ sleep, random }: Backoff, attempt: number): Promise<void> {
  await sleep(random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt));
}
