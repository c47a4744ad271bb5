import type { Address } from '#kernels/kernels.ts';
import type { HeadLayout } from './kernel-layout.ts';
import { F32, type Rows, type Workspace } from './kernel-workspace.ts';

/** One head: a dense layer with rectifiers and a linear one. */
export interface Head {
  readonly layout: HeadLayout;
  readonly outputs: Rows;
  /** Where the loss's derivatives by the outputs belong. */
  readonly outputChanges: Rows;
  /** Lays its weights out, after they have changed. */
  prepare(): void;
  /** @param mask - of the layer between; 0 for none */
  forward(inputs: Rows, windows: number, mask: Address): void;
  /**
   * Adds the gradients of the weights, and those of the inputs to `inputChanges`.
   * @param kept - share that the mask of the pass forward kept
   */
  backward(inputs: Rows, inputChanges: Rows, windows: number, kept: number): void;
}

export function openHead(workspace: Workspace, layout: HeadLayout): Head {
  const { kernels, mostRows, take } = workspace;
  const { hidden, output } = layout;
  const inputCount = hidden.depth - 1;
  const units = hidden.columns;
  const rowsOf = (columns: number): Rows => ({
    at: take(mostRows * columns),
    stride: columns * F32,
  });
  const answers = rowsOf(output.rows);
  const answerChanges = rowsOf(units);
  const outputs = rowsOf(output.columns);
  const outputChanges = rowsOf(output.columns);
  const packedHidden = take(hidden.depth * units);
  const packedOutput = take(output.depth * output.columns);
  const packedHiddenBack = take(units * inputCount);
  const packedOutputBack = take(output.columns * units);
  workspace.setOnes(answers, mostRows, output.depth - 1);

  const multiply = (
    to: Rows,
    from: Rows,
    by: Address,
    shape: readonly [rows: number, columns: number, depth: number],
    isAdded = false,
  ) => kernels.multiply(to.at, to.stride, from.at, from.stride, by, ...shape, isAdded);

  return {
    layout,
    outputs,
    outputChanges,
    prepare() {
      workspace.pack(packedHidden, hidden);
      workspace.pack(packedOutput, output);
      workspace.packTransposed(packedHiddenBack, hidden, inputCount);
      workspace.packTransposed(packedOutputBack, output, units);
    },
    forward(inputs, windows, mask) {
      const { at, stride } = answers;
      multiply(answers, inputs, packedHidden, [windows, units, hidden.depth]);
      kernels.rectify(at, stride, windows, units);
      if (mask !== 0) kernels.move(at, stride, at, stride, mask, windows, units, false);
      multiply(outputs, answers, packedOutput, [windows, output.columns, output.depth]);
    },
    backward(inputs, inputChanges, windows, kept) {
      workspace.addGradients(output, answers, outputChanges, windows);
      multiply(answerChanges, outputChanges, packedOutputBack, [windows, units, output.columns]);
      // An answer above 0 is one that was neither rectified nor dropped.
      kernels.rectifyGradients(
        answerChanges.at,
        answerChanges.stride,
        answers.at,
        answers.stride,
        windows,
        units,
        1 / kept,
      );
      workspace.addGradients(hidden, inputs, answerChanges, windows);
      const shape = [windows, inputCount, units] as const;
      multiply(inputChanges, answerChanges, packedHiddenBack, shape, true);
    },
  };
}
