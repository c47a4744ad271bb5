/** A batch that waits: the body of one request, under the id it is stored by once. */
export interface WaitingBatch {
  readonly id: string;
  readonly samples: number;
  /** JSON of the body, without the id. */
  readonly json: string;
}

/** What waits in a buffer, and what was lost. */
export interface BufferState {
  readonly waitingSamples: number;
  readonly waitingBatches: number;
  readonly waitingBytes: number;
  /** Given up for lack of room, the oldest first, since the buffer was made. */
  readonly droppedSamples: number;
  /** Found damaged on the disk and left out, since it was opened. */
  readonly damagedBatches: number;
  /** Why batches are kept in memory at present: the disk takes none. */
  readonly problem?: string;
}

/**
 * Batches on their way, in the order they came. What `add` has taken survives the end of the process,
 * unless `state().problem` says that it does not; what was not acknowledged by `remove` comes again,
 * with the same id.
 */
export interface SampleBuffer {
  /** Never fails: where the disk takes nothing, memory does, and the oldest are dropped. */
  add(batches: readonly WaitingBatch[]): Promise<void>;
  /** The oldest batch, which stays until it is removed. */
  peek(): Promise<WaitingBatch | undefined>;
  /** Removes the batch that `peek` gave, if it has not been dropped since. */
  remove(batch: WaitingBatch): Promise<void>;
  state(): BufferState;
  close(): Promise<void>;
}
