import * as z from 'zod';
import { DAY } from '../time.ts';

/** Whether seasons are added to the trend or are shares of it. */
export const SEASONALITY_MODES = ['additive', 'multiplicative'] as const;

export type SeasonalityMode = (typeof SEASONALITY_MODES)[number];

/** A periodic curve: a sum of sines and cosines, the slowest pair first. */
export const ProphetSeasonSchema = z.strictObject({
  name: z.string(),
  periodDays: z.number().positive(),
  harmonics: z.array(z.strictObject({ sin: z.number(), cos: z.number() })),
});

export type ProphetSeason = z.infer<typeof ProphetSeasonSchema>;

/**
 * Where a moment lies in its cycle, as an angle: `2π × (days since 1970 in UTC) / periodDays` less
 * whole turns, because the sine of a large angle has lost digits.
 *
 * @param at - `EpochMs`
 */
export function phaseAt(at: number, periodDays: number): number {
  const periodMs = periodDays * DAY;
  return (2 * Math.PI * (at % periodMs)) / periodMs;
}

/**
 * The season's curve at a moment, `Σ sin_n × sin(n x) + cos_n × cos(n x)` with its phase `x` (Taylor
 * & Letham 2018, section 3.2).
 *
 * @param at - `EpochMs`
 * @example
 * ```ts
 * const day = { name: 'daily', periodDays: 1, harmonics: [{ sin: 3, cos: 2 }] };
 * seasonAt(day, 0); // => 2
 * ```
 */
export function seasonAt({ periodDays, harmonics }: ProphetSeason, at: number): number {
  const phase = phaseAt(at, periodDays);
  const sine = Math.sin(phase);
  const cosine = Math.cos(phase);
  // sin(n x) and cos(n x) by the angle sum: two calls a moment instead of two a harmonic.
  let sineN = 0;
  let cosineN = 1;
  let value = 0;
  for (const { sin, cos } of harmonics) {
    const next = sineN * cosine + cosineN * sine;
    cosineN = cosineN * cosine - sineN * sine;
    sineN = next;
    value += sin * sineN + cos * cosineN;
  }
  return value;
}
