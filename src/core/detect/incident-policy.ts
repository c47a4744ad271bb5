import { DAY, type DurationMs, durationMs, HOUR, MINUTE } from '../time.ts';
import type { ScoredMetric } from './assess.ts';
import { DEFAULT_THRESHOLD, SEVERITY_SCORES } from './severity.ts';

/** On which side of what was expected a value lies. */
export type Side = 'above' | 'below';

/** What is worth an incident in one metric. */
export interface MetricPolicy {
  /** Which way a deviation counts; `both` unless given. */
  readonly direction?: 'both' | 'up' | 'down' | undefined;
  /** Overrides the general one. */
  readonly minimumEffect?: number | undefined;
}

/** When scores become an incident, and when it is over. */
export interface IncidentPolicy {
  /** Scores from here on count. */
  readonly threshold: number;
  /** One point with this score is enough. */
  readonly alone: number;
  /** The last points that are looked at; as many in a row end an incident. */
  readonly window: number;
  /** How many of them must count. */
  readonly needed: number;
  /**
   * A point counts only when it is off by this fraction of what was expected, or by three median
   * absolute deviations and `LEAST_EFFECT`.
   */
  readonly minimumEffect: number;
  readonly metrics: Readonly<Record<string, MetricPolicy>>;
  /**
   * Points that are older than this have left the window, so that nothing is concluded across a long
   * gap. For so long after an incident its echoes are told from what is new.
   */
  readonly memory: DurationMs;
  /** For so long after an incident its metrics open no other, unless it is worse. */
  readonly refractory: DurationMs;
  /** What has not returned after this is the new level. */
  readonly longest: DurationMs;
}

/**
 * The fraction of what was expected that a deviation must have, however small the noise is. A gauge that
 * hardly ever moves by 1 % may be certain to have done so: it matters to nobody.
 */
export const LEAST_EFFECT = 0.02;

/** 3 of 5 points at 2.5 or one at 3, both directions, 10 %, or 3 MAD and 2 %. */
export const DEFAULT_INCIDENT_POLICY: IncidentPolicy = {
  threshold: DEFAULT_THRESHOLD,
  alone: SEVERITY_SCORES.high,
  window: 5,
  needed: 3,
  minimumEffect: 0.1,
  metrics: {},
  memory: durationMs(6 * HOUR),
  refractory: durationMs(30 * MINUTE),
  longest: DAY,
};

/**
 * On which side of what was expected a value lies; null where nothing was expected, or exactly that.
 *
 * @example
 * ```ts
 * sideOf({ value: 3, expected: 2 }); // => 'above'
 * sideOf({ value: 3, expected: NaN }); // => null
 * ```
 */
export function sideOf({ value, expected }: Pick<ScoredMetric, 'value' | 'expected'>): Side | null {
  if (value > expected) return 'above';
  return value < expected ? 'below' : null;
}

/** Whether a point counts: its score reaches the threshold and its deviation matters to somebody. */
export function isExceptional(
  metric: string,
  point: ScoredMetric,
  policy: IncidentPolicy,
): boolean {
  return point.score >= policy.threshold && isNotable(metric, point, policy);
}

/**
 * Whether a deviation is in a direction that counts and large enough. Where nothing is known to have
 * been expected, neither can be refused.
 */
export function isNotable(
  metric: string,
  { value, expected, tolerance }: Pick<ScoredMetric, 'value' | 'expected' | 'tolerance'>,
  policy: IncidentPolicy,
): boolean {
  if (Number.isNaN(expected)) return true;
  const { direction = 'both', minimumEffect = policy.minimumEffect } = metricPolicy(metric, policy);
  const side = sideOf({ value, expected });
  if ((direction === 'up' && side !== 'above') || (direction === 'down' && side !== 'below')) {
    return false;
  }
  const deviation = Math.abs(value - expected);
  const level = Math.abs(expected);
  return (
    deviation >= minimumEffect * level ||
    (deviation >= tolerance && deviation >= LEAST_EFFECT * level)
  );
}

/** A metric may be called like a property that every object has. */
function metricPolicy(metric: string, { metrics }: IncidentPolicy): MetricPolicy {
  return (Object.hasOwn(metrics, metric) ? metrics[metric] : undefined) ?? {};
}
