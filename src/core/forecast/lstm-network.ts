import * as z from 'zod';
import { addProduct, type CellWeights, runCell } from './lstm-cell.ts';

/** Most weights of one network: 4 MB of numbers, 5.4 MB of JSON. */
export const MAX_WEIGHTS = 1_000_000;

const CountSchema = z.int().positive();

/** One recurrent layer. A bidirectional one has as many units again that read backwards. */
export const LstmLayerSchema = z.strictObject({
  units: CountSchema.max(1_024),
  bidirectional: z.boolean(),
});

/**
 * The shape of a network: recurrent layers one on top of the other, then heads side by side, each a
 * dense layer with rectifiers and a linear one, over the last states of the topmost layer.
 */
export const LstmNetworkSchema = z.strictObject({
  inputs: CountSchema.max(512),
  layers: z.array(LstmLayerSchema).min(1).max(8),
  heads: z
    .array(z.strictObject({ units: CountSchema.max(2_048), outputs: CountSchema.max(30_000) }))
    .min(1)
    .max(32),
});

export type LstmNetwork = z.infer<typeof LstmNetworkSchema>;

/** Rows and columns of a matrix; rows are 0 for a vector (a bias). */
export interface WeightShape {
  readonly rows: number;
  readonly columns: number;
}

/**
 * The shapes of all weights in the order in which they lie in one array: kernel, recurrent kernel
 * and bias of each layer, forwards before backwards; then kernel and bias of both layers of each head.
 */
export function weightShapes({ inputs, layers, heads }: LstmNetwork): readonly WeightShape[] {
  const shapes: WeightShape[] = [];
  let width = inputs;
  for (const { units, bidirectional } of layers) {
    const columns = 4 * units;
    for (let direction = 0; direction < (bidirectional ? 2 : 1); direction++) {
      shapes.push({ rows: width, columns }, { rows: units, columns }, { rows: 0, columns });
    }
    width = bidirectional ? 2 * units : units;
  }
  for (const { units, outputs } of heads) {
    shapes.push({ rows: width, columns: units }, { rows: 0, columns: units });
    shapes.push({ rows: units, columns: outputs }, { rows: 0, columns: outputs });
  }
  return shapes;
}

/** How many numbers a weight of this shape has. */
export function weightSize({ rows, columns }: WeightShape): number {
  return Math.max(1, rows) * columns;
}

/** How many weights the network has in all. */
export function weightCount(network: LstmNetwork): number {
  return weightShapes(network).reduce((sum, shape) => sum + weightSize(shape), 0);
}

/** The weights one by one, as views on `weights`. */
export function splitWeights(network: LstmNetwork, weights: Float32Array): readonly Float32Array[] {
  let at = 0;
  return weightShapes(network).map((shape) => {
    const from = at;
    at += weightSize(shape);
    return weights.subarray(from, at);
  });
}

/**
 * What the network makes of one window: the outputs of each head.
 *
 * @param window - steps × inputs, row-major, scaled as in training
 */
export function runNetwork(
  network: LstmNetwork,
  weights: Float32Array,
  window: Float32Array,
): readonly Float64Array[] {
  const parts = splitWeights(network, weights).values();
  const take = () => parts.next().value ?? new Float32Array(0);
  const takeCell = (): CellWeights => ({ kernel: take(), recurrent: take(), bias: take() });
  const steps = window.length / network.inputs;
  let sequence: Float32Array | Float64Array = window;
  let last = new Float64Array(0);
  for (const { units, bidirectional } of network.layers) {
    const forwards = runCell(sequence, steps, takeCell());
    if (bidirectional) {
      const backwards = runCell(sequence, steps, takeCell(), true);
      // The backward half ends at the first step.
      last = joinRows(forwards.subarray((steps - 1) * units), backwards.subarray(0, units), 1);
      sequence = joinRows(forwards, backwards, steps);
    } else {
      last = forwards.slice((steps - 1) * units);
      sequence = forwards;
    }
  }
  return network.heads.map(() => {
    const hidden = dense(last, take(), take());
    for (let u = 0; u < hidden.length; u++) hidden[u] = Math.max(0, hidden[u]!);
    return dense(hidden, take(), take());
  });
}

function dense(x: Float64Array, kernel: Float32Array, bias: Float32Array): Float64Array {
  const sums = Float64Array.from(bias);
  addProduct(sums, x, kernel);
  return sums;
}

/** Row by row the left and the right side by side. */
function joinRows(
  left: Float64Array,
  right: Float64Array,
  rows: number,
): Float64Array<ArrayBuffer> {
  const width = left.length / rows;
  const joined = new Float64Array(left.length + right.length);
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * width, (row + 1) * width];
    joined.set(left.subarray(from, to), 2 * from);
    joined.set(right.subarray(from, to), 2 * from + width);
  }
  return joined;
}
