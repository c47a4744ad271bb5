import type { Retrier } from './schema.ts';
import { matchesError } from './state-error.ts';

/** Counts the attempts of one visit to a state: each rule of its `Retry` has its own count. */
export interface RetryCounter {
  /**
   * How long to wait before the next attempt after `error`, in milliseconds; undefined when the
   * first rule that matches is used up, or none matches.
   */
  next(error: string): { readonly attempt: number; readonly delayMs: number } | undefined;
}

/**
 * Starts counting for one visit to a state.
 *
 * The delay of attempt n is `IntervalSeconds × BackoffRate^(n-1)`, at most `MaxDelaySeconds`; with
 * `FULL` jitter it is drawn evenly from 0 to that.
 *
 * @param random - gives numbers in [0, 1)
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function retryCounter(retriers: readonly Retrier[], random: () => number): RetryCounter {
  const attempts = new Map<Retrier, number>();
  return {
    next(error) {
      const retrier = retriers.find((rule) => matchesError(rule.ErrorEquals, error));
      if (retrier === undefined) return undefined;
      const attempt = (attempts.get(retrier) ?? 0) + 1;
      if (attempt > retrier.MaxAttempts) return undefined;
      attempts.set(retrier, attempt);
      const seconds = Math.min(
        retrier.IntervalSeconds * retrier.BackoffRate ** (attempt - 1),
        retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY,
      );
      const jitter = retrier.JitterStrategy === 'FULL' ? random() : 1;
      return { attempt, delayMs: seconds * 1_000 * jitter };
    },
  };
}
