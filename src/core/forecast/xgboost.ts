import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { BoostedTreesSchema, type PreparedTrees, prepareTrees } from '../math/boosted-trees.ts';
import { durationMs, epochMs } from '../time.ts';
import type {
  FittedForecaster,
  FittedPool,
  Forecaster,
  History,
  ModelState,
  PoolLookup,
} from './forecaster.ts';
import {
  fitInput,
  fittedPoint,
  lastPresent,
  lastValues,
  NullableValuesSchema,
  POINT_STATE_SHAPE,
  type PointModel,
  toNullable,
} from './point-model.ts';
import { FEATURE_NAMES, pooledFeatures, usableDay, windowSteps } from './pooled-features.ts';
import { MAX_HORIZON } from './request.ts';

export const XgboostPoolStateSchema = z.strictObject({
  kind: z.literal('xgboost-pool'),
  version: z.literal(1),
  /** SHA-256 of the rest, in hex. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  /** As `EpochMs`. */
  trainedUntil: z.number(),
  /** Longest lead it was trained for, in steps. */
  horizon: z.int().min(1).max(MAX_HORIZON),
  /** The columns the trees split on: those of `FEATURE_NAMES`, or the pool is of another version. */
  features: z.array(z.string()).refine((names) => names.join() === FEATURE_NAMES.join(), {
    error: 'the features are not those of this version',
  }),
  trees: BoostedTreesSchema,
});

export type XgboostPoolState = z.infer<typeof XgboostPoolStateSchema>;

export const XgboostStateSchema = z.strictObject({
  kind: z.literal('xgboost'),
  version: z.literal(1),
  ...POINT_STATE_SHAPE,
  /** The `id` of the pool it belongs to. */
  pool: z.string(),
  /** The newest values, as many as the features look at. */
  recent: NullableValuesSchema,
  /** The last value that is present, however long ago. */
  last: z.number(),
});

export type XgboostState = z.infer<typeof XgboostStateSchema>;

/** Smallest history a workload can be forecast with, in steps, and how many must be present. */
export const MIN_HISTORY = 24;
const MIN_PRESENT = 3;

/**
 * Large moves count less in training: the trees learn `asinh(k × move / scale) / k`, so that they
 * answer closer to the median than to the mean of what may come. Accuracy is flat around this `k`.
 */
const COMPRESSION = 2;

/** What the trees are trained to answer for a move of `size` scales. */
export function compress(size: number): number {
  return Math.asinh(COMPRESSION * size) / COMPRESSION;
}

/** The inverse of `compress`. */
function expand(answer: number): number {
  return Math.sinh(COMPRESSION * answer) / COMPRESSION;
}

/**
 * The pool of a state: what many workloads have in common, to be conditioned on one.
 *
 * The forecast is `last + scale(h) × sinh(k × trees(features(h))) / k`: the trees see a series only
 * relative to its last value and in units of its own moves (`pooledFeatures`), so they can forecast
 * a series they were not trained on. A lead beyond the pool's horizon repeats the last day before
 * it, or stays where the horizon ended when a day is no season of the grid.
 *
 * @throws {DomainError} `STATE_INCOMPATIBLE` when the trees do not fit the features
 */
export function restoreXgboostPool(state: XgboostPoolState): FittedPool<XgboostPoolState> {
  const pool = prepare(state);
  return {
    kind: state.kind,
    id: state.id,
    trainedUntil: epochMs(state.trainedUntil),
    condition: (history) => condition(pool, history),
    toState: () => structuredClone(state),
  };
}

/** The pool as a forecaster: fitting a history conditions the pool on it, and learns nothing new. */
export function xgboost(pool: FittedPool<XgboostPoolState>): Forecaster {
  return {
    kind: 'xgboost',
    capabilities: { quantiles: false, missingValues: true, minHistory: MIN_HISTORY },
    fit: async (history) => pool.condition(history),
  };
}

/**
 * The fitted model of a state, with its pool as found by `lookup`.
 * @throws {DomainError} `STATE_INCOMPATIBLE` when the pool is not there or is none
 */
