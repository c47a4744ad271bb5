import type { Series } from '../series/series.ts';
import type { DurationMs, EpochMs } from '../time.ts';

/** Units that the busiest percent of the first half would need, where no capacity is given. */
const TYPICAL_UNITS = 20;
const HIGH_QUANTILE = 0.99;
/** Far beyond any fleet: what asks for more is of another unit than its capacity, and sums overflow. */
const MOST_UNITS = 1e9;

/** What load the units of a fleet had to serve, step by step. */
export interface Demand {
  readonly start: EpochMs;
  readonly step: DurationMs;
  /** In units: 1 keeps one unit busy at 100 %. Never negative; a missing value is the one before it. */
  readonly values: Float64Array;
  /** 1 where there was a measurement. Other steps are served, but nobody is judged by them. */
  readonly isKnown: Uint8Array;
  /** Demand, in the unit of the series, that one unit serves at 100 %. */
  readonly capacityPerUnit: number;
  /** Whether that was stated, or chosen so that the fleet has a usual size. */
  readonly capacityIs: 'given' | 'chosen';
}

/** Why there is no demand to replay. */
export interface NoDemand {
  readonly code: 'NO_DEMAND' | 'DEMAND_OUT_OF_RANGE';
  readonly message: string;
}

/**
 * A series as demand. Negative values count as 0, what is not finite as missing; values before the
 * first measurement are dropped.
 *
 * Without `capacityPerUnit` one is chosen: the 99 % quantile of the first half then needs 20 units at
 * `targetUtilization`. Only the first half is looked at, as for everything that is chosen.
 *
 * @param options.capacityPerUnit - above 0, in the unit of the series
 * @param options.targetUtilization - in (0, 1]
 * @throws {RangeError} when an option is out of range
 */
export function demandOf(
  series: Series,
  options: { readonly capacityPerUnit?: number; readonly targetUtilization: number },
): Demand | NoDemand {
  const { capacityPerUnit, targetUtilization } = options;
  checkPositive('capacityPerUnit', capacityPerUnit ?? 1);
  checkPositive('targetUtilization', targetUtilization);
  const first = series.values.findIndex(Number.isFinite);
  if (first < 0) return noDemand('the series has no value');
  const { values, isKnown } = carriedForward(series.values.subarray(first));
  const capacity = capacityPerUnit ?? usualCapacity(values, targetUtilization);
  if (!(capacity > 0)) {
    return noDemand('the first half has no demand to size a unit by: state a capacity');
  }
  for (let i = 0; i < values.length; i++) values[i]! /= capacity;
  const most = values.reduce((highest, value) => Math.max(highest, value), 0);
  if (!(most <= MOST_UNITS)) {
    const message = `at a capacity of ${capacity} the demand needs ${most} units, at most ${MOST_UNITS} can be replayed: state a capacity in the unit of the series`;
    return { code: 'DEMAND_OUT_OF_RANGE', message };
  }
  return {
    start: (series.start + first * series.step) as EpochMs,
    step: series.step,
    values,
    isKnown,
    capacityPerUnit: capacity,
    capacityIs: capacityPerUnit === undefined ? 'chosen' : 'given',
  };
}

function carriedForward(raw: Float64Array): Pick<Demand, 'values' | 'isKnown'> {
  const values = new Float64Array(raw.length);
  const isKnown = new Uint8Array(raw.length);
  let last = 0;
  raw.forEach((value, i) => {
    if (Number.isFinite(value)) {
      last = Math.max(0, value);
      isKnown[i] = 1;
    }
    values[i] = last;
  });
  return { values, isKnown };
}

function usualCapacity(values: Float64Array, targetUtilization: number): number {
  const half = values.slice(0, Math.ceil(values.length / 2)).sort();
  const high = half[Math.ceil(HIGH_QUANTILE * half.length) - 1] ?? 0;
  return high / (TYPICAL_UNITS * targetUtilization);
}

function noDemand(message: string): NoDemand {
  return { code: 'NO_DEMAND', message };
}

function checkPositive(name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new RangeError(`${name} must be a positive number, got ${value}`);
  }
}
