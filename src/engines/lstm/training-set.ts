import { createHash } from 'node:crypto';
import { DomainError } from '#core/errors.ts';
import type { History } from '#core/forecast/forecaster.ts';
import type { LearnedLstm } from '#core/forecast/lstm.ts';
import {
  carryForward,
  type Feature,
  type FeatureSource,
  featureAt,
  isLevel,
} from '#core/forecast/lstm-features.ts';
import { covariatesAfter } from '#core/forecast/lstm-memory.ts';
import type { LstmParameters } from '#core/forecast/lstm-parameters.ts';
import { fitInput } from '#core/forecast/point-model.ts';
import { epochMs } from '#core/time.ts';
import { fitInputScale, fitTargetScales, type ScaleFit } from './scales.ts';
import { splitWindows, type WindowSplit } from './split-windows.ts';

/** A history made ready for training: rows of features, windows and scales. */
export interface TrainingSet {
  readonly features: readonly Feature[];
  readonly inputs: LearnedLstm['inputs'];
  readonly output: LearnedLstm['output'];
  /** Steps ahead that a window has targets for. */
  readonly reach: number;
  /** The windows of each part as the index of the last step they read. */
  readonly windows: WindowSplit;
  /** Content hash of the data and of what decides the training but its seed. */
  readonly fingerprint: string;
  /** The arrays for these windows, new ones every time: some backends keep what they are given. */
  batchOf(origins: readonly number[]): Batch;
}

/** The arrays of one batch, row-major. */
export interface Batch {
  /** Windows × steps × features. */
  readonly windows: Float32Array;
  /** Windows × reach, scaled; 0 where missing. */
  readonly actuals: Float32Array;
  /** The same shape: 1 where there is an actual. */
  readonly isPresent: Float32Array;
}

/** Windows without which there is nothing to learn from. */
const FEWEST_WINDOWS = 2;

/** How many steps a complete history needs to give one batch of training windows. */
export function stepsNeeded(parameters: LstmParameters): number {
  const { window, stride, batchSize, split, goal } = parameters;
  return window + Math.ceil((batchSize * stride + targetReach(goal)) / split.training);
}

/** How many steps ahead a window has targets for. */
export function targetReach(goal: LstmParameters['goal']): number {
  return goal.form === 'one-step' ? 1 : goal.horizons.at(-1)!;
}

/**
 * Prepares a training: fills gaps with the value before them, picks the inputs, cuts windows and fits
 * the scales on the training part alone. A window is used when its last value is present and one of its
 * targets at least.
 *
 * @throws {DomainError} `HISTORY_TOO_SHORT`
 */
export function prepareTraining(history: History, parameters: LstmParameters): TrainingSet {
  const { about, values } = fitInput('lstm', history, stepsNeeded(parameters));
  const { goal, window } = parameters;
  const reach = targetReach(goal);
  const eligible = originsOf(values, window, parameters.stride, reach);
  if (eligible.length < FEWEST_WINDOWS) {
    throw new DomainError(
      'HISTORY_TOO_SHORT',
      `lstm needs ${FEWEST_WINDOWS} windows that end with a value, got ${eligible.length}`,
      { needWindows: FEWEST_WINDOWS, haveWindows: eligible.length, seriesId: about.seriesId },
    );
  }
  const windows = splitWindows(eligible, parameters.split, reach);
  const source = sourceOfHistory(history, values);
  const features = chooseFeatures(parameters, [...source.covariates.keys()]);
  const rows = featureRows(features, source);
  const fit: ScaleFit = { values, rows, features, window, reach, origins: windows.training };
  const inputs = fitInputScale(fit, goal.form, parameters.normalisation);
  const output = fitTargetScales(fit, goal);
  return {
    features,
    inputs,
    output,
    reach,
    windows,
    fingerprint: fingerprintOf(parameters, about, rows, values),
    batchOf: (origins) => {
      const batch: Batch = {
        windows: new Float32Array(origins.length * window * features.length),
        actuals: new Float32Array(origins.length * reach),
        isPresent: new Float32Array(origins.length * reach),
      };
      origins.forEach((origin, i) => {
        const anchor = goal.form === 'path' ? values[origin]! : 0;
        writeWindow(fit, inputs, anchor, origin, batch, i);
        writeTargets(values, output, goal, origin, batch, i);
      });
      return batch;
    },
  };
}

