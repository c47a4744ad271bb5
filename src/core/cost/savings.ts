import type { Series } from '../series/series.ts';
import { addMs, type DurationMs, durationMs, type EpochMs, HOUR, MINUTE, SECOND } from '../time.ts';

/**
 * A recommendation counts as followed when the replicas reach its target within this time: six
 * five-minute values, enough for a cooldown, a rollout and the metric that shows it.
 */
export const FOLLOW_WITHIN: DurationMs = durationMs(30 * MINUTE);

/** A recommendation to change the number of replicas. */
export interface Advice {
  readonly at: EpochMs;
  /** Replicas when it was given. */
  readonly before: number;
  readonly target: number;
}

/** What following one recommendation has saved, as long as it held. */
export interface Saving extends Advice {
  /** When the replicas had reached the target. */
  readonly followedAt: EpochMs;
  /** When they changed again, or the observations end. */
  readonly until: EpochMs;
  /** Whether it held until the end of the observations. */
  readonly isOpen: boolean;
  /** Time it was observed to hold; missing values are not part of it. */
  readonly heldSeconds: number;
  /** (before − observed) × hours held: negative when it has scaled up. */
  readonly replicaHours: number;
}

/**
 * What followed recommendations have saved against the replicas before them. Each counts from the
 * change that reached its target until the replicas change again; missing values count for nothing.
 * One change is credited to one recommendation, the last given before it.
 *
 * @param replicas - observed, on a regular grid
 * @param advice - in any order; one that asks for no change saves nothing and is left out
 */
export function savingsOf(replicas: Series, advice: readonly Advice[]): readonly Saving[] {
  const byChange = new Map<number, Advice>();
  for (const each of [...advice].sort((a, b) => a.at - b.at)) {
    const reached = changeThatReached(replicas, each);
    if (reached !== undefined) byChange.set(reached, each);
  }
  return [...byChange]
    .sort(([a], [b]) => a - b)
    .map(([from, each]) => savingFrom(replicas, from, each));
}

/** Index of the first value at which the target was reached, by a change after the advice. */
function changeThatReached({ start, step, values }: Series, advice: Advice): number | undefined {
  const { at, before, target } = advice;
  if (!(Number.isFinite(before) && Number.isFinite(target)) || target === before) return undefined;
  const isReached = (value: number) => (target > before ? value >= target : value <= target);
  // A slot holds the last value of its time, so the change may lie in that of the advice.
  const first = Math.max(0, Math.floor((at - start) / step));
  const last = Math.min(values.length - 1, Math.floor((at + FOLLOW_WITHIN - start) / step));
  // What was there already has not followed.
  const known = lastKnownBefore(values, first);
  if (known !== undefined && isReached(known)) return undefined;
  for (let i = first; i <= last; i++) if (isReached(values[i]!)) return i;
  return undefined;
}

function lastKnownBefore(values: Float64Array, index: number): number | undefined {
  for (let i = Math.min(index, values.length) - 1; i >= 0; i--) {
    if (!Number.isNaN(values[i]!)) return values[i];
  }
  return undefined;
}

function savingFrom({ start, step, values }: Series, from: number, advice: Advice): Saving {
  const held = values[from]!;
  let end = from;
  let slots = 0;
  while (end < values.length && (Number.isNaN(values[end]!) || values[end] === held)) {
    if (!Number.isNaN(values[end]!)) slots++;
    end++;
  }
  return {
    ...advice,
    followedAt: addMs(start, step, from),
    until: addMs(start, step, end),
    isOpen: end === values.length,
    heldSeconds: (slots * step) / SECOND,
    replicaHours: ((advice.before - held) * slots * step) / HOUR,
  };
}
