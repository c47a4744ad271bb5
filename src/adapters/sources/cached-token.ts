import { type Clock, type EpochMs, epochMs, MINUTE } from '#core/time.ts';
import type { Authoriser } from './json-api.ts';

/** A bearer token, and when it ends. */
export interface AccessToken {
  readonly token: string;
  readonly expiresAt: EpochMs;
}

/** A token is renewed so long before its end: a call under way keeps it. */
const RENEW_BEFORE = 5 * MINUTE;

/**
 * Authorises by a bearer token, which is fetched when it is first needed and kept until five minutes
 * before its end (half of its life, if that is shorter). A failure is not kept.
 */
export function cachedToken(
  fetchToken: (signal?: AbortSignal) => Promise<AccessToken>,
  clock: Clock,
): Authoriser {
  let held: { readonly promise: Promise<AccessToken>; until: EpochMs } | undefined;
  return {
    async headers(signal) {
      const isGood = held !== undefined && clock.now() < held.until;
      const own = (isGood ? held : undefined) ?? {
        promise: fetchToken(signal),
        until: epochMs(Number.MAX_SAFE_INTEGER),
      };
      held = own;
      try {
        const { token, expiresAt } = await own.promise;
        if (!isGood) own.until = renewalOf(clock.now(), expiresAt);
        return { authorization: `Bearer ${token}` };
      } catch (error) {
        if (held === own) held = undefined;
        throw error;
      }
    },
    renew() {
      held = undefined;
    },
  };
}

function renewalOf(now: EpochMs, expiresAt: EpochMs): EpochMs {
  return epochMs(expiresAt - Math.min(RENEW_BEFORE, Math.max(0, (expiresAt - now) / 2)));
}
