import {
  type LstmNetwork,
  weightCount,
  weightShapes,
  weightSize,
} from '#core/forecast/lstm-network.ts';
import { normal, type Random, seededRandom, uniform } from '#core/math/random.ts';

/** What the last layers start with: numbers, or nothing, so that the first forecast is "no change". */
export type OutputStart = 'random' | 'zero';

/**
 * The weights a training starts from, those of Keras: kernels uniform (Glorot & Bengio 2010), recurrent
 * kernels orthogonal (Saxe et al. 2014), biases 0 but for the forget gates, whose biases are 1
 * (Jozefowicz et al. 2015). Made here and not by TensorFlow.js, so that they do not depend on a backend.
 *
 * @param seed - the same gives the same weights
 */
export function initialWeights(
  network: LstmNetwork,
  seed: number,
  outputStart: OutputStart,
): Float32Array {
  const random = seededRandom(seed, 'weights');
  const weights = new Float32Array(weightCount(network));
  const recurrent = recurrentCount(network);
  let at = 0;
  weightShapes(network).forEach((shape, i) => {
    const { rows, columns } = shape;
    const target = weights.subarray(at, at + weightSize(shape));
    at += target.length;
    if (i < recurrent) {
      if (rows === 0) target.fill(1, columns / 4, columns / 2);
      else if (i % 3 === 1) orthonormalRows(random, rows, columns, target);
      else glorot(random, rows, columns, target);
    } else if (rows > 0) {
      const isOutput = (i - recurrent) % 4 === 2;
      if (!isOutput || outputStart === 'random') glorot(random, rows, columns, target);
    }
  });
  return weights;
}

/** How many of the weights are of recurrent layers: kernel, recurrent kernel and bias a direction. */
function recurrentCount({ layers }: LstmNetwork): number {
  return layers.reduce((sum, { bidirectional }) => sum + (bidirectional ? 6 : 3), 0);
}

function glorot(random: Random, rows: number, columns: number, target: Float32Array): void {
  const limit = Math.sqrt(6 / (rows + columns));
  for (let i = 0; i < target.length; i++) target[i] = uniform(random, -limit, limit);
}

/** Random rows made orthogonal to each other and of length 1 by the modified Gram-Schmidt method. */
function orthonormalRows(
  random: Random,
  rows: number,
  columns: number,
  target: Float32Array,
): void {
  const done: Float64Array[] = [];
  for (let r = 0; r < rows; r++) {
    const row = Float64Array.from({ length: columns }, () => normal(random));
    for (const other of done) addScaled(row, other, -dot(row, other));
    const length = Math.sqrt(dot(row, row));
    for (let c = 0; c < columns; c++) row[c]! /= length;
    done.push(row);
    target.set(row, r * columns);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i]! += factor * b[i]!;
}
