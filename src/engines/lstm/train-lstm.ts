import { DomainError } from '#core/errors.ts';
import type { LearnedLstm } from '#core/forecast/lstm.ts';
import { type LstmParameters, networkOf } from '#core/forecast/lstm-parameters.ts';
import { decodeFloat32, encodeFloat32 } from '#core/math/float32-base64.ts';
import { type Random, seededRandom } from '#core/math/random.ts';
import type { LstmCheckpoint } from './checkpoint.ts';
import { initialWeights } from './initial-weights.ts';
import type { TrainingEngine } from './training-engine.ts';
import type { TrainingSet } from './training-set.ts';

/** A training under way. It holds memory outside of JavaScript until it is disposed of. */
export interface LstmTraining {
  readonly isDone: boolean;
  /** Epochs completed. */
  readonly epoch: number;
  /**
   * Trains one batch, and after the last of an epoch decides how to go on.
   * @throws {DomainError} `FIT_DID_NOT_CONVERGE` when the numbers are not finite any more
   */
  advance(): void;
  /** From here the training can go on, here or elsewhere, with the same result. */
  checkpoint(): LstmCheckpoint;
  /** The network of the best epoch. @throws {RangeError} before the end of the first */
  learned(): LearnedLstm;
  dispose(): void;
}

/** What a training needs. */
export interface TrainingTask {
  readonly engine: TrainingEngine;
  readonly parameters: LstmParameters;
  readonly set: TrainingSet;
  /** The same data, parameters, seed and backend give the same weights. */
  readonly seed: number;
  /** Where to go on; it must belong to the task (`belongsTo`). */
  readonly from?: LstmCheckpoint;
}

/** Whether a training may go on from a checkpoint: the same data, parameters, seed and backend. */
export function belongsTo(
  checkpoint: LstmCheckpoint,
  { set, seed, engine }: Omit<TrainingTask, 'from'>,
): boolean {
  return (
    checkpoint.fingerprint === set.fingerprint &&
    checkpoint.seed === seed &&
    checkpoint.backend === engine.backend
  );
}

/** Where a training stands, but for the numbers that the engine holds. */
type Progress = {
  -readonly [K in Exclude<
    keyof LstmCheckpoint,
    'kind' | 'version' | 'fingerprint' | 'backend' | 'seed' | 'weights' | 'optimizer'
  >]: LstmCheckpoint[K];
};

/**
 * Trains a network by Adam, batch by batch, in an order of windows that is another every epoch. After an
 * epoch the validation loss (without validation windows the training loss) decides: the best weights are
 * kept, the learning rate falls on a plateau, and the training ends when it has not improved for long.
 */
