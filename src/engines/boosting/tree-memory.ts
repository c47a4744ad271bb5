import { DomainError } from '#core/errors.ts';
import { type Address, type Kernels, loadKernels } from '#kernels/kernels.ts';
import { SEARCH_SCRATCH_BYTES, SPLIT_BYTES } from '#kernels/tree-kernels.ts';
import type { BinnedColumns } from './binned-columns.ts';

/** Bytes of a gradient with its hessian, and of a whole number. */
const PAIR = 16;
const WORD = 4;

/**
 * The rows that a tree is grown from. As it grows they are put into the order of its leaves, so that the
 * rows of a node are those from a `begin` on, before an `end`. Good until memory is allocated, so for one tree.
 */
export interface TreeRows {
  /** How many of the numbers below count. */
  count: number;
  readonly order: Int32Array;
  /** Gradient and hessian of each row, in that order. */
  readonly pairs: Float64Array;
}

/** Where in the kernels' memory a training has what. */
export interface TreeMemory {
  readonly kernels: Kernels;
  readonly codes: Address;
  readonly offsets: Address;
  readonly columns: Address;
  readonly order: Address;
  readonly pairs: Address;
  readonly spareOrder: Address;
  readonly sparePairs: Address;
  readonly scratch: Address;
  readonly split: Address;
  /** Of the sums of one node after the other. */
  readonly slots: Address;
  readonly slotBytes: number;
  readonly slotCount: number;
  rows(): TreeRows;
  /** Sets the columns that are split on. */
  setColumns(columns: Int32Array): void;
  /** The split that a search left behind. */
  splitView(): { readonly sums: Float64Array; readonly numbers: Int32Array };
  /** Gives the memory back. */
  release(): void;
}

/**
 * Takes memory for the trees of a training, the codes of its matrix in it.
 *
 * @param known - rows that trees may be grown from
 * @param slotCount - nodes whose sums are kept at a time
 * @throws {DomainError} `FIT_DID_NOT_CONVERGE` where the kernels cannot run
 */
export function treeMemory(binned: BinnedColumns, known: number, slotCount: number): TreeMemory {
  const kernels = kernelsOrThrow();
  const slotBytes = PAIR * binned.offsets[binned.columns]!;
  const taken: Address[] = [];
  const take = (bytes: number): Address => {
    const address = kernels.allocate(bytes);
    taken.push(address);
    return address;
  };
  const release = () => {
    for (const address of taken.splice(0)) kernels.release(address);
  };
  try {
    const memory = {
      codes: take(binned.codes.length),
      offsets: take(WORD * binned.offsets.length),
      columns: take(WORD * binned.columns),
      order: take(WORD * known),
      pairs: take(PAIR * known),
      spareOrder: take(WORD * known),
      sparePairs: take(PAIR * known),
      scratch: take(SEARCH_SCRATCH_BYTES),
      split: take(SPLIT_BYTES),
      slots: take(slotBytes * slotCount),
    };
    const buffer = () => kernels.floats(0, 0).buffer;
    new Uint8Array(buffer(), memory.codes).set(binned.codes);
    new Int32Array(buffer(), memory.offsets).set(binned.offsets);
    return {
      kernels,
      ...memory,
      slotBytes,
      slotCount,
      rows: () => ({
        count: 0,
        order: new Int32Array(buffer(), memory.order, known),
        pairs: new Float64Array(buffer(), memory.pairs, 2 * known),
      }),
      setColumns: (columns) => new Int32Array(buffer(), memory.columns).set(columns),
      splitView: () => ({
        sums: new Float64Array(buffer(), memory.split, 3),
        numbers: new Int32Array(buffer(), memory.split + 24, 4),
      }),
      release,
    };
  } catch (error) {
    release();
    throw error;
  }
}

function kernelsOrThrow(): Kernels {
  const loaded = loadKernels();
  if (loaded.isAvailable) return loaded.kernels;
  const { code, message } = loaded.reason;
  throw new DomainError('FIT_DID_NOT_CONVERGE', `boosting failed: ${message}`, { reason: code });
}
