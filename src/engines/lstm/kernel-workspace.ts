import type { Address, Kernels } from '#kernels/kernels.ts';
import { type KernelLayout, padded, type WeightMatrix } from './kernel-layout.ts';

/** Rows of numbers in the kernels' memory. */
export interface Rows {
  readonly at: Address;
  /** Bytes from one row to the next. */
  readonly stride: number;
}

/** Bytes of a number. */
export const F32 = 4;

/** Rows that `addTransposedProduct` packs at a time. */
const BLOCK = 256;

/** The weights of a network in the kernels' memory, their gradients, and what its parts share. */
export interface Workspace {
  readonly kernels: Kernels;
  /** Steps of a window. */
  readonly steps: number;
  /** Windows of a pass at most, a multiple of four. */
  readonly mostRows: number;
  /** All weights, and all their gradients: `KernelLayout.size` numbers each. */
  readonly weights: Address;
  readonly gradients: Address;
  /** What Adam remembers of the gradients, and of their squares: as many. */
  readonly firsts: Address;
  readonly seconds: Address;
  /** Room for a number a window and unit of a layer. */
  readonly cellChanges: Address;
  /** Zeroed memory for so many numbers, until `dispose`. */
  take(numbers: number): Address;
  /** A 1 in this column of every row: what the biases are multiplied by. */
  setOnes(rows: Rows, count: number, column: number): void;
  /** Lays a matrix out to be multiplied by. */
  pack(target: Address, matrix: WeightMatrix): void;
  /** The same of the first `columns` rows of its transpose. */
  packTransposed(target: Address, matrix: WeightMatrix, columns: number): void;
  /** Adds to the gradients of a matrix what `inputs` and the gradients of their products give. */
  addGradients(matrix: WeightMatrix, inputs: Rows, changes: Rows, count: number): void;
  dispose(): void;
}

/** @throws {RangeError} when there is no memory for it */
export function openWorkspace(
  kernels: Kernels,
  layout: KernelLayout,
  steps: number,
  mostRows: number,
): Workspace {
  const taken: Address[] = [];
  const take = (numbers: number): Address => {
    const address = kernels.allocate(numbers * F32);
    taken.push(address);
    return address;
  };
  const dispose = () => {
    for (const address of taken.splice(0)) kernels.release(address);
  };
  const rows = padded(mostRows, 4);
  const shared = () => {
    const weights = take(layout.size);
    const gradients = take(layout.size);
    const firsts = take(layout.size);
    const seconds = take(layout.size);
    const scratch = take(BLOCK * widest(layout));
    const cellChanges = take(rows * Math.max(...layout.layers.map(({ width }) => width)));
    return { weights, gradients, firsts, seconds, scratch, cellChanges };
  };
  const { scratch, ...addresses } = orDispose(dispose, shared);
  const { weights, gradients } = addresses;
  const weightsOf = ({ offset }: WeightMatrix) => weights + offset * F32;
  return {
    kernels,
    steps,
    mostRows: rows,
    ...addresses,
    take,
    dispose,
    setOnes({ at, stride }, count, column) {
      const width = stride / F32;
      const values = kernels.floats(at, count * width);
      for (let i = column; i < values.length; i += width) values[i] = 1;
    },
    pack: (target, matrix) =>
      kernels.pack(
        target,
        weightsOf(matrix),
        matrix.depth,
        matrix.columns,
        matrix.columns * F32,
        F32,
      ),
    packTransposed: (target, matrix, columns) =>
      kernels.pack(target, weightsOf(matrix), matrix.columns, columns, F32, matrix.columns * F32),
    addGradients: ({ offset, rows, columns }, inputs, changes, count) =>
      kernels.addTransposedProduct(
        gradients + offset * F32,
        columns * F32,
        inputs.at,
        inputs.stride,
        changes.at,
        changes.stride,
        rows,
        columns,
        count,
        scratch,
      ),
  };
}

/** Releases what was taken when not everything can be. */
export function orDispose<T>(dispose: () => void, make: () => T): T {
  try {
    return make();
  } catch (error) {
    dispose();
    throw error;
  }
}

function widest({ layers, heads }: KernelLayout): number {
  return Math.max(
    ...layers.flatMap(({ directions }) => directions.map(({ columns }) => columns)),
    ...heads.flatMap(({ hidden, output }) => [hidden.columns, output.columns]),
  );
}