function originsOf(values: Float64Array, window: number, stride: number, reach: number): number[] {
  const origins: number[] = [];
  // Counted from the end, so that the newest window is one.
  for (let origin = values.length - 2; origin >= window - 1; origin -= stride) {
    const targets = values.subarray(origin + 1, origin + 1 + reach);
    if (!Number.isNaN(values[origin]!) && targets.some((value) => !Number.isNaN(value))) {
      origins.push(origin);
    }
  }
  return origins.reverse();
}

function sourceOfHistory(history: History, values: Float64Array): FeatureSource {
  const { start, step } = history.target;
  const all = covariatesAfter(history, epochMs(start - step), step, values.length);
  const covariates = new Map<string, Float64Array>();
  for (const [name, covariate] of all) {
    const first = covariate.find((value) => !Number.isNaN(value));
    if (first !== undefined) covariates.set(name, carryForward(covariate, first));
  }
  const first = values.find((value) => !Number.isNaN(value)) ?? 0;
  return { values: carryForward(values, first), covariates, start, step };
}

function chooseFeatures(
  { features, spareFeatures, maxInputs }: LstmParameters,
  names: readonly string[],
): Feature[] {
  const covariates = names.map((name): Feature => ({ of: 'covariate', name }));
  return [...features, ...covariates, ...spareFeatures].slice(0, maxInputs);
}

function featureRows(features: readonly Feature[], source: FeatureSource): Float64Array {
  const width = features.length;
  const rows = new Float64Array(source.values.length * width);
  for (let i = 0; i < source.values.length; i++) {
    for (let f = 0; f < width; f++) rows[i * width + f] = featureAt(features[f]!, source, i);
  }
  return rows;
}

function writeWindow(
  { rows, features, window }: ScaleFit,
  { shift, scale }: LearnedLstm['inputs'],
  anchor: number,
  origin: number,
  batch: Batch,
  index: number,
): void {
  const width = features.length;
  const anchors = features.map((feature) => (isLevel(feature) ? anchor : 0));
  let from = (origin + 1 - window) * width;
  let to = index * window * width;
  for (let t = 0; t < window; t++) {
    for (let f = 0; f < width; f++) {
      batch.windows[to++] = (rows[from++]! - anchors[f]! - shift[f]!) / scale[f]!;
    }
  }
}

function writeTargets(
  values: Float64Array,
  output: LearnedLstm['output'],
  goal: LstmParameters['goal'],
  origin: number,
  { actuals, isPresent }: Batch,
  index: number,
): void {
  const reach = targetReach(goal);
  let head = 0;
  for (let h = 1; h <= reach; h++) {
    const value = values[origin + h] ?? Number.NaN;
    const at = index * reach + h - 1;
    isPresent[at] = Number.isNaN(value) ? 0 : 1;
    if (goal.form === 'path' && h > goal.horizons[head]!) head++;
    const scaled =
      output.form === 'one-step'
        ? (value - output.shift) / output.scale
        : (value - values[origin]!) / output.scales[head]!;
    actuals[at] = Number.isNaN(value) ? 0 : scaled;
  }
}

function fingerprintOf(
  parameters: LstmParameters,
  about: object,
  rows: Float64Array,
  values: Float64Array,
): string {
  const hash = createHash('sha256').update(JSON.stringify([parameters, about]));
  for (const { buffer, byteOffset, byteLength } of [rows, values]) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}
