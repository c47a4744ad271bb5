import * as z from 'zod';
import type { Series } from '../series/series.ts';
import type { DurationMs, EpochMs } from '../time.ts';
import type { History } from './forecaster.ts';
import { carryForward, type FeatureSource } from './lstm-features.ts';
import {
  lastPresent,
  lastValues,
  NullableValuesSchema,
  toNullable,
  valuesAfter,
} from './point-model.ts';

/** The newest values of one metric. */
const TrackSchema = z.strictObject({
  /** The last present value before `values`: what a gap at their beginning is filled with. */
  before: z.number(),
  values: NullableValuesSchema,
});

type Track = z.infer<typeof TrackSchema>;

/** What a window and its features need of the past: the target and the covariates the network reads. */
export const LstmMemorySchema = z.strictObject({
  target: TrackSchema,
  covariates: z.array(TrackSchema.extend({ name: z.string() })).max(512),
});

export type LstmMemory = z.infer<typeof LstmMemorySchema>;

/**
 * A memory of nothing. A gap at the beginning of a history is filled with its first present value.
 * @param target - the history's values
 */
export function emptyMemory(
  target: Float64Array,
  covariates: ReadonlyMap<string, Float64Array>,
): LstmMemory {
  return {
    target: emptyTrack(target),
    covariates: [...covariates].map(([name, values]) => ({ name, ...emptyTrack(values) })),
  };
}

/** Takes up values that follow, as many of each covariate as of the target; keeps the last `keep`. */
export function remember(
  memory: LstmMemory,
  target: Float64Array,
  covariates: ReadonlyMap<string, Float64Array>,
  keep: number,
): LstmMemory {
  const missing = new Float64Array(target.length).fill(Number.NaN);
  return {
    target: extend(memory.target, target, keep),
    covariates: memory.covariates.map(({ name, ...track }) => ({
      name,
      ...extend(track, covariates.get(name) ?? missing, keep),
    })),
  };
}

/**
 * The covariates of a history that follow `cutoff`, by name, `length` values each, NaN where the frame
 * has none.
 * @throws {DomainError} `SERIES_MISALIGNED` when the frame lies on another grid
 */
export function covariatesAfter(
  { target, covariates }: History,
  cutoff: EpochMs,
  step: DurationMs,
  length: number,
): Map<string, Float64Array> {
  const named = [...(covariates?.series ?? [])]
    .filter(([, series]) => series.id !== target.id)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(named.map(([name, series]) => [name, fitted(series, cutoff, step, length)]));
}

/**
 * What the memory holds as a source of features without gaps, followed by `ahead` steps: the covariates
 * stay as they were last, the target is NaN until it is forecast.
 * @param cutoff - time of the last value, as `EpochMs`
 */
export function sourceOf(
  memory: LstmMemory,
  cutoff: number,
  step: number,
  ahead: number,
): FeatureSource & { readonly known: number } {
  const known = memory.target.values.length;
  const values = filled(memory.target, ahead);
  values.fill(Number.NaN, known);
  return {
    values,
    covariates: new Map(memory.covariates.map((track) => [track.name, filled(track, ahead)])),
    start: cutoff - (known - 1) * step,
    step,
    known,
  };
}

function filled({ values, before }: Track, ahead: number): Float64Array {
  const future = new Float64Array(ahead).fill(Number.NaN);
  return carryForward(lastValues(values, future), before);
}

function extend(track: Track, newer: Float64Array, keep: number): Track {
  const joined = lastValues(track.values, newer);
  const from = Math.max(0, joined.length - keep);
  return {
    before: lastPresent(joined.subarray(0, from), track.before),
    values: toNullable(joined.subarray(from)),
  };
}

function emptyTrack(values: Float64Array): Track {
  return { before: values.find((value) => !Number.isNaN(value)) ?? 0, values: [] };
}

function fitted(series: Series, cutoff: EpochMs, step: DurationMs, length: number): Float64Array {
  const values = new Float64Array(length).fill(Number.NaN);
  values.set(valuesAfter(series, cutoff, step).subarray(0, length));
  return values;
}
