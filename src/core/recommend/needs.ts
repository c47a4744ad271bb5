import type { DurationMs, EpochMs } from '../time.ts';
import type { ReplicaCapacity } from './capacity-per-replica.ts';

/** A forecast of demand. `point[h]` and `values[h]` are for the step from `cutoff + (h + 1) · step`. */
export interface DemandForecast {
  readonly cutoff: EpochMs;
  readonly step: DurationMs;
  /** Nothing acts on it after this. */
  readonly validUntil: EpochMs;
  readonly point: ArrayLike<number>;
  /** Ascending in `q`, and never crossing. */
  readonly quantiles: readonly DemandQuantile[];
}

export interface DemandQuantile {
  readonly q: number;
  readonly values: ArrayLike<number>;
}

/** What was measured of the replicas lately. */
export interface Measured {
  /** End of the newest step measured. */
  readonly at: EpochMs;
  /** Mean utilisation of the replicas in it, 1 is full. */
  readonly utilization: number;
  /** The replicas that carried it. */
  readonly replicas: number;
  /**
   * Greatest utilisation × replicas of the scale-in window, in fully used replicas; NaN when too
   * little of the window was measured to say.
   */
  readonly highestLoad: number;
}

/** Rounding errors of a product and a quotient must not cost a replica. */
const ROUNDING = 1e-9;

/**
 * The whole number of replicas that covers an amount of them; NaN stays NaN.
 *
 * @example
 * ```ts
 * wholeReplicas((0.7 * 10) / 0.7); // => 10
 * wholeReplicas(4.01); // => 5
 * ```
 */
export function wholeReplicas(amount: number): number {
  return Math.max(0, Math.ceil(amount - ROUNDING * Math.max(1, Math.abs(amount))));
}

/**
 * Replicas that keep a measured load at the target utilisation: ⌈load / target⌉, as the Kubernetes
 * Horizontal Pod Autoscaler computes them.
 *
 * @param load - utilisation × replicas
 * @example
 * ```ts
 * reactiveNeed(0.9 * 4, 0.7); // => 6
 * ```
 */
export function reactiveNeed(load: number, targetUtilization: number): number {
  return wholeReplicas(load / targetUtilization);
}

/**
 * Replicas that serve a demand at a utilisation: ⌈demand · (1 − idle) / (perReplica · (u − idle))⌉.
 *
 * @returns Infinity when replicas without demand are used that much already
 * @example
 * ```ts
 * replicasFor(350, { perReplica: 100, idle: 0 }, 0.7); // => 5
 * replicasFor(350, { perReplica: 100, idle: 0.2 }, 0.7); // => 6
 * ```
 */
export function replicasFor(
  demand: number,
  { perReplica, idle }: ReplicaCapacity,
  utilization: number,
): number {
  if (utilization <= idle) return demand > 0 ? Infinity : 0;
  return wholeReplicas((demand * (1 - idle)) / (perReplica * (utilization - idle)));
}

/** Utilisation of `replicas` under a demand, 1 is full. */
export function utilizationOf(
  demand: number,
  { perReplica, idle }: ReplicaCapacity,
  replicas: number,
): number {
  return idle + ((1 - idle) * demand) / (perReplica * replicas);
}

/** A range of a forecast's steps, both ends included. */
export interface Steps {
  readonly first: number;
  readonly last: number;
}

/** The steps that a time from `from` to `until` touches; undefined when the forecast does not reach. */
export function stepsWithin(
  { cutoff, step, point }: DemandForecast,
  from: EpochMs,
  until: EpochMs,
): Steps | undefined {
  const first = Math.max(0, Math.floor((from - cutoff) / step) - 1);
  const last = Math.max(first, Math.ceil((until - cutoff) / step) - 2);
  return last < point.length ? { first, last } : undefined;
}

/** The greatest value in a range of steps; NaN when one of them is missing or not finite. */
export function peakOf(values: ArrayLike<number>, { first, last }: Steps): number {
  let peak = -Infinity;
  for (let h = first; h <= last; h++) {
    const value = values[h] ?? Number.NaN;
    if (!Number.isFinite(value)) return Number.NaN;
    if (value > peak) peak = value;
  }
  return peak;
}

/**
 * The probability that demand exceeds a limit in the step where that is likeliest, by linear
 * interpolation between the quantiles. Beyond the outermost quantiles nothing is known: there it is
 * the most that it can be, so it is at most what it says.
 *
 * @returns null without quantiles
 */
export function exceedance(
  { quantiles }: DemandForecast,
  limit: number,
  { first, last }: Steps,
): number | null {
  if (quantiles.length === 0) return null;
  let worst = 0;
  for (let h = first; h <= last; h++) worst = Math.max(worst, exceedanceAt(quantiles, limit, h));
  // A millionth is finer than any quantile is known.
  return Math.round(worst * 1e6) / 1e6;
}

function exceedanceAt(quantiles: readonly DemandQuantile[], limit: number, h: number): number {
  let [q, value] = [0, -Infinity];
  for (const next of quantiles) {
    const above = next.values[h] ?? Number.NaN;
    if (!(above <= limit)) {
      // Below the lowest quantile, or where a value is missing, demand may always be above.
      if (q === 0 || Number.isNaN(above)) return 1;
      return 1 - q - ((next.q - q) * (limit - value)) / (above - value);
    }
    [q, value] = [next.q, above];
  }
  return 1 - q;
}
