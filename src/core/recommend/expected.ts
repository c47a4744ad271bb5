import { addMs, durationMs, type EpochMs } from '../time.ts';
import { type Because, because } from './because.ts';
import type { ReplicaCapacity } from './capacity-per-replica.ts';
import {
  type DemandForecast,
  peakOf,
  replicasFor,
  type Steps,
  stepsWithin,
  utilizationOf,
} from './needs.ts';
import type { ScalingPolicy } from './policy.ts';

/** What a forecast says of the time that a decision is about, in demand and in replicas. */
export interface Expected {
  /** Until then its steps were looked at, for a scale-out and for a scale-in. */
  readonly until: EpochMs;
  readonly scaleInUntil: EpochMs;
  /** Greatest demand at the policy's quantile until `until`, and the replicas it needs. */
  readonly demand: number;
  readonly need: number;
  /** Replicas for the band's lower and upper end until `until`. */
  readonly lower: number;
  readonly upper: number;
  /** Greatest upper demand until `scaleInUntil`, and the replicas it needs. */
  readonly upperDemand: number;
  readonly upperNeed: number;
}

/** A forecast read for a decision, or why it cannot be. */
export type Reading =
  | { readonly ok: true; readonly expected: Expected }
  | { readonly ok: false; readonly because: Because };

/** The band whose ends are given as lower and upper replicas, at least. */
export const BAND_QUANTILES = { lower: 0.1, upper: 0.9 } as const;

/** Clocks may differ by this much. */
const CLOCK_TOLERANCE = durationMs(60_000);

/** Reads the peaks of a forecast that a decision at `now` depends on. */
export function readForecast(
  forecast: DemandForecast,
  capacity: ReplicaCapacity,
  policy: ScalingPolicy,
  now: EpochMs,
): Reading {
  const { cutoff, step, validUntil } = forecast;
  if (now >= validUntil) {
    return no('FORECAST_EXPIRED', 'the forecast is no longer valid', { valid_until: validUntil });
  }
  if (cutoff > now + CLOCK_TOLERANCE) {
    return no('CLOCK_AHEAD', 'the forecast starts in the future: a clock is wrong', { cutoff });
  }
  const until = addMs(addMs(now, policy.leadTime), step);
  const scaleInUntil = addMs(now, durationMs(Math.max(until - now, policy.scaleInWindow)));
  const steps = stepsWithin(forecast, now, until);
  const quiet = stepsWithin(forecast, now, scaleInUntil);
  if (!steps || !quiet) {
    return no('FORECAST_TOO_SHORT', 'the forecast ends before the time that matters', {
      steps: forecast.point.length,
      until: scaleInUntil,
    });
  }
  const peak = (q: number, within: Steps) => peakOf(pathFor(forecast, q), within);
  const upperQuantile = Math.max(BAND_QUANTILES.upper, policy.quantile);
  const demand = peak(policy.quantile, steps);
  const lowerDemand = peak(BAND_QUANTILES.lower, steps);
  const upperDemand = peak(upperQuantile, quiet);
  const upperSoon = peak(upperQuantile, steps);
  const needOf = (amount: number) => replicasFor(amount, capacity, policy.targetUtilization);
  const demands = [demand, lowerDemand, upperDemand, upperSoon];
  if (!demands.every(isDemand) || demands.some((each) => Number.isNaN(needOf(each)))) {
    return no('FORECAST_IMPLAUSIBLE', 'the forecast holds values that no demand can have');
  }
  return {
    ok: true,
    expected: {
      until,
      scaleInUntil,
      demand,
      need: needOf(demand),
      lower: needOf(lowerDemand),
      upper: needOf(upperSoon),
      upperDemand,
      upperNeed: needOf(upperDemand),
    },
  };
}

/**
 * When the replicas there are stop being enough: the start of the first step from `from` on in which
 * the planned quantile of demand would use them above the scale-up threshold.
 */
export function shortFrom(
  forecast: DemandForecast,
  capacity: ReplicaCapacity,
  policy: ScalingPolicy,
  current: number,
  from: EpochMs,
): EpochMs | undefined {
  const { cutoff, step, point } = forecast;
  const path = pathFor(forecast, policy.quantile);
  for (let h = 0; h < point.length; h++) {
    const start = addMs(cutoff, step, h + 1);
    if (start + step <= from) continue;
    const used = utilizationOf(path[h] ?? Number.NaN, capacity, current);
    if (used > policy.scaleUpThreshold) return start;
  }
  return undefined;
}

/** The path of the lowest quantile that is `q` or more; the highest, or the point, where none is. */
function pathFor({ quantiles, point }: DemandForecast, q: number): ArrayLike<number> {
  // As quantiles are rounded on the wire.
  const found = quantiles.find((each) => each.q >= q - 1e-6) ?? quantiles.at(-1);
  return found?.values ?? point;
}

function isDemand(value: number): boolean {
  // A peak is finite, or NaN where a value is not.
  return value >= 0;
}

function no(code: string, message: string, details?: Readonly<Record<string, unknown>>): Reading {
  return { ok: false, because: because(code, message, details) };
}
