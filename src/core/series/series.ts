import { DomainError } from '../errors.ts';
import { addMs, type DurationMs, type EpochMs } from '../time.ts';
import type { Unit } from './metric-catalogue.ts';

/**
 * One metric on a regular grid. `values[i]` is for time `start + i * step`; `NaN` is missing.
 * Regular by construction, so no consumer re-checks order, duplicates or gaps.
 */
export interface Series {
  readonly id: string;
  readonly unit: Unit;
  readonly start: EpochMs;
  readonly step: DurationMs;
  readonly values: Float64Array;
}

/** Builds a series. @throws {RangeError} when `step` is not a positive number of milliseconds */
export function makeSeries(parts: {
  readonly id: string;
  readonly unit: Unit;
  readonly start: EpochMs;
  readonly step: DurationMs;
  readonly values: ArrayLike<number>;
}): Series {
  if (!(parts.step > 0)) throw new RangeError(`a step must be positive, got ${parts.step}`);
  return { ...parts, values: Float64Array.from(parts.values) };
}

/** The time of the last grid point: what a model fitted on `series` may know at most. */
export function cutoffOf(series: Series): EpochMs {
  if (series.values.length === 0) {
    throw new DomainError('SERIES_EMPTY', `series ${series.id} has no observations`, {
      seriesId: series.id,
    });
  }
  return addMs(series.start, series.step, series.values.length - 1);
}

/** The part `[from, to)` by index, as a copy: nobody who holds it can see the rest. */
export function sliceSeries(series: Series, from: number, to: number): Series {
  return {
    ...series,
    start: addMs(series.start, series.step, from),
    values: series.values.slice(from, to),
  };
}

/** How many grid points of `series` have a value. */
export function countPresent(series: Series): number {
  let present = 0;
  for (const value of series.values) if (!Number.isNaN(value)) present++;
  return present;
}
