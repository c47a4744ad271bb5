import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LstmParameters, PathLoss } from '#core/forecast/lstm-parameters.ts';
import { LEARNED_QUANTILES } from '#core/forecast/lstm-path.ts';
import type { TensorFlow } from './load-tensorflow.ts';

/** What a batch should have been, in scaled units. */
export interface BatchTargets {
  /** Windows × steps; 0 where there is no actual. */
  readonly actuals: Tensor2D;
  /** 1 where there is an actual, 0 where there is none. */
  readonly isPresent: Tensor2D;
}

/**
 * The loss of a batch, lower is better: of each head the mean over its windows and steps with an actual,
 * and of the heads the mean with the weights of the goal.
 *
 * - `quantile`: pinball losses max(q e, (q - 1) e) of the errors e, averaged over the three quantiles
 *   (Koenker & Bassett 1978), where lower and upper quantile are the median -/+ a softplus;
 * - `huber`: e² / 2 for |e| < 1, |e| - 1/2 beyond (Huber 1964).
 *
 * @param outputs - of each head, as `pathsOf` reads them
 */
export function lossOf(
  tf: TensorFlow,
  goal: LstmParameters['goal'],
  outputs: readonly Tensor2D[],
  { actuals, isPresent }: BatchTargets,
): Scalar {
  const { core } = tf;
  if (goal.form === 'one-step') {
    return meanOf(tf, core.square(core.sub(actuals, only(outputs))), isPresent);
  }
  const weights = goal.weights.reduce((sum, weight) => sum + weight, 0);
  const losses = outputs.map((output, k) => {
    const from = goal.horizons[k - 1] ?? 0;
    const steps = goal.horizons[k]! - from;
    const cut = (tensor: Tensor2D) => core.slice2d(tensor, [0, from], [-1, steps]);
    const each = pointwise(tf, goal.loss, output, cut(actuals), steps);
    return core.mul<Scalar>(meanOf(tf, each, cut(isPresent)), goal.weights[k]! / weights);
  });
  return core.addN(losses);
}

function pointwise(
  tf: TensorFlow,
  loss: PathLoss,
  output: Tensor2D,
  actuals: Tensor2D,
  steps: number,
): Tensor {
  const { core } = tf;
  switch (loss) {
    case 'quantile': {
      const part = (k: number) => core.slice2d(output, [0, k * steps], [-1, steps]);
      const median = part(0);
      const low = core.sub(median, core.softplus(part(1)));
      const high = core.add(median, core.softplus(part(2)));
      const losses = [low, median, high].map((forecast, k) =>
        pinball(tf, LEARNED_QUANTILES[k]!, core.sub(actuals, forecast)),
      );
      return core.div(core.addN(losses), losses.length);
    }
    case 'mse':
      return core.square(core.sub(actuals, output));
    case 'mae':
      return core.abs(core.sub(actuals, output));
    case 'huber': {
      const size = core.abs(core.sub(actuals, output));
      // With m = min(|e|, 1) both branches are m (|e| - m / 2).
      const inner = core.minimum(size, 1);
      return core.mul(inner, core.sub(size, core.div(inner, 2)));
    }
  }
}

function pinball({ core }: TensorFlow, q: number, error: Tensor): Tensor {
  return core.maximum(core.mul(error, q), core.mul(error, q - 1));
}

function meanOf({ core }: TensorFlow, each: Tensor, isPresent: Tensor2D): Scalar {
  const count = core.maximum(core.sum(isPresent), 1);
  return core.div<Scalar>(core.sum(core.mul(each, isPresent)), count);
}

function only<T>([first]: readonly T[]): T {
  if (first === undefined) throw new RangeError('a network has one head or more');
  return first;
}
