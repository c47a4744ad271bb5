import type { DirectionLayout } from './kernel-layout.ts';
import { F32, type Rows, type Workspace } from './kernel-workspace.ts';

/** One recurrent layer in one direction. Its rows are steps × windows, those of one step together. */
export interface Direction {
  readonly layout: DirectionLayout;
  /** Where its inputs belong. */
  readonly inputs: Rows;
  /** Lays its weights out, after they have changed. */
  prepare(): void;
  /** @param states - get the answers */
  forward(states: Rows, windows: number): void;
  /**
   * Adds the gradients of the weights.
   * @param stateChanges - gradients of the answers of the last pass forward
   * @returns the gradients of the inputs; nothing of use unless they are `wanted`
   */
  backward(stateChanges: Rows, windows: number): Rows;
}

/** @param areInputsLearned - whether the gradients of the inputs are wanted */
export function openDirection(
  workspace: Workspace,
  layout: DirectionLayout,
  areInputsLearned: boolean,
): Direction {
  const { kernels, steps, mostRows, take } = workspace;
  const { units, columns, depth, isReversed } = layout;
  const backColumns = units + (areInputsLearned ? layout.inputs : 0);
  const all = steps * mostRows;
  const x: Rows = { at: take(all * layout.rows), stride: layout.rows * F32 };
  const gates: Rows = { at: take(all * columns), stride: columns * F32 };
  const cells = take((all + mostRows) * units);
  const bounds = take(all * units);
  const changes: Rows = {
    at: take((areInputsLearned ? all : mostRows) * backColumns),
    stride: backColumns * F32,
  };
  const packed = take(depth * columns);
  const packedBack = take(columns * backColumns);
  workspace.setOnes(x, all, depth - 1);
  return {
    layout,
    inputs: { at: x.at + units * F32, stride: x.stride },
    prepare() {
      workspace.pack(packed, layout);
      workspace.packTransposed(packedBack, layout, backColumns);
    },
    forward(states, windows) {
      kernels.lstmForward(
        x.at,
        layout.rows,
        depth,
        packed,
        gates.at,
        cells,
        bounds,
        states.at,
        states.stride,
        steps,
        windows,
        units,
        isReversed,
      );
    },
    backward(stateChanges, windows) {
      kernels.lstmBackward(
        stateChanges.at,
        stateChanges.stride,
        packedBack,
        gates.at,
        cells,
        bounds,
        changes.at,
        backColumns,
        !areInputsLearned,
        workspace.cellChanges,
        steps,
        windows,
        units,
        isReversed,
      );
      workspace.addGradients(layout, x, gates, steps * windows);
      return { at: changes.at + units * F32, stride: changes.stride };
    },
  };
}
