import { mean, quantile } from '#core/math/statistics.ts';
import type { CompleteParameters } from './parameters.ts';

/** What trees make small. Hessians are 1, times the weight of a row: the losses are none or squares. */
export interface Objective {
  /** The best prediction for all, where the trees start from. */
  start(labels: Float32Array, weights: Float32Array | undefined): number;
  /** The gradient of a row's loss by its prediction. */
  gradient(prediction: number, label: number): number;
  loss(prediction: number, label: number): number;
  /**
   * The best constant to add for these errors (label − prediction), where Newton's step does not find
   * it; it replaces the leaf's value. The array may be left in another order.
   */
  readonly renew?: (errors: Float64Array, weights: Float64Array | undefined) => number;
}

export function objectiveOf({ objective, quantile_alpha }: CompleteParameters): Objective {
  switch (objective) {
    case 'reg:squarederror':
      return SQUARES;
    case 'reg:absoluteerror':
      return pinball(0.5, 2);
    case 'reg:quantileerror':
      return pinball(quantile_alpha, 1);
  }
}

const SQUARES: Objective = {
  start: (labels, weights) => (weights ? weightedMean(labels, weights) : mean(labels)),
  gradient: (prediction, label) => prediction - label,
  loss: (prediction, label) => (prediction - label) ** 2,
};

/** `scale` times the pinball loss of a quantile (Koenker & Bassett 1978); 2 at 0.5: the size of the error. */
function pinball(q: number, scale: number): Objective {
  const above = scale * (1 - q);
  const below = -scale * q;
  return {
    start: (labels, weights) =>
      quantileOf(Float64Array.from(labels), weights && Float64Array.from(weights), q),
    gradient: (prediction, label) => (prediction >= label ? above : below),
    loss(prediction, label) {
      const error = label - prediction;
      return error >= 0 ? -below * error : -above * error;
    },
    renew: (errors, weights) => quantileOf(errors, weights, q),
  };
}

/** With weights the smallest value that a share `q` of them does not lie above. */
function quantileOf(values: Float64Array, weights: Float64Array | undefined, q: number): number {
  if (weights === undefined) return quantile(values, q);
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  for (const i of order) {
    sum += weights[i]!;
    if (sum >= q * total) return values[i]!;
  }
  return values[order[order.length - 1]!]!;
}

function weightedMean(labels: Float32Array, weights: Float32Array): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    sum += weights[i]! * labels[i]!;
    total += weights[i]!;
  }
  return sum / total;
}
