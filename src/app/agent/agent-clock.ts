import {
  type Clock,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  SECOND,
} from '#core/time.ts';

/** A machine whose clock is further off than this is given the endpoint's time. */
export const MOST_OFFSET: DurationMs = durationMs(30 * SECOND);
/** When the endpoint wrote the date of a slower answer nobody can tell well enough. */
const SLOWEST_ANSWER_MS = 10_000;
/** A `Date` counts whole seconds, and the way there and back is not always halved: no reason to correct. */
const NOISE_MS = 2_000;

/** How this machine's clock stands to the endpoint's. */
export interface ClockOffset {
  /** This machine's time minus the endpoint's. */
  readonly offset: DurationMs;
  /** Whether times are the endpoint's, because the offset is above {@link MOST_OFFSET}. */
  readonly isCorrecting: boolean;
}

/** The clock of an agent: this machine's while it agrees with the endpoint's, else the endpoint's. */
export interface AgentClock extends Clock {
  /** Notes the date of an answer that has just come. @param roundTripMs - from asking to now */
  hear(date: number, roundTripMs: number): void;
  /** Undefined before the first answer. */
  state(): ClockOffset | undefined;
}

/**
 * A clock that follows the endpoint's where this machine's is wrong: a sample is stamped with the time it
 * was taken at, by the clock of the service that stores it, also right after somebody set this machine's
 * clock. Between two answers the endpoint's time goes on as the machine's uptime does. Before the first
 * answer there is only this machine's clock.
 *
 * @param uptimeMs - milliseconds since the machine was started, its sleep included: nobody sets it
 * @param onChange - called when it begins to correct, and when it no longer has to
 */
export function createAgentClock(
  machine: Clock,
  uptimeMs: () => number,
  onChange: (state: ClockOffset) => void,
): AgentClock {
  let heard: { readonly at: number; readonly uptime: number } | undefined;
  let wasCorrecting = false;

  const theirs = (uptime: number) => (heard ? heard.at + uptime - heard.uptime : undefined);
  const state = (): (ClockOffset & { readonly now: EpochMs }) | undefined => {
    const at = theirs(uptimeMs());
    if (at === undefined) return undefined;
    const own = machine.now();
    const offset = durationMs(own - at);
    const isCorrecting = Math.abs(offset) > MOST_OFFSET;
    return { offset, isCorrecting, now: isCorrecting ? epochMs(Math.round(at)) : own };
  };
  return {
    now: () => state()?.now ?? machine.now(),
    state,
    hear(date, roundTripMs) {
      if (!Number.isFinite(date) || roundTripMs > SLOWEST_ANSWER_MS) return;
      const uptime = uptimeMs();
      // In the middle of the second that was cut off, and of the way.
      const at = date + SECOND / 2 + roundTripMs / 2;
      const expected = theirs(uptime);
      // Else every answer would move the clock to and fro.
      const isNews = expected === undefined || Math.abs(at - expected) > NOISE_MS + roundTripMs / 2;
      if (isNews) heard = { at, uptime };
      const now = state();
      if (now === undefined || now.isCorrecting === wasCorrecting) return;
      wasCorrecting = now.isCorrecting;
      onChange(now);
    },
  };
}

/**
 * An offset in words.
 *
 * @example
 * ```ts
 * inWords(-90_000); // => '90 s behind'
 * inWords(3_600_000); // => '60 min ahead'
 * ```
 */
export function inWords(offsetMs: number): string {
  const size = Math.abs(offsetMs);
  const length =
    size < 600_000 ? `${Math.round(size / 1_000)} s` : `${Math.round(size / 60_000)} min`;
  return `${length} ${offsetMs < 0 ? 'behind' : 'ahead'}`;
}
