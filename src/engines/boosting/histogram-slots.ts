import type { Address } from '#kernels/kernels.ts';
import type { TreeMemory } from './tree-memory.ts';

/** No sums are kept. */
export const NO_SLOT = -1;

/** Rows of one node. */
export interface NodeSpan {
  readonly begin: number;
  readonly end: number;
}

/** The sums of nodes that wait for their split, in memory that is used again. */
export interface HistogramSlots {
  addressOf(slot: number): Address;
  release(slot: number): void;
  /** @returns the slot with the sums of these rows in the first `width` columns of the tree */
  fill(width: number, span: NodeSpan): number;
  /** Takes the rows of a node out of a slot, by its own sums where it has a slot. */
  takeOut(
    slot: number,
    width: number,
    node: { readonly span: NodeSpan; readonly slot: number },
  ): void;
}

/** @param height - rows of the matrix */
export function histogramSlots(memory: TreeMemory, height: number): HistogramSlots {
  const { kernels, codes, columns, offsets, order, pairs, slots, slotBytes, slotCount } = memory;
  const free = Array.from({ length: slotCount }, (_, slot) => slotCount - 1 - slot);
  const addressOf = (slot: number) => slots + slot * slotBytes;
  return {
    addressOf,
    release(slot) {
      if (slot !== NO_SLOT) free.push(slot);
    },
    fill(width, { begin, end }) {
      const slot = free.pop();
      if (slot === undefined) throw new RangeError(`all ${slotCount} slots are taken`);
      const sums = addressOf(slot);
      kernels.fillBins(sums, codes, height, columns, width, offsets, order, pairs, begin, end);
      return slot;
    },
    takeOut(slot, width, { span: { begin, end }, slot: own }) {
      const sums = addressOf(slot);
      if (own === NO_SLOT) {
        kernels.takeRows(sums, codes, height, columns, width, offsets, order, pairs, begin, end);
      } else {
        kernels.takeBins(sums, addressOf(own), columns, width, offsets);
      }
    },
  };
}
