import { type EpochMs, toIso } from '#core/time.ts';

/**
 * A run's id that sorts by time; `suffix` keeps runs of one second apart.
 *
 * @example
 * ```ts
 * newRunId(1_767_225_600_000 as EpochMs, 'a1b2c3'); // => '20260101T000000Z-a1b2c3'
 * ```
 */
export function newRunId(now: EpochMs, suffix: string): string {
  return `${toIso(now).replace(/[-:]/g, '').slice(0, 15)}Z-${suffix}`;
}
