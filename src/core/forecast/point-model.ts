import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { cutoffOf, type Series } from '../series/series.ts';
import { type DurationMs, durationMs, type EpochMs, epochMs } from '../time.ts';
import type { FittedForecaster, History, ModelState } from './forecaster.ts';
import { checkPointRequest } from './request.ts';

/** What the state of every model that forecasts one series says of that series. */
export interface PointState extends ModelState {
  readonly seriesId: string;
  /** Milliseconds between two values. */
  readonly step: number;
  /** Time of the last value the state has taken up, as `EpochMs`. */
  readonly cutoff: number;
}

/** The fields of `PointState` for a member's `strictObject` schema. */
export const POINT_STATE_SHAPE = {
  seriesId: z.string(),
  step: z.number().positive(),
  cutoff: z.number(),
};

/** Values as JSON can hold them: null is missing. */
export const NullableValuesSchema = z.array(z.number().nullable());

/**
 * What is particular to a model whose state moves forward value by value. Both functions are pure;
 * `advance` over `a` and then `b` must equal `advance` over both, so that a model does not depend
 * on how its updates were cut.
 */
export interface PointModel<S extends PointState> {
  /** Takes up the values that follow the cutoff, one a step, NaN = missing. Leaves `cutoff` alone. */
  advance(state: S, values: Float64Array): S;
  /** The forecast of the steps 1..horizon. */
  point(state: S, horizon: number): Float64Array;
}

/** A fitted forecaster out of a state and the two functions of its model. */
export function fittedPoint<S extends PointState>(
  model: PointModel<S>,
  state: S,
): FittedForecaster<S> {
  const cutoff = epochMs(state.cutoff);
  const step = durationMs(state.step);
  return {
    kind: state.kind,
    cutoff,
    predict(request) {
      checkPointRequest(request, state.kind);
      const point = model.point(state, request.horizon);
      // JSON turns -0 into 0: without this a restored model could differ in a sign.
      for (let h = 0; h < point.length; h++) point[h]! += 0;
      return { seriesId: state.seriesId, cutoff, step, point, quantiles: [] };
    },
    update(next) {
      const values = valuesAfter(next.target, cutoff, step);
      if (values.length === 0) return this;
      return fittedPoint(model, {
        ...model.advance(state, values),
        cutoff: cutoff + values.length * step,
      });
    },
    toState: () => structuredClone(state),
  };
}

/** A history that is long enough, cleaned of what is not a number. */
export interface FitInput {
  readonly about: { readonly seriesId: string; readonly step: number; readonly cutoff: number };
  /** The whole target as a copy: infinite values count as missing (NaN), -0 is 0. */
  readonly values: Float64Array;
}

/**
 * Checks a history against what a model needs.
 *
 * @param minHistory - grid points needed, missing ones included
 * @param minPresent - values needed that are not missing
 * @throws {DomainError} `HISTORY_TOO_SHORT`
 */
export function fitInput(
  kind: string,
  { target }: History,
  minHistory: number,
  minPresent = 1,
): FitInput {
  const { id: seriesId, step } = target;
  if (target.values.length < minHistory) {
    throw tooShort(`${kind} needs ${minHistory} steps, got ${target.values.length}`, {
      needSteps: minHistory,
      haveSteps: target.values.length,
      seriesId,
    });
  }
  const values = target.values.map(clean);
  let present = 0;
  for (const value of values) if (!Number.isNaN(value)) present++;
  if (present < minPresent) {
    throw tooShort(`${kind} needs ${minPresent} values that are not missing, got ${present}`, {
      needPresent: minPresent,
      havePresent: present,
      seriesId,
    });
  }
  return { about: { seriesId, step, cutoff: cutoffOf(target) }, values };
}

/**
 * The values of `target` after `cutoff`, one a step: a hole before its start is NaN, an overlap with
 * the past is left out.
 * @throws {DomainError} `SERIES_MISALIGNED` when `target` lies on another grid
 */
export function valuesAfter(target: Series, cutoff: EpochMs, step: DurationMs): Float64Array {
  const lead = (target.start - cutoff) / step - 1;
  if (target.step !== step || !Number.isInteger(lead)) {
    throw new DomainError(
      'SERIES_MISALIGNED',
      `series ${target.id} is not on the grid of the fitted model (step ${step} ms)`,
      { seriesId: target.id, step: target.step, modelStep: step },
    );
  }
  const values = new Float64Array(Math.max(0, lead + target.values.length)).fill(Number.NaN);
  for (let i = Math.max(0, -lead); i < target.values.length; i++) {
    values[lead + i] = clean(target.values[i]!);
  }
  return values;
}

/** NaN becomes null. */
export function toNullable(values: Float64Array): (number | null)[] {
  // A loop: states are made at every origin of a backtest, and `from` takes ten times as long.
  const nullable: (number | null)[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    nullable.push(Number.isNaN(value) ? null : value);
  }
  return nullable;
}

/** The last `keep` of the values of a state followed by newer ones, null as NaN. */
export function lastValues(
  kept: readonly (number | null)[],
  newer: Float64Array,
  keep = Infinity,
): Float64Array {
  const joined = new Float64Array(kept.length + newer.length);
  for (let i = 0; i < kept.length; i++) joined[i] = kept[i] ?? Number.NaN;
  joined.set(newer, kept.length);
  return joined.length > keep ? joined.slice(joined.length - keep) : joined;
}

/** The last value that is present; `otherwise` when there is none. */
export function lastPresent(values: Float64Array, otherwise: number): number {
  for (let i = values.length - 1; i >= 0; i--) if (!Number.isNaN(values[i]!)) return values[i]!;
  return otherwise;
}

function clean(value: number): number {
  return Number.isFinite(value) ? value + 0 : Number.NaN;
}

function tooShort(message: string, details: Readonly<Record<string, unknown>>): DomainError {
  return new DomainError('HISTORY_TOO_SHORT', message, details);
}
