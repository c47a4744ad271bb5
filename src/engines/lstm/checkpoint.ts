import * as z from 'zod';

/** Single-precision numbers, see `encodeFloat32`. */
const NumbersSchema = z.base64();

/**
 * All that a training needs to go on as if it had not been interrupted: the weights and what the
 * optimizer knows, the place in the epoch, the schedule, the best weights so far and the seed from which
 * the order of windows and the dropout masks follow. Plain JSON.
 */
export const LstmCheckpointSchema = z.strictObject({
  kind: z.literal('lstm-checkpoint'),
  version: z.literal(1),
  /** Of the data and the parameters: on others it cannot go on. */
  fingerprint: z.string(),
  backend: z.string(),
  seed: z.int(),
  /** Epochs completed. */
  epoch: z.int().nonnegative(),
  /** Batches trained in the epoch under way, and the sum of their losses over windows. */
  batch: z.int().nonnegative(),
  lossSum: z.number(),
  isDone: z.boolean(),
  learningRate: z.number().positive(),
  /** Epochs since the best loss, and since that or the last reduction of the learning rate. */
  sinceBest: z.int().nonnegative(),
  sinceReduction: z.int().nonnegative(),
  weights: NumbersSchema,
  optimizer: z.strictObject({
    updates: z.int().nonnegative(),
    firstMoments: NumbersSchema,
    secondMoments: NumbersSchema,
  }),
  best: z
    .strictObject({
      epoch: z.int().positive(),
      trainingLoss: z.number(),
      validationLoss: z.number().nullable(),
      weights: NumbersSchema,
    })
    .nullable(),
});

export type LstmCheckpoint = z.infer<typeof LstmCheckpointSchema>;

/** Where the checkpoint of one training is kept. */
export interface CheckpointStore {
  /** The last one saved; undefined when there is none. */
  load(): Promise<LstmCheckpoint | undefined>;
  /** Replaces the last one. */
  save(checkpoint: LstmCheckpoint): Promise<void>;
}
