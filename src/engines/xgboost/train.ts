import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import { DomainError } from '#core/errors.ts';
import type { BoostedTrees } from '#core/math/boosted-trees.ts';
import { mean } from '#core/math/statistics.ts';
import type { TrainingOptions } from '#engines/boosting/booster.ts';
import type { BoostingParameters } from '#engines/boosting/parameters.ts';
import type { TrainingMatrix } from '#engines/boosting/training-matrix.ts';
import { parseBinaryModel } from './binary-model.ts';
import { engineParameters } from './parameters.ts';
import { encodeRows } from './training-matrix.ts';
import { WORKER_SOURCE } from './worker-source.ts';

/**
 * Grows boosted trees with XGBoost 0.7 (`ml-xgboost`), the other `Booster`, in a thread that lives as long
 * as the training. The same matrix, parameters and seed give the same trees.
 *
 * @param parameters - see `BoostingParameters`; 100 trees of depth 6 at a learning rate of 0.1 unless
 *   said otherwise
 * @throws {RangeError} when a parameter is out of range, or the matrix is not one
 * @throws {DomainError} `FIT_DID_NOT_CONVERGE` when the engine fails, for example out of memory
 */
export async function trainBoostedTrees(
  matrix: TrainingMatrix,
  parameters: BoostingParameters = {},
  options: TrainingOptions = {},
): Promise<BoostedTrees> {
  return parseBinaryModel(await trainBinaryModel(matrix, parameters, options));
}

/** The same, as the bytes that XGBoost saves: for comparisons with the engine itself. */
export async function trainBinaryModel(
  matrix: TrainingMatrix,
  parameters: BoostingParameters = {},
  options: TrainingOptions = {},
): Promise<Uint8Array> {
  const rows = encodeRows(matrix);
  const { rounds, named } = engineParameters(parameters, mean(matrix.labels));
  options.checkpoint?.();
  options.signal?.throwIfAborted();
  const worker = new Worker(WORKER_SOURCE, {
    eval: true,
    name: 'helios-boosting',
    workerData: {
      enginePath: enginePath(),
      rows,
      labels: matrix.labels,
      columns: matrix.columns,
      parameters: named,
      rounds,
    },
    transferList: [rows.buffer],
    // Loaders and flags of the caller are of no use to it, nor is what the engine prints.
    execArgv: [],
    env: {},
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  const ended = new AbortController();
  try {
    return await modelFrom(worker, options, ended.signal);
  } finally {
    ended.abort();
    await worker.terminate();
  }
}

const MessageSchema = z.union([
  z.strictObject({ round: z.int() }),
  z.strictObject({ model: z.instanceof(Uint8Array) }),
  z.strictObject({ failure: z.string() }),
]);

function modelFrom(
  worker: Worker,
  { signal, checkpoint }: TrainingOptions,
  ended: AbortSignal,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { signal: ended });
    worker.on('message', (received: unknown) => {
      // Past the end a round may still report: nobody waits for it.
      if (ended.aborted) return;
      try {
        const message = MessageSchema.parse(received);
        if ('model' in message) resolve(message.model);
        else if ('failure' in message) reject(engineFailed(message.failure));
        else checkpoint?.();
      } catch (error) {
        reject(error);
      }
    });
    worker.on('error', (error) => reject(engineFailed(String(error), error)));
    worker.on('exit', (code) => reject(engineFailed(`its thread ended with code ${code}`)));
  });
}

/** Found as a CommonJS package, which unlike an import also looks where Lambda puts layers. */
function enginePath(): string {
  return createRequire(import.meta.url).resolve('ml-xgboost/dist/wasm/xgboost');
}

function engineFailed(reason: string, cause?: unknown): DomainError {
  return new DomainError('FIT_DID_NOT_CONVERGE', `xgboost failed: ${reason}`, { reason }, cause);
}
