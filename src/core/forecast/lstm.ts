import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { decodeFloat32, float32TextLength } from '../math/float32-base64.ts';
import { durationMs, epochMs } from '../time.ts';
import type { FittedForecaster, History } from './forecaster.ts';
import { FeatureSchema, lookback, writeInputs } from './lstm-features.ts';
import {
  covariatesAfter,
  emptyMemory,
  LstmMemorySchema,
  remember,
  sourceOf,
} from './lstm-memory.ts';
import { LstmNetworkSchema, MAX_WEIGHTS, runNetwork, weightCount } from './lstm-network.ts';
import {
  continuePath,
  LEARNED_QUANTILES,
  type LstmPaths,
  pathsOf,
  quantilePath,
} from './lstm-path.ts';
import { POINT_STATE_SHAPE, valuesAfter } from './point-model.ts';
import { checkPointRequest, checkRequest } from './request.ts';

const ScaleSchema = z.array(z.number().positive()).min(1);

/** What the outputs of the network mean. */
const OutputSchema = z.discriminatedUnion('form', [
  /** `shift + scale × output` is the next value; answers are fed back for `rollOut` steps. */
  z.strictObject({
    form: z.literal('one-step'),
    shift: z.number(),
    scale: z.number().positive(),
    rollOut: z.int().positive(),
  }),
  /** `scale × output` is the difference to the last value, one scale a head. */
  z.strictObject({ form: z.literal('path'), scales: ScaleSchema, quantiles: z.boolean() }),
]);

/** How a network came about: what its numbers depend on, and what it scored. */
export const LstmTrainingRecordSchema = z.strictObject({
  /** The numeric library and its version: results differ between them in the last digits. */
  backend: z.string(),
  /** Why that library, where it stands in for another. */
  fallback: z.strictObject({ code: z.string(), message: z.string() }).optional(),
  seed: z.int(),
  epochs: z.int().nonnegative(),
  /** The epoch whose weights were kept, counted from 1. */
  bestEpoch: z.int().positive(),
  /** Mean losses in scaled units at that epoch (of the training as it went); null without windows. */
  trainingLoss: z.number(),
  validationLoss: z.number().nullable(),
  testLoss: z.number().nullable(),
  windows: z.strictObject({ training: z.int(), validation: z.int(), test: z.int() }),
});

export type LstmTrainingRecord = z.infer<typeof LstmTrainingRecordSchema>;

const LearnedShape = {
  kind: z.literal('lstm'),
  version: z.literal(1),
  /** Steps the network reads. */
  window: z.int().positive(),
  features: z.array(FeatureSchema).min(1),
  inputs: z.strictObject({ shift: z.array(z.number()), scale: ScaleSchema }),
  output: OutputSchema,
  network: LstmNetworkSchema,
  /** Single-precision numbers in base64, in the order of `weightShapes`. */
  weights: z.string().max(float32TextLength(MAX_WEIGHTS)),
  training: LstmTrainingRecordSchema,
};

/** The state of a recurrent network for one series. */
export const LstmStateSchema = z
  .strictObject({ ...LearnedShape, ...POINT_STATE_SHAPE, memory: LstmMemorySchema })
  .superRefine(({ network, features, inputs, output, weights }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    for (const count of [features.length, inputs.shift.length, inputs.scale.length]) {
      if (count !== network.inputs) refuse('inputs', `${network.inputs} inputs, got ${count}`);
    }
    if (weights.length !== float32TextLength(weightCount(network))) {
      refuse('weights', `not the ${weightCount(network)} weights of the network`);
    }
    const heads = output.form === 'one-step' ? 1 : output.scales.length;
    if (heads !== network.heads.length) refuse('output', `not the ${heads} heads of the network`);
  });

export type LstmState = z.infer<typeof LstmStateSchema>;

/** What a training gives: everything of a state but the series. */
export type LearnedLstm = Omit<LstmState, 'seriesId' | 'step' | 'cutoff' | 'memory'>;

/**
 * The fitted model of a state. Its forecasts are the network's own, evaluated here in double precision.
 *
 * A missing value counts as the last before it, at the beginning of a history as the first after it.
 * Covariates stay as they were last. Beyond the steps the network answers for, the forecast repeats its
 * last day, or its last value where it holds no whole day.
 *
 * A network with quantile heads answers quantiles from .1 to .9 as far as its heads reach; it refuses
 * others with `QUANTILE_OUT_OF_RANGE` and longer horizons with `HORIZON_OUT_OF_RANGE`, since it has
 * learned nothing of either.
 *
 * @throws {RangeError} when the weights are not readable
 */
export function restoreLstm(state: LstmState): FittedForecaster<LstmState> {
  return fittedLstm(state, decodeFloat32(state.weights));
}

