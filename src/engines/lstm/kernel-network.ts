import type { LstmNetwork } from '#core/forecast/lstm-network.ts';
import type { Address, Kernels } from '#kernels/kernels.ts';
import { type Direction, openDirection } from './kernel-direction.ts';
import { openHead } from './kernel-head.ts';
import { type KernelLayout, kernelLayout, padded } from './kernel-layout.ts';
import { F32, openWorkspace, orDispose, type Rows, type Workspace } from './kernel-workspace.ts';
import type { HeadRows } from './loss-gradient.ts';

/** Shares that are dropped in training. */
export interface DropoutRates {
  /** After each recurrent layer. */
  readonly recurrent: number;
  /** Between the two layers of each head. */
  readonly heads: number;
}

/** A network in the kernels' memory, passes through which can be learned from. */
export interface KernelNetwork
  extends Pick<Workspace, 'weights' | 'gradients' | 'firsts' | 'seconds'> {
  readonly layout: KernelLayout;
  /** To be called whenever the weights have changed. */
  prepare(): void;
  /**
   * Runs windows through the network.
   *
   * @param windows - windows × steps × inputs
   * @param count - windows
   * @param seed - of the dropout masks, one for each place; undefined for no dropout
   */
  forward(windows: Float32Array, count: number, seed?: (place: number) => number): void;
  /** The outputs of the heads of the last pass forward; views until memory is allocated. */
  outputs(): readonly HeadRows[];
  /** Where the loss's derivatives by them belong. */
  outputChanges(): readonly HeadRows[];
  /** Adds the gradients of the weights that follow from `outputChanges` to `gradients`. */
  backward(): void;
  dispose(): void;
}

/**
 * Builds a network whose weights are all 0.
 *
 * @param mostWindows - windows of a pass at most
 * @throws {RangeError} when there is no memory for it
 */
export function buildKernelNetwork(
  kernels: Kernels,
  network: LstmNetwork,
  steps: number,
  mostWindows: number,
  dropout: DropoutRates,
): KernelNetwork {
  const layout = kernelLayout(network);
  const workspace = openWorkspace(kernels, layout, steps, mostWindows);
  return orDispose(workspace.dispose, () => assemble(workspace, layout, dropout));
}

/** Bytes that one window takes in a pass, the weights aside. */
export function bytesAWindow({ layers, heads }: KernelLayout, steps: number): number {
  const ofLayers = layers.flatMap(({ directions, width }) => [
    3 * width,
    ...directions.map(({ rows, units, inputs }) => rows + 7 * units + inputs),
  ]);
  const ofHeads = heads.map(({ hidden, output }) => 3 * hidden.columns + 2 * output.columns);
  return F32 * (steps * sum(ofLayers) + sum(ofHeads));
}

interface Layer {
  readonly directions: readonly Direction[];
  readonly width: number;
  readonly states: Rows;
  readonly stateChanges: Rows;
  readonly mask: Address;
}

const NO_MASK: Address = 0;

