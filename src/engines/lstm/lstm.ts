import * as z from 'zod';
import { DomainError } from '#core/errors.ts';
import type { Forecaster, History } from '#core/forecast/forecaster.ts';
import { conditionLstm, type LstmState, restoreLstm } from '#core/forecast/lstm.ts';
import { type LstmParameters, LstmParametersSchema } from '#core/forecast/lstm-parameters.ts';
import { seededRandom } from '#core/math/random.ts';
import type { CheckpointStore, LstmCheckpoint } from './checkpoint.ts';
import { kernelEngine } from './kernel-engine.ts';
import { belongsTo, type LstmTraining, startTraining } from './train-lstm.ts';
import type { TrainingEngine } from './training-engine.ts';
import { prepareTraining, stepsNeeded } from './training-set.ts';

/** What a recurrent network trains with, beside its parameters. */
export interface LstmOptions {
  /** Where a training that is interrupted goes on; without, it begins anew. */
  readonly checkpoints?: CheckpointStore;
  /** What trains: the kernels, unless given. */
  readonly engine?: () => Promise<TrainingEngine>;
}

/** Used when `FitOptions.random` is left out: a fit without a source of chance is still reproducible. */
const DEFAULT_SEED = 1;

/**
 * A recurrent neural network, trained by the kernels and evaluated in plain TypeScript. See `moraParameters` and
 * `multiHorizonParameters` for the two presets.
 *
 * With `checkpoints` a fit that is killed, or stopped by `FitOptions.checkpoint`, goes on at the next
 * call with the same data, parameters, seed and backend, and ends with the same weights as one that was
 * never interrupted. A checkpoint of anything else is passed over.
 *
 * @throws {RangeError} when a parameter is out of range
 */
export function lstm(parameters: LstmParameters, options: LstmOptions = {}): Forecaster<LstmState> {
  const checked = checkParameters(parameters);
  const { checkpoints, engine = kernelEngine } = options;
  return {
    kind: 'lstm',
    capabilities: {
      quantiles: checked.goal.form === 'path' && checked.goal.loss === 'quantile',
      missingValues: true,
      minHistory: stepsNeeded(checked),
    },
    async fit(history, { random = seededRandom(DEFAULT_SEED, 'lstm'), checkpoint } = {}) {
      const set = prepareTraining(history, checked);
      const seed = drawSeed(random);
      const task = { engine: await engine(), parameters: checked, set, seed };
      const saved = await checkpoints?.load();
      const training = startTraining(
        saved !== undefined && belongsTo(saved, task) ? { ...task, from: saved } : task,
      );
      try {
        await trainToEnd(training, checked.saveEveryEpochs, checkpoints, checkpoint);
        return restoreLstm(conditionLstm(training.learned(), history));
      } finally {
        training.dispose();
      }
    },
  };
}

/** How a part of a training is to run. */
export interface LstmSliceOptions {
  /** Asked after every batch. */
  shouldStop(): boolean;
  /** The same in every slice of a training. */
  readonly seed: number;
  /** Where the slice before it stopped. */
  readonly checkpoint?: LstmCheckpoint;
  /** What trains: the kernels, unless given. */
  readonly engine?: () => Promise<TrainingEngine>;
}

/** Where a slice ended: at its time, or at the end of the training. */
export type LstmSlice =
  | { readonly done: false; readonly checkpoint: LstmCheckpoint }
  | { readonly done: true; readonly state: LstmState };

/**
 * Trains until the network is done or the time is up, so that a training may outlast the function that
 * runs it. One batch is trained at least: a loop over slices ends.
 *
 * @throws {RangeError} when a parameter is out of range
 * @throws {DomainError} `HISTORY_TOO_SHORT`, `FIT_DID_NOT_CONVERGE`; `STATE_INCOMPATIBLE` when the
 * checkpoint is of other data, parameters, another seed or backend
 */
export async function trainLstmSlice(
  history: History,
  parameters: LstmParameters,
  { shouldStop, seed, checkpoint, engine = kernelEngine }: LstmSliceOptions,
): Promise<LstmSlice> {
  const checked = checkParameters(parameters);
  const set = prepareTraining(history, checked);
  const task = { engine: await engine(), parameters: checked, set, seed };
  if (checkpoint !== undefined && !belongsTo(checkpoint, task)) {
    throw new DomainError(
      'STATE_INCOMPATIBLE',
      'the checkpoint is of another training: its data, parameters, seed or backend differ',
      { seriesId: history.target.id, backend: checkpoint.backend, seed: checkpoint.seed },
    );
  }
  const training = startTraining(checkpoint === undefined ? task : { ...task, from: checkpoint });
  try {
    while (!training.isDone) {
      training.advance();
      if (!training.isDone && shouldStop()) {
        return { done: false, checkpoint: training.checkpoint() };
      }
      await breathe();
    }
    return { done: true, state: conditionLstm(training.learned(), history) };
  } finally {
    training.dispose();
  }
}

async function trainToEnd(
  training: LstmTraining,
  saveEveryEpochs: number,
  checkpoints: CheckpointStore | undefined,
  checkTime: (() => void) | undefined,
): Promise<void> {
  while (!training.isDone) {
    const { epoch } = training;
    training.advance();
    try {
      checkTime?.();
    } catch (stopped) {
      await checkpoints?.save(training.checkpoint());
      throw stopped;
    }
    const isDue = training.epoch > epoch && training.epoch % saveEveryEpochs === 0;
    if (isDue || training.isDone) await checkpoints?.save(training.checkpoint());
    await breathe();
  }
}

/** Lets timers and sockets have their turn between two batches. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function drawSeed(random: () => number): number {
  return Math.floor(random() * 2 ** 32);
}

function checkParameters(parameters: LstmParameters): LstmParameters {
  const parsed = LstmParametersSchema.safeParse(parameters);
  if (parsed.success) return parsed.data;
  throw new RangeError(`the parameters of the lstm: ${z.prettifyError(parsed.error)}`);
}
