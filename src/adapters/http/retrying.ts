import { type DomainError, isDomainError } from '#core/errors.ts';
import { type Clock, SECOND } from '#core/time.ts';
import type { HttpAnswer, HttpRequest, SendHttp } from './send-http.ts';

/** How often and how patiently a request is repeated. */
export interface RetryOptions {
  /** Tries in all, 1 or more. */
  readonly attempts: number;
  /** Waits for `ms`, or less when `signal` aborts it. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly clock: Clock;
}

const BASE_MS = 500;
const CAP_MS = 10_000;
/** Who asks for a longer pause is asked again in the next round, not within this one. */
const LONGEST_WAIT_MS = 30_000;

/** Statuses of a server, or of what stands before it, that cannot answer at present. */
const PASSING = new Set([429, 500, 502, 503, 504]);

/**
 * The same requests, repeated when the network or the server fails for now: after what `Retry-After`
 * says, at most half a minute, else after a random time below `min(10 s, 0.5 s · 2^attempt)` (full
 * jitter: Brooker, "Exponential Backoff and Jitter", AWS 2015). Other answers are handed on as they are,
 * and so is the last one.
 *
 * @throws {DomainError} as `send`
 */
export function retrying(send: SendHttp, options: RetryOptions): SendHttp {
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await tried(send, request);
      const pause = pauseAfter(outcome, attempt, options);
      const isOver = attempt >= options.attempts || request.signal?.aborted === true;
      if (pause === undefined || pause > LONGEST_WAIT_MS || isOver) {
        if ('error' in outcome) throw outcome.error;
        return outcome.answer;
      }
      await options.sleep(pause, request.signal);
    }
  };
}

type Outcome = { readonly answer: HttpAnswer } | { readonly error: DomainError };

async function tried(send: SendHttp, request: HttpRequest): Promise<Outcome> {
  try {
    return { answer: await send(request) };
  } catch (error) {
    if (isDomainError(error, 'SOURCE_UNAVAILABLE', 'DEADLINE_EXCEEDED')) return { error };
    throw error;
  }
}

/** @returns undefined when there is nothing to wait for */
function pauseAfter(
  outcome: Outcome,
  attempt: number,
  { random, clock }: RetryOptions,
): number | undefined {
  if ('answer' in outcome && !PASSING.has(outcome.answer.status)) return undefined;
  const asked = 'answer' in outcome ? retryAfterMs(outcome.answer, clock) : undefined;
  return asked ?? random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt);
}

/** The pause that an answer asks for, in seconds or as a date; undefined where it asks for none. */
export function retryAfterMs(answer: Pick<HttpAnswer, 'header'>, clock: Clock): number | undefined {
  const text = answer.header('retry-after')?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text) * SECOND;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.now());
}