/** The state of a trained network for a history: its scale, its newest values. */
export function conditionLstm(learned: LearnedLstm, history: History): LstmState {
  const { id: seriesId, step, start, values: all } = history.target;
  const before = epochMs(start - step);
  const values = valuesAfter(history.target, before, step);
  const covariates = covariatesAfter(history, before, step, all.length);
  const names = learned.features.flatMap((each) => (each.of === 'covariate' ? [each.name] : []));
  const read = new Map(names.map((name) => [name, covariates.get(name) ?? new Float64Array(0)]));
  return {
    ...learned,
    seriesId,
    step,
    cutoff: before + all.length * step,
    memory: remember(emptyMemory(values, read), values, covariates, keptSteps(learned)),
  };
}

function fittedLstm(state: LstmState, weights: Float32Array): FittedForecaster<LstmState> {
  const cutoff = epochMs(state.cutoff);
  const step = durationMs(state.step);
  return {
    kind: state.kind,
    cutoff,
    predict(request) {
      const { horizon, quantiles = [] } = request;
      const hasQuantiles = state.output.form === 'path' && state.output.quantiles;
      if (hasQuantiles) checkRequest(request);
      else checkPointRequest(request, state.kind);
      const paths =
        state.output.form === 'path'
          ? predictPath(state, state.output, weights)
          : rollOut(state, state.output, weights, horizon);
      if (quantiles.length > 0) checkLearned(horizon, quantiles, paths.point.length);
      return {
        seriesId: state.seriesId,
        cutoff,
        step,
        point: withoutSign(continuePath(paths.point, horizon, step)),
        quantiles: quantiles.map((q) => ({
          q,
          values: withoutSign(quantilePath(paths, q).subarray(0, horizon)),
        })),
      };
    },
    update(next) {
      const values = valuesAfter(next.target, cutoff, step);
      if (values.length === 0) return this;
      const covariates = covariatesAfter(next, cutoff, step, values.length);
      const memory = remember(state.memory, values, covariates, keptSteps(state));
      return fittedLstm({ ...state, memory, cutoff: cutoff + values.length * step }, weights);
    },
    toState: () => structuredClone(state),
  };
}

function keptSteps({ window, features }: Pick<LstmState, 'window' | 'features'>): number {
  return window + lookback(features);
}

function predictPath(
  state: LstmState,
  { scales, quantiles }: { readonly scales: readonly number[]; readonly quantiles: boolean },
  weights: Float32Array,
): LstmPaths {
  const source = sourceOf(state.memory, state.cutoff, state.step, 0);
  const anchor = source.values[source.known - 1]!;
  const { window, features, inputs, network } = state;
  const x = new Float32Array(window * features.length);
  for (let t = 0; t < window; t++) {
    const row = Math.max(0, source.known - window + t);
    writeInputs(features, inputs, source, row, anchor, x, t * features.length);
  }
  return pathsOf(runNetwork(network, weights, x), scales, anchor, quantiles);
}

/** Forecasts step after step, each from the window that ends with the forecasts before it. */
function rollOut(
  state: LstmState,
  { shift, scale, rollOut: reach }: { shift: number; scale: number; rollOut: number },
  weights: Float32Array,
  horizon: number,
): LstmPaths {
  const ahead = Math.min(horizon, reach);
  const { window, features, inputs, network } = state;
  const width = features.length;
  const source = sourceOf(state.memory, state.cutoff, state.step, ahead);
  const first = source.known - window;
  const rows = new Float32Array((window + ahead) * width);
  const write = (t: number) =>
    writeInputs(features, inputs, source, Math.max(0, first + t), 0, rows, t * width);
  for (let t = 0; t < window; t++) write(t);
  for (let h = 0; h < ahead; h++) {
    const [output] = runNetwork(network, weights, rows.subarray(h * width, (h + window) * width));
    source.values[source.known + h] = shift + scale * output![0]!;
    write(window + h);
  }
  const point = source.values.slice(source.known);
  return { low: point, point, high: point };
}

function checkLearned(horizon: number, quantiles: readonly number[], reach: number): void {
  if (horizon > reach) {
    throw new DomainError(
      'HORIZON_OUT_OF_RANGE',
      `this network has quantiles for 1 to ${reach} steps, got ${horizon}`,
      { horizon, maxHorizon: reach },
    );
  }
  const [lowest, , highest] = LEARNED_QUANTILES;
  if (quantiles.some((q) => q < lowest || q > highest)) {
    throw new DomainError(
      'QUANTILE_OUT_OF_RANGE',
      `this network has quantiles from ${lowest} to ${highest}, got ${quantiles.join(', ')}`,
      { quantiles, lowest, highest },
    );
  }
}

/** JSON turns -0 into 0: without this a restored model could differ in a sign. */
function withoutSign(values: Float64Array): Float64Array {
  return values.map((value) => value + 0);
}
