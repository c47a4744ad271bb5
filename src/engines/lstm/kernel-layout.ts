import { type LstmNetwork, weightShapes, weightSize } from '#core/forecast/lstm-network.ts';

/** A matrix of weights as the kernels multiply by it; the biases are its last row in use. */
export interface WeightMatrix {
  /** Where it begins in all weights, in numbers. */
  readonly offset: number;
  /** A multiple of four: rows in use, then zeros. */
  readonly rows: number;
  /** A multiple of eight. */
  readonly columns: number;
  /** Rows in use, the one of the biases included. */
  readonly depth: number;
}

/** A recurrent layer in one direction: its rows are the state, then the layer's inputs, then the biases. */
export interface DirectionLayout extends WeightMatrix {
  /** A multiple of eight. */
  readonly units: number;
  readonly inputs: number;
  readonly isReversed: boolean;
}

/** A recurrent layer. Its answers are those of its directions side by side. */
export interface LayerLayout {
  readonly directions: readonly DirectionLayout[];
  readonly width: number;
}

/** The two matrices of a head. */
export interface HeadLayout {
  readonly hidden: WeightMatrix;
  readonly output: WeightMatrix;
  /** Outputs in use, without the padding. */
  readonly outputs: number;
}

/** All weights of a network filled up with zeros to what the kernels take. */
export interface KernelLayout {
  readonly layers: readonly LayerLayout[];
  readonly heads: readonly HeadLayout[];
  /** Numbers in all. */
  readonly size: number;
  /** Of each weight, in the order of `weightShapes`, its place among them. */
  readonly places: Int32Array;
}

const GATES = 4;

/** The least multiple of `unit` that is not below `count`. */
export function padded(count: number, unit: 4 | 8): number {
  return Math.ceil(count / unit) * unit;
}

/**
 * Lays the weights of a network out for the kernels. Zeros that fill up stay zeros in training: their
 * gradients are 0, since what they multiply is 0.
 */
export function kernelLayout(network: LstmNetwork): KernelLayout {
  let offset = 0;
  const matrix = (depth: number, columns: number): WeightMatrix => {
    const rows = padded(depth, 4);
    offset += rows * columns;
    return { offset: offset - rows * columns, rows, columns, depth };
  };
  let inputs = network.inputs;
  const layers = network.layers.map(({ units, bidirectional }): LayerLayout => {
    const wide = padded(units, 8);
    const directions = (bidirectional ? [false, true] : [false]).map((isReversed) => ({
      ...matrix(wide + inputs + 1, GATES * wide),
      units: wide,
      inputs,
      isReversed,
    }));
    inputs = directions.length * wide;
    return { directions, width: inputs };
  });
  const heads = network.heads.map(({ units, outputs }): HeadLayout => {
    const wide = padded(units, 8);
    const hidden = matrix(inputs + 1, wide);
    return { hidden, output: matrix(wide + 1, padded(outputs, 8)), outputs };
  });
  return { layers, heads, size: offset, places: placesOf(network, layers, heads) };
}

function placesOf(
  network: LstmNetwork,
  layers: readonly LayerLayout[],
  heads: readonly HeadLayout[],
): Int32Array {
  const shapes = weightShapes(network);
  const places = new Int32Array(shapes.reduce((sum, shape) => sum + weightSize(shape), 0));
  let at = 0;
  const add = (
    { offset, columns }: WeightMatrix,
    rowsOf: readonly number[],
    columnsOf: readonly number[],
  ) => {
    for (const row of rowsOf) {
      for (const column of columnsOf) places[at++] = offset + row * columns + column;
    }
  };
  let below = range(network.inputs);
  network.layers.forEach(({ units }, l) => {
    const { directions } = layers[l]!;
    for (const direction of directions) {
      const gates = range(GATES).flatMap((gate) => range(units, gate * direction.units));
      add(
        direction,
        below.map((input) => direction.units + input),
        gates,
      );
      add(direction, range(units), gates);
      add(direction, [direction.depth - 1], gates);
    }
    below = directions.flatMap((direction, d) => range(units, d * direction.units));
  });
  network.heads.forEach(({ units, outputs }, k) => {
    const { hidden, output } = heads[k]!;
    add(hidden, below, range(units));
    add(hidden, [hidden.depth - 1], range(units));
    add(output, range(units), range(outputs));
    add(output, [output.depth - 1], range(outputs));
  });
  return places;
}

function range(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}