function assemble(
  workspace: Workspace,
  layout: KernelLayout,
  dropout: DropoutRates,
): KernelNetwork {
  const { kernels, steps, mostRows, take } = workspace;
  const layers = layout.layers.map(({ directions, width }, l): Layer => {
    const rows = () => ({ at: take(steps * mostRows * width), stride: width * F32 });
    return {
      directions: directions.map((each) => openDirection(workspace, each, l > 0)),
      width,
      states: rows(),
      stateChanges: rows(),
      mask: dropout.recurrent > 0 ? rows().at : NO_MASK,
    };
  });
  const [bottom, top] = [layers[0]!, layers.at(-1)!];
  const heads = layout.heads.map((each) => openHead(workspace, each));
  const headMasks = heads.map((head) =>
    dropout.heads > 0 ? take(mostRows * head.layout.hidden.columns) : NO_MASK,
  );
  const lastWidth = heads[0]!.layout.hidden.rows;
  const last: Rows = { at: take(mostRows * lastWidth), stride: lastWidth * F32 };
  const lastChanges: Rows = { at: take(mostRows * top.width), stride: top.width * F32 };
  workspace.setOnes(last, mostRows, top.width);

  /** Of the last pass forward: its windows, filled up to a multiple of four, and whether it dropped. */
  let windows = 0;
  let isDropping = false;
  const masked = (mask: Address) => (isDropping ? mask : NO_MASK);

  const copy = (
    to: Rows,
    from: Rows,
    mask: Address,
    rows: number,
    columns: number,
    isAdded = false,
  ) => kernels.move(to.at, to.stride, from.at, from.stride, mask, rows, columns, isAdded);

  /** Calls back for each direction of the top layer with what the heads read of its rows. */
  const eachLast = (
    rows: Rows,
    visit: (last: Rows, atHeads: number, mask: Address, units: number) => void,
  ) => {
    let column = 0;
    for (const { layout: of } of top.directions) {
      // A reversed layer ends at the first step.
      const step = of.isReversed ? 0 : steps - 1;
      const at = rows.at + step * windows * rows.stride + column * F32;
      const mask = isDropping && top.mask !== NO_MASK ? top.mask + windows * column * F32 : NO_MASK;
      visit({ at, stride: rows.stride }, column * F32, mask, of.units);
      column += of.units;
    }
  };

  const drawMasks = (seed: (place: number) => number) => {
    let place = 0;
    for (const layer of layers) {
      if (layer.mask === NO_MASK) continue;
      const rows = layer === top ? windows : steps * windows;
      kernels.fillMask(layer.mask, rows * layer.width, dropout.recurrent, seed(place++));
    }
    heads.forEach(({ layout: of }, k) => {
      if (headMasks[k] === NO_MASK) return;
      kernels.fillMask(headMasks[k]!, windows * of.hidden.columns, dropout.heads, seed(place++));
    });
  };

  return {
    ...workspace,
    layout,
    prepare() {
      for (const each of layers.flatMap(({ directions }) => directions)) each.prepare();
      for (const each of heads) each.prepare();
    },
    forward(values, count, seed) {
      windows = padded(count, 4);
      isDropping = seed !== undefined;
      if (seed !== undefined) drawMasks(seed);
      for (const each of bottom.directions) load(workspace, each, values, count, windows);
      layers.forEach(({ directions, width, states, mask }, l) => {
        directions.forEach((each, d) => {
          each.forward(besides(states, directions, d), windows);
        });
        for (const { inputs } of layers[l + 1]?.directions ?? []) {
          copy(inputs, states, masked(mask), steps * windows, width);
        }
      });
      eachLast(top.states, (states, at, mask, units) => {
        copy({ ...last, at: last.at + at }, states, mask, windows, units);
      });
      heads.forEach((head, k) => {
        head.forward(last, windows, masked(headMasks[k]!));
      });
    },
    outputs: () => heads.map(({ outputs }) => rowsOf(kernels, outputs, windows)),
    outputChanges: () => heads.map((head) => rowsOf(kernels, head.outputChanges, windows)),
    backward() {
      kernels.clear(lastChanges.at, windows * lastChanges.stride);
      const kept = isDropping ? 1 - dropout.heads : 1;
      for (const head of heads) head.backward(last, lastChanges, windows, kept);
      kernels.clear(top.stateChanges.at, steps * windows * top.stateChanges.stride);
      eachLast(top.stateChanges, (changes, at, mask, units) => {
        copy(changes, { ...lastChanges, at: lastChanges.at + at }, mask, windows, units);
      });
      for (let l = layers.length - 1; l >= 0; l--) {
        const { directions, stateChanges } = layers[l]!;
        const below = layers[l - 1];
        directions.forEach((each, d) => {
          const changes = each.backward(besides(stateChanges, directions, d), windows);
          if (below === undefined) return;
          const mask = masked(below.mask);
          copy(below.stateChanges, changes, mask, steps * windows, below.width, d > 0);
        });
      }
    },
  };
}

/** The columns of one direction in the rows of a layer. */
function besides(rows: Rows, directions: readonly Direction[], d: number): Rows {
  const before = sum(directions.slice(0, d).map(({ layout }) => layout.units));
  return { at: rows.at + before * F32, stride: rows.stride };
}

/** Puts windows × steps × inputs into rows of steps × windows; those that fill up are 0. */
function load(
  { kernels, steps }: Workspace,
  { inputs, layout }: Direction,
  values: Float32Array,
  count: number,
  windows: number,
): void {
  const width = inputs.stride / F32;
  const into = kernels.floats(inputs.at, (steps * windows - 1) * width + layout.inputs);
  let from = 0;
  for (let window = 0; window < windows; window++) {
    for (let t = 0; t < steps; t++) {
      const to = (t * windows + window) * width;
      for (let f = 0; f < layout.inputs; f++) into[to + f] = window < count ? values[from++]! : 0;
    }
  }
}

function rowsOf(kernels: Kernels, { at, stride }: Rows, count: number): HeadRows {
  return { values: kernels.floats(at, (count * stride) / F32), stride: stride / F32 };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
