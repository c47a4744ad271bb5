import type { LstmParameters, PathLoss } from '#core/forecast/lstm-parameters.ts';
import { LEARNED_QUANTILES } from '#core/forecast/lstm-path.ts';
import type { Batch } from './training-set.ts';

/** Outputs of one head for some windows, or the derivatives by them: row-major, some columns unused. */
export interface HeadRows {
  readonly values: Float32Array | Float64Array;
  /** From one row to the next, in numbers. */
  readonly stride: number;
}

/** Which part of a batch outputs are of, and what a window with an actual counts there. */
export interface LossRows {
  readonly batch: Batch;
  /** Columns of `batch.actuals`. */
  readonly reach: number;
  readonly firstRow: number;
  readonly rows: number;
  /** Of each head, by `lossShares`. */
  readonly shares: readonly number[];
}

/**
 * How much each answer with an actual counts in the loss of a batch, head by head: the weight of the head
 * over the count of its actuals.
 */
export function lossShares(
  goal: LstmParameters['goal'],
  { isPresent }: Batch,
  reach: number,
): readonly number[] {
  const counted = (from: number, to: number): number => {
    let sum = 0;
    for (let at = 0; at < isPresent.length; at += reach) {
      for (let h = from; h < to; h++) sum += isPresent[at + h]!;
    }
    return Math.max(1, sum);
  };
  if (goal.form === 'one-step') return [1 / counted(0, 1)];
  const all = goal.weights.reduce((sum, weight) => sum + weight, 0);
  return goal.horizons.map(
    (end, k) => goal.weights[k]! / all / counted(goal.horizons[k - 1] ?? 0, end),
  );
}

/**
 * What some windows add to the loss that `lossOf` states, in double precision.
 *
 * @param changes - gets the derivatives by the outputs; undefined when nobody asks
 */
export function lossAndChanges(
  goal: LstmParameters['goal'],
  outputs: readonly HeadRows[],
  part: LossRows,
  changes?: readonly HeadRows[],
): number {
  const loss = goal.form === 'one-step' ? 'mse' : goal.loss;
  let sum = 0;
  outputs.forEach((output, k) => {
    const from = goal.form === 'one-step' ? 0 : (goal.horizons[k - 1] ?? 0);
    const to = goal.form === 'one-step' ? 1 : goal.horizons[k]!;
    sum += headLoss(loss, output, part, { k, from, steps: to - from }, changes?.[k]);
  });
  return sum;
}

interface Head {
  readonly k: number;
  /** Steps ahead that earlier heads answer for. */
  readonly from: number;
  readonly steps: number;
}

function headLoss(
  loss: PathLoss,
  { values, stride }: HeadRows,
  { batch, reach, firstRow, rows, shares }: LossRows,
  { k, from, steps }: Head,
  changes: HeadRows | undefined,
): number {
  const share = shares[k]!;
  const into = changes?.values ?? new Float32Array(values.length);
  into.fill(0);
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let h = 0; h < steps; h++) {
      const target = (firstRow + row) * reach + from + h;
      if (batch.isPresent[target] === 0) continue;
      const at = row * stride + h;
      const actual = batch.actuals[target]!;
      sum +=
        loss === 'quantile'
          ? pinballs(actual, values, at, steps, share, into)
          : pointLoss(loss, actual - values[at]!, at, share, into);
    }
  }
  return share * sum;
}

/** Writes the derivative, returns the loss of one error. */
function pointLoss(
  loss: Exclude<PathLoss, 'quantile'>,
  error: number,
  at: number,
  share: number,
  changes: HeadRows['values'],
): number {
  switch (loss) {
    case 'mse':
      changes[at] = -2 * share * error;
      return error ** 2;
    case 'mae':
      changes[at] = -share * Math.sign(error);
      return Math.abs(error);
    case 'huber': {
      const inner = Math.min(1, Math.max(-1, error));
      changes[at] = -share * inner;
      return inner * (error - inner / 2);
    }
  }
}

/** The mean pinball loss of the three quantiles of a step: the outputs are `steps` apart. */
function pinballs(
  actual: number,
  outputs: HeadRows['values'],
  at: number,
  steps: number,
  share: number,
  changes: HeadRows['values'],
): number {
  const [lowest, middle, highest] = LEARNED_QUANTILES;
  const median = outputs[at]!;
  const [below, above] = [outputs[at + steps]!, outputs[at + 2 * steps]!];
  const low = pinball(lowest, actual - median + softplus(below));
  const centre = pinball(middle, actual - median);
  const high = pinball(highest, actual - median - softplus(above));
  const third = share / LEARNED_QUANTILES.length;
  changes[at] = -third * (low.slope + centre.slope + high.slope);
  changes[at + steps] = third * low.slope * sigmoid(below);
  changes[at + 2 * steps] = -third * high.slope * sigmoid(above);
  return (low.loss + centre.loss + high.loss) / LEARNED_QUANTILES.length;
}

/** The pinball loss of an error, and its derivative by the error. */
function pinball(q: number, error: number): { readonly loss: number; readonly slope: number } {
  const slope = error >= 0 ? q : q - 1;
  return { loss: slope * error, slope };
}

function softplus(x: number): number {
  return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
