import { createStreaming } from '#core/detect/streaming.ts';
import { median } from '#core/math/statistics.ts';
import { durationMs, type EpochMs } from '#core/time.ts';
import { windowedGaussianScores } from './windowed-gaussian.ts';

/** Something that scores the rows of a file one after the other. */
export interface BenchDetector {
  /** Its row in the tables and its folder under `--out`. */
  readonly name: string;
  /** `baseline`: not served by Helios, there to compare with. */
  readonly origin: 'helios' | 'baseline';
  /**
   * One score in [0, 1] a row, higher for more anomalous, from values at or before the row alone.
   *
   * @param timestamps - in the order of the file: real files repeat times and step back once
   * @param probationRows - rows at the beginning whose scores do not count
   */
  score(timestamps: readonly EpochMs[], values: Float64Array, probationRows: number): Float64Array;
}

const windowedGaussian: BenchDetector = {
  name: 'windowed-gaussian',
  origin: 'baseline',
  score: (_, values) => windowedGaussianScores(values),
};

/** The detector of one metric that the product serves, with the probation as its warm-up. */
const streaming: BenchDetector = {
  name: 'streaming',
  origin: 'helios',
  score(timestamps, values, probationRows) {
    const step = durationMs(median(timestamps.slice(1).map((at, i) => at - timestamps[i]!)));
    const detector = createStreaming({ step, warmUp: probationRows });
    return values.map((value, i) => detector.step(timestamps[i]!, value) || 0);
  },
};

/** What the benchmark runs, in the order of its tables. */
export const DETECTORS: readonly BenchDetector[] = [streaming, windowedGaussian];
