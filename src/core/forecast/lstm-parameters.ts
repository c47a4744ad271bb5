import * as z from 'zod';
import { type DurationMs, MINUTE } from '../time.ts';
import { FeatureSchema } from './lstm-features.ts';
import { LstmLayerSchema, type LstmNetwork, MAX_WEIGHTS, weightCount } from './lstm-network.ts';

const CountSchema = z.int().positive();
const ShareSchema = z.number().min(0).max(1);

/** What the losses of a path compare: quantiles at .1, .5 and .9, or points. */
export const PATH_LOSSES = ['quantile', 'mse', 'mae', 'huber'] as const;
export type PathLoss = (typeof PATH_LOSSES)[number];

/**
 * What a network is asked for:
 * - `one-step`: the next value itself, min-max scaled, by mean squared error; longer forecasts feed
 *   each answer back, for `rollOut` steps at most;
 * - `path`: the differences of the next steps to the last value. `horizons` are the last steps of the
 *   heads: each head answers for the steps after the head before it, so that every step has one answer.
 */
export const LstmGoalSchema = z.discriminatedUnion('form', [
  z.strictObject({ form: z.literal('one-step'), rollOut: CountSchema.max(8_640) }),
  z.strictObject({
    form: z.literal('path'),
    horizons: z.array(CountSchema.max(8_640)).min(1).max(32).refine(isAscending, 'must ascend'),
    /** How much each head counts in the loss. */
    weights: z.array(z.number().positive()).min(1),
    loss: z.enum(PATH_LOSSES),
  }),
]);

/** Everything that decides a training but its data and its seed. Plain JSON; counts of time are in steps. */
export const LstmParametersSchema = z
  .strictObject({
    goal: LstmGoalSchema,
    /** Steps the network reads. */
    window: CountSchema.max(10_080),
    /** Steps from one training window to the next. */
    stride: CountSchema,
    features: z.array(FeatureSchema).min(1),
    /** Take the places that no covariate takes, in this order, while there are any. */
    spareFeatures: z.array(FeatureSchema),
    /** Most inputs a step: what `features` leave of it is for covariates. */
    maxInputs: CountSchema.max(512),
    /** How inputs are scaled, by the training rows: range, mean and deviation, or median and quartiles. */
    normalisation: z.enum(['minmax', 'standard', 'robust']),
    layers: z.array(LstmLayerSchema).min(1).max(8),
    /** Share of the states dropped after each recurrent layer in training. */
    dropout: ShareSchema.max(0.9),
    headUnits: CountSchema,
    headDropout: ShareSchema.max(0.9),
    /** Shares of the windows, in the order of time; the rest is held out as test. */
    split: z.strictObject({ training: z.number().gt(0).max(1), validation: ShareSchema }),
    epochs: CountSchema,
    batchSize: CountSchema,
    learningRate: z.number().positive(),
    /** Pulls the weights towards 0: this share of each is added to its gradient. */
    weightDecay: z.number().nonnegative(),
    /** Longest gradient, as the Euclidean norm over all weights. */
    clipNorm: z.number().positive(),
    /** By how much a loss must fall to count as better. */
    minDelta: z.number().nonnegative(),
    /** Epochs without a better loss after which the training ends. */
    patience: CountSchema,
    /** Epochs without a better loss after which the learning rate is multiplied by `factor`. */
    plateau: z.strictObject({
      patience: CountSchema,
      factor: z.number().gt(0).lt(1),
      minimum: z.number().nonnegative(),
    }),
    /** Epochs from one stored checkpoint to the next. */
    saveEveryEpochs: CountSchema,
  })
  .superRefine((parameters, context) => {
    const { goal, split, features, maxInputs } = parameters;
    const refuse = (path: string[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    if (goal.form === 'path' && goal.weights.length !== goal.horizons.length) {
      refuse(['goal', 'weights'], `one weight a horizon, got ${goal.weights.length}`);
    }
    if (split.training + split.validation > 1 + 1e-9)
      refuse(['split'], 'shares add up to 1 at most');
    if (features.length > maxInputs) refuse(['maxInputs'], `at least ${features.length}`);
    const count = weightCount(networkOf(parameters, maxInputs));
    if (count > MAX_WEIGHTS) {
      refuse(['layers'], `a network has at most ${MAX_WEIGHTS} weights, this one has ${count}`);
    }
  });

export type LstmParameters = z.infer<typeof LstmParametersSchema>;

/** The network that parameters describe, for so many inputs. */
export function networkOf(
  { goal, layers, headUnits }: Pick<LstmParameters, 'goal' | 'layers' | 'headUnits'>,
  inputs: number,
): LstmNetwork {
  const outputs =
    goal.form === 'one-step'
      ? [1]
      : goal.horizons.map((end, k) => (end - (goal.horizons[k - 1] ?? 0)) * valuesAStep(goal.loss));
  return { inputs, layers, heads: outputs.map((count) => ({ units: headUnits, outputs: count })) };
}

/** How many numbers a head emits for each step. */
export function valuesAStep(loss: PathLoss): 1 | 3 {
  return loss === 'quantile' ? 3 : 1;
}

/** The furthest step the network itself answers for. */
export function reachOf(goal: LstmParameters['goal']): number {
  return goal.form === 'one-step' ? goal.rollOut : (goal.horizons.at(-1) ?? 1);
}

/**
 * How many steps of a grid hold so many minutes, 1 at least: what starts is counted.
 *
 * @example
 * ```ts
 * stepsOfMinutes(30, durationMs(300_000)); // => 6
 * ```
 */
export function stepsOfMinutes(minutes: number, step: DurationMs): number {
  // Less than a millionth of a step is rounding, not time.
  return Math.max(1, Math.ceil((minutes * MINUTE) / step - 1e-6));
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value > values[i - 1]!);
}
