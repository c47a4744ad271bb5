import { sigmoid, tanh } from './activation';
import { multiply } from './matrix';

// One recurrent layer in one direction, over a batch. Arrays are steps × rows × columns:
//   inputs   the state before the step, the layer's inputs, a 1 for the biases (`width` columns)
//   gates    i f g o, units each, after their activations; overwritten by their gradients
//   cells    the cell before step 0, after step 0, after step 1 … in the order of the run
//   bounds   tanh of the cells, in the order of the run
//   states   what the layer answers, at the step of the input, `stateStride` bytes from row to row

/**
 * Runs the layer from rest. Of the inputs the columns of the state are written here.
 * @param depth - columns of `inputs` that are used
 */
export function lstmForward(
  inputs: usize,
  width: i32,
  depth: i32,
  packed: usize,
  gates: usize,
  cells: usize,
  bounds: usize,
  states: usize,
  stateStride: usize,
  steps: i32,
  rows: i32,
  units: i32,
  isReversed: bool,
): void {
  const inputBytes = <usize>width << 2;
  const unitBytes = <usize>units << 2;
  const stepOfInputs = inputBytes * rows;
  const stepOfCells = unitBytes * rows;
  const stepOfGates = stepOfCells << 2;
  memory.fill(cells, 0, stepOfCells);
  const first = inputs + (isReversed ? stepOfInputs * (steps - 1) : 0);
  for (let row = 0; row < rows; row++) memory.fill(first + inputBytes * row, 0, unitBytes);

  for (let n = 0; n < steps; n++) {
    const t = isReversed ? steps - 1 - n : n;
    const input = inputs + stepOfInputs * t;
    let gate = gates + stepOfGates * t;
    multiply(gate, unitBytes << 2, input, inputBytes, packed, rows, units << 2, depth, false);
    let next = isReversed ? input - stepOfInputs : input + stepOfInputs;
    const hasNext = n + 1 < steps;
    let before = cells + stepOfCells * n;
    let after = before + stepOfCells;
    let bound = bounds + stepOfCells * n;
    let state = states + stateStride * rows * t;
    for (let row = 0; row < rows; row++) {
      for (let at: usize = 0; at < unitBytes; at += 16) {
        const forget = gate + unitBytes + at;
        const i = sigmoid(v128.load(gate + at));
        const f = sigmoid(v128.load(forget));
        const g = tanh(v128.load(forget + unitBytes));
        const o = sigmoid(v128.load(forget + (unitBytes << 1)));
        v128.store(gate + at, i);
        v128.store(forget, f);
        v128.store(forget + unitBytes, g);
        v128.store(forget + (unitBytes << 1), o);
        const c = f32x4.add(f32x4.mul(f, v128.load(before + at)), f32x4.mul(i, g));
        v128.store(after + at, c);
        const b = tanh(c);
        v128.store(bound + at, b);
        const h = f32x4.mul(o, b);
        v128.store(state + at, h);
        if (hasNext) v128.store(next + at, h);
      }
      gate += unitBytes << 2;
      before += unitBytes;
      after += unitBytes;
      bound += unitBytes;
      state += stateStride;
      next += inputBytes;
    }
  }
}

/**
 * Turns the gradients of the states into those of the gates, in their place, and of the inputs.
 *
 * @param packed - the weights transposed, the rows of the state first, `columns` of them
 * @param changes - gradients of the inputs, steps × rows × columns; one step when `isOneStep`
 * @param cellChanges - scratch, rows × units
 */
export function lstmBackward(
  stateChanges: usize,
  stateStride: usize,
  packed: usize,
  gates: usize,
  cells: usize,
  bounds: usize,
  changes: usize,
  columns: i32,
  isOneStep: bool,
  cellChanges: usize,
  steps: i32,
  rows: i32,
  units: i32,
  isReversed: bool,
): void {
  const unitBytes = <usize>units << 2;
  const changeBytes = <usize>columns << 2;
  const stepOfCells = unitBytes * rows;
  const stepOfGates = stepOfCells << 2;
  const stepOfChanges: usize = isOneStep ? 0 : changeBytes * <usize>rows;
  const one = f32x4.splat(1);
  memory.fill(cellChanges, 0, stepOfCells);

  for (let n = steps - 1; n >= 0; n--) {
    const t = isReversed ? steps - 1 - n : n;
    const isLast = n == steps - 1;
    let later = changes + stepOfChanges * (isReversed ? t - 1 : t + 1);
    let gate = gates + stepOfGates * t;
    let before = cells + stepOfCells * n;
    let bound = bounds + stepOfCells * n;
    let wanted = stateChanges + stateStride * rows * t;
    let cellChange = cellChanges;
    for (let row = 0; row < rows; row++) {
      for (let at: usize = 0; at < unitBytes; at += 16) {
        const forget = gate + unitBytes + at;
        const i = v128.load(gate + at);
        const f = v128.load(forget);
        const g = v128.load(forget + unitBytes);
        const o = v128.load(forget + (unitBytes << 1));
        const b = v128.load(bound + at);
        let dh = v128.load(wanted + at);
        if (!isLast) dh = f32x4.add(dh, v128.load(later + at));
        const dhb = f32x4.mul(dh, b);
        const dho = f32x4.mul(dh, o);
        // o tanh'(c) = o (1 - b²)
        const dc = f32x4.add(
          v128.load(cellChange + at),
          f32x4.sub(dho, f32x4.mul(f32x4.mul(dho, b), b)),
        );
        v128.store(cellChange + at, f32x4.mul(dc, f));
        const di = f32x4.mul(f32x4.mul(dc, g), f32x4.mul(i, f32x4.sub(one, i)));
        const df = f32x4.mul(
          f32x4.mul(dc, v128.load(before + at)),
          f32x4.mul(f, f32x4.sub(one, f)),
        );
        const dci = f32x4.mul(dc, i);
        const dg = f32x4.sub(dci, f32x4.mul(f32x4.mul(dci, g), g));
        const d0 = f32x4.mul(dhb, f32x4.mul(o, f32x4.sub(one, o)));
        v128.store(gate + at, di);
        v128.store(forget, df);
        v128.store(forget + unitBytes, dg);
        v128.store(forget + (unitBytes << 1), d0);
      }
      gate += unitBytes << 2;
      before += unitBytes;
      bound += unitBytes;
      wanted += stateStride;
      cellChange += unitBytes;
      later += changeBytes;
    }
    if (n == 0 && isOneStep) break;
    const gradient = gates + stepOfGates * t;
    const change = changes + stepOfChanges * t;
    multiply(change, changeBytes, gradient, unitBytes << 2, packed, rows, columns, units << 2, false);
  }
}