export function startTraining(task: TrainingTask): LstmTraining {
  const { engine, parameters, set, seed, from } = task;
  const network = networkOf(parameters, set.features.length);
  const progress = from === undefined ? beginning(parameters) : progressOf(from);
  const trainable = engine.open(
    { network, parameters, reach: set.reach },
    from && optimizerOf(from),
  );
  trainable.writeWeights(
    from === undefined
      ? initialWeights(network, seed, parameters.goal.form === 'path' ? 'zero' : 'random')
      : decodeFloat32(from.weights),
  );
  const { training, validation, test } = set.windows;
  const batches = Math.ceil(training.length / parameters.batchSize);
  let order = shuffled(training, seed, progress.epoch);

  const trainBatch = () => {
    const at = progress.batch * parameters.batchSize;
    const origins = order.slice(at, at + parameters.batchSize);
    const loss = trainable.train(set.batchOf(origins), progress.learningRate, (place) =>
      integer(seededRandom(seed, `dropout ${progress.epoch} ${progress.batch} ${place}`)),
    );
    progress.lossSum += finite(loss, 'the training loss') * origins.length;
    progress.batch++;
  };

  const meanLoss = (origins: readonly number[]): number | null => {
    if (origins.length === 0) return null;
    let sum = 0;
    for (let at = 0; at < origins.length; at += parameters.batchSize) {
      const part = origins.slice(at, at + parameters.batchSize);
      sum += finite(trainable.lossOf(set.batchOf(part)), 'the validation loss') * part.length;
    }
    return sum / origins.length;
  };

  const endEpoch = () => {
    const trainingLoss = progress.lossSum / training.length;
    const validationLoss = meanLoss(validation);
    progress.epoch++;
    Object.assign(progress, { batch: 0, lossSum: 0 });
    if (isBetter(validationLoss ?? trainingLoss, progress.best, parameters.minDelta)) {
      const weights = encodeFloat32(trainable.readWeights());
      progress.best = { epoch: progress.epoch, trainingLoss, validationLoss, weights };
      Object.assign(progress, { sinceBest: 0, sinceReduction: 0 });
    } else {
      progress.sinceBest++;
      progress.sinceReduction++;
    }
    schedule(progress, parameters);
    if (!progress.isDone) order = shuffled(training, seed, progress.epoch);
  };

  return {
    get isDone() {
      return progress.isDone;
    },
    get epoch() {
      return progress.epoch;
    },
    advance() {
      if (progress.isDone) return;
      trainBatch();
      if (progress.batch === batches) endEpoch();
    },
    checkpoint() {
      const { updates, firstMoments, secondMoments } = trainable.optimizerState();
      return {
        kind: 'lstm-checkpoint',
        version: 1,
        fingerprint: set.fingerprint,
        backend: engine.backend,
        seed,
        ...progress,
        weights: encodeFloat32(trainable.readWeights()),
        optimizer: {
          updates,
          firstMoments: encodeFloat32(firstMoments),
          secondMoments: encodeFloat32(secondMoments),
        },
      };
    },
    learned() {
      const { best } = progress;
      if (best === null) throw new RangeError('nothing is learned before the end of an epoch');
      const { weights, epoch: bestEpoch, trainingLoss, validationLoss } = best;
      const current = trainable.readWeights();
      trainable.writeWeights(decodeFloat32(weights));
      const testLoss = meanLoss(test);
      trainable.writeWeights(current);
      return {
        kind: 'lstm',
        version: 1,
        window: parameters.window,
        features: [...set.features],
        inputs: set.inputs,
        output: set.output,
        network,
        weights,
        training: {
          backend: engine.backend,
          ...(engine.fallback && { fallback: engine.fallback }),
          seed,
          epochs: progress.epoch,
          bestEpoch,
          trainingLoss,
          validationLoss,
          testLoss,
          windows: {
            training: training.length,
            validation: validation.length,
            test: test.length,
          },
        },
      };
    },
    dispose: trainable.dispose,
  };
}

function beginning({ learningRate }: LstmParameters): Progress {
  const counts = { epoch: 0, batch: 0, lossSum: 0, sinceBest: 0, sinceReduction: 0 };
  return { ...counts, isDone: false, learningRate, best: null };
}

function progressOf(from: LstmCheckpoint): Progress {
  const { epoch, batch, lossSum, isDone, learningRate, sinceBest, sinceReduction, best } = from;
  return { epoch, batch, lossSum, isDone, learningRate, sinceBest, sinceReduction, best };
}

function optimizerOf({ optimizer }: LstmCheckpoint) {
  return {
    updates: optimizer.updates,
    firstMoments: decodeFloat32(optimizer.firstMoments),
    secondMoments: decodeFloat32(optimizer.secondMoments),
  };
}

function isBetter(loss: number, best: LstmCheckpoint['best'], minDelta: number): boolean {
  return best === null || loss < (best.validationLoss ?? best.trainingLoss) - minDelta;
}

/** Lowers the learning rate on a plateau and ends what does not improve any more. */
function schedule(progress: Progress, { plateau, patience, epochs }: LstmParameters): void {
  if (progress.sinceReduction >= plateau.patience) {
    progress.learningRate = Math.max(plateau.minimum, progress.learningRate * plateau.factor);
    progress.sinceReduction = 0;
  }
  progress.isDone = progress.epoch >= epochs || progress.sinceBest >= patience;
}

/** The windows of one epoch in a random order (Fisher & Yates; Durstenfeld 1964). */
function shuffled(origins: readonly number[], seed: number, epoch: number): readonly number[] {
  const random = seededRandom(seed, `order ${epoch}`);
  const order = [...origins];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function integer(random: Random): number {
  return Math.floor(random() * 2 ** 31);
}

function finite(value: number, what: string): number {
  if (Number.isFinite(value)) return value;
  throw new DomainError('FIT_DID_NOT_CONVERGE', `${what} of the lstm is ${value}`, {});
}