export function restoreXgboost(
  state: XgboostState,
  lookup: PoolLookup,
): FittedForecaster<XgboostState> {
  const found = lookup(state.pool);
  if (found === undefined) {
    throw new DomainError(
      'STATE_INCOMPATIBLE',
      `the model needs the pool ${state.pool}, which was not loaded`,
      { pool: state.pool, seriesId: state.seriesId },
    );
  }
  return fittedPoint(modelOf(poolOf(found, state.pool)), state);
}

/** A pool whose trees are laid out for evaluation. */
interface PreparedPool {
  readonly id: string;
  readonly horizon: number;
  readonly trees: PreparedTrees;
}

/** A pool is checked and laid out once, however many models refer to it. */
const preparedPools = new WeakMap<ModelState, PreparedPool>();

function poolOf(found: ModelState, id: string): PreparedPool {
  const known = preparedPools.get(found);
  if (known) return known;
  const parsed = XgboostPoolStateSchema.safeParse(found);
  if (!parsed.success || parsed.data.id !== id) {
    const reason = parsed.success ? 'its id differs' : z.prettifyError(parsed.error);
    throw new DomainError('STATE_INCOMPATIBLE', `${id} is no pool this version knows (${reason})`, {
      pool: id,
    });
  }
  const pool = prepare(parsed.data);
  preparedPools.set(found, pool);
  return pool;
}

function prepare({ id, horizon, trees }: XgboostPoolState): PreparedPool {
  if (trees.columns !== FEATURE_NAMES.length) {
    throw new DomainError(
      'STATE_INCOMPATIBLE',
      `the trees of pool ${id} need ${trees.columns} features, there are ${FEATURE_NAMES.length}`,
      { pool: id },
    );
  }
  return { id, horizon, trees: prepareTrees(trees) };
}

function condition(pool: PreparedPool, history: History): FittedForecaster<XgboostState> {
  const { about, values } = fitInput('xgboost', history, MIN_HISTORY, MIN_PRESENT);
  const empty: XgboostState = {
    kind: 'xgboost',
    version: 1,
    ...about,
    pool: pool.id,
    recent: [],
    last: Number.NaN,
  };
  const model = modelOf(pool);
  return fittedPoint(model, model.advance(empty, values));
}

function modelOf(pool: PreparedPool): PointModel<XgboostState> {
  return {
    advance(state, values) {
      const recent = lastValues(state.recent, values, windowSteps(durationMs(state.step)));
      return { ...state, recent: toNullable(recent), last: lastPresent(values, state.last) };
    },
    point: (state, horizon) => path(pool, state, horizon),
  };
}

/** The forecasts start from the last value that is present, `age` steps before the cutoff. */
function path(pool: PreparedPool, state: XgboostState, horizon: number): Float64Array {
  const kept = lastValues(state.recent, new Float64Array(0));
  let length = kept.length;
  while (length > 0 && Number.isNaN(kept[length - 1]!)) length--;
  const points = new Float64Array(horizon);
  if (length === 0) return points.fill(state.last);
  const age = kept.length - length;
  const day = usableDay(durationMs(state.step));
  const features = pooledFeatures(kept.subarray(0, length), day);
  const row = new Float32Array(FEATURE_NAMES.length);
  const known = new Map<number, number>();
  const forecast = (lead: number) => {
    const scale = features.write(lead, row);
    return features.last + scale * expand(pool.trees.predict(row));
  };
  for (let h = 0; h < horizon; h++) {
    const lead = leadWithin(pool.horizon, age + h + 1, day);
    const value = known.get(lead) ?? forecast(lead);
    known.set(lead, value);
    points[h] = value;
  }
  return points;
}

/** A lead past the horizon of the pool: the same slot of the last day inside it. */
function leadWithin(horizon: number, lead: number, day: number | undefined): number {
  if (lead <= horizon) return lead;
  if (day === undefined || day > horizon) return horizon;
  return lead - day * Math.ceil((lead - horizon) / day);
}
