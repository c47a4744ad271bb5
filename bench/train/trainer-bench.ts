/** `small` is for tests: seconds for all sides together. */
export type BenchSize = 'full' | 'small';

/** One side of a comparison: a process of its own that trains when it is asked to. */
export interface Side {
  /** By which ratios are formed: `helios` is ours. */
  readonly key: string;
  /** What the table calls it; the version that the process tells is put behind. */
  readonly name: string;
  readonly command: readonly [program: string, ...parameters: string[]];
  /** Variables of the environment beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The comparison of one trainer with its peers. */
export interface TrainerBench {
  readonly name: 'lstm' | 'prophet' | 'boosting';
  /** What one training is, in a line. */
  title(size: BenchSize): string;
  /** What the loss of a training is. */
  readonly lossName: string;
  /**
   * Writes what the sides train on, the same bytes for all.
   *
   * @param folder - where to; it is removed afterwards
   * @param turns - trainings that count; turn 0 comes before them
   * @returns the sides that can be started here, ours first; a peer that is not installed is left out
   */
  prepare(folder: string, size: BenchSize, turns: number): readonly Side[];
}
