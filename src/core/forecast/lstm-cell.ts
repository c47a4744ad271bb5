/** The weights of one long short-term memory in one direction, row-major, gates in the order i, f, c, o. */
export interface CellWeights {
  /** inputs × 4 units. */
  readonly kernel: Float32Array;
  /** units × 4 units. */
  readonly recurrent: Float32Array;
  /** 4 units. */
  readonly bias: Float32Array;
}

/**
 * One recurrent layer over a sequence, from rest (Hochreiter & Schmidhuber 1997, with the forget gate
 * of Gers et al. 2000; the form and the order of gates of Keras):
 *
 * ```
 * [i f g o] = x(t) kernel + h(t-1) recurrent + bias
 * c(t) = σ(f) c(t-1) + σ(i) tanh(g)        h(t) = σ(o) tanh(c(t))
 * ```
 *
 * Sums are in double precision.
 *
 * @param x - steps × inputs, row-major
 * @param isReversed - runs from the last step to the first
 * @returns h, steps × units, row `t` belonging to row `t` of `x` in either direction
 */
export function runCell(
  x: Float32Array | Float64Array,
  steps: number,
  { kernel, recurrent, bias }: CellWeights,
  isReversed = false,
): Float64Array {
  const gates = bias.length;
  const units = gates / 4;
  const inputs = x.length / steps;
  const hidden = new Float64Array(steps * units);
  const cell = new Float64Array(units);
  const sums = new Float64Array(gates);
  let before = hidden.subarray(0, 0);
  for (let n = 0; n < steps; n++) {
    const t = isReversed ? steps - 1 - n : n;
    sums.set(bias);
    addProduct(sums, x.subarray(t * inputs, (t + 1) * inputs), kernel);
    addProduct(sums, before, recurrent);
    before = hidden.subarray(t * units, (t + 1) * units);
    for (let u = 0; u < units; u++) {
      const kept = sigmoid(sums[units + u]!) * cell[u]!;
      cell[u] = kept + sigmoid(sums[u]!) * Math.tanh(sums[2 * units + u]!);
      before[u] = sigmoid(sums[3 * units + u]!) * Math.tanh(cell[u]!);
    }
  }
  return hidden;
}

/**
 * `sums += x matrix`, the matrix row-major with as many columns as there are sums. Four rows at a time,
 * which is twice as fast as one: a forecast is hardly anything but this.
 */
export function addProduct(
  sums: Float64Array,
  x: Float32Array | Float64Array,
  matrix: Float32Array,
): void {
  const columns = sums.length;
  let row = 0;
  for (; row + 3 < x.length; row += 4) {
    const [a, b, c, d] = [x[row]!, x[row + 1]!, x[row + 2]!, x[row + 3]!];
    const first = row * columns;
    const [second, third, fourth] = [first + columns, first + 2 * columns, first + 3 * columns];
    for (let k = 0; k < columns; k++) {
      sums[k]! +=
        a * matrix[first + k]! +
        b * matrix[second + k]! +
        c * matrix[third + k]! +
        d * matrix[fourth + k]!;
    }
  }
  for (; row < x.length; row++) {
    const factor = x[row]!;
    for (let k = 0; k < columns; k++) sums[k]! += factor * matrix[row * columns + k]!;
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
