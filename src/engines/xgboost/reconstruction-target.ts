import {
  type ReconstructionState,
  representable,
  type SkippedMetric,
} from '#core/detect/reconstruction.ts';
import { isSameTwice } from '#core/detect/reconstruction-copies.ts';
import { errorLevels, type HeldOut, wanderingError } from '#core/detect/reconstruction-errors.ts';
import {
  CONTEXT_STEPS,
  type DescribedFrame,
  type PredictorLayout,
  predictorLayout,
} from '#core/detect/reconstruction-predictors.ts';
import { type BoostedTrees, prepareTrees } from '#core/math/boosted-trees.ts';
import type { Frame } from '#core/series/frame.ts';
import type { Booster, TrainingOptions } from '#engines/boosting/booster.ts';
import type { BoostingParameters } from '#engines/boosting/parameters.ts';
import type { TrainingMatrix } from '#engines/boosting/training-matrix.ts';
import { labelScaling } from './reconstruction-scaling.ts';

/** What one metric is learned from. */
interface TargetInput {
  readonly frame: Frame;
  readonly described: DescribedFrame;
  readonly metrics: readonly string[];
  readonly metric: string;
}

interface Rules {
  readonly folds: number;
  readonly maxRows: number;
  readonly boosting: BoostingParameters;
  readonly booster: Booster;
}

type LearnedTarget = Omit<ReconstructionState['targets'][number], 'metric' | 'seed'>;

/** Fewer values than this are not learned from; fewer held-out errors are not judged by. */
const MIN_VALUES = 200;
const MIN_TRAINING = 50;
const MIN_HELD_OUT = 50;
/** A held-out row and everything it reads come after every training row. */
const GAP = CONTEXT_STEPS + 1;

/** In scales. A better prediction than this counts as no better. */
const LEAST_ERROR = 1e-3;
/** In scales. Squares of what is far beyond would be all that training is about. */
const FARTHEST_LABEL = 50;

/** Learns to predict one metric, and how well that goes; or says why it cannot be learned. */
export async function learnTarget(
  { frame, described, metrics, metric }: TargetInput,
  rules: Rules,
  options: TrainingOptions,
): Promise<LearnedTarget | SkippedMetric['reason']> {
  const values = valuesOf(frame, metric);
  if (present(values).length < MIN_VALUES) return 'too_few_values';
  const excluded = metrics.filter(
    (other) =>
      other !== metric &&
      isSameTwice({ metric, values }, { metric: other, values: valuesOf(frame, other) }),
  );
  const layout = predictorLayout(metrics, metric, excluded);
  const levels = ownLevels(described, layout, frame.length);
  const scaling = labelScaling(values, levels);
  if (scaling === undefined) return 'constant';

  const { center, scale } = scaling;
  const middles = center === null ? levels : levels.fill(center);
  const data: TargetData = { values, described, layout, middles, scale };
  const rows = present(values).filter((i) => !Number.isNaN(middles[i]!));
  const grow = (from: readonly number[]) =>
    rules.booster(matrixOf(data, evenly(from, rules.maxRows)), rules.boosting, options);
  const heldOut = await judge(data, rows, rules, grow);
  if (heldOut.actual.length < MIN_HELD_OUT) return 'too_few_values';
  const floor = LEAST_ERROR * scale;
  return {
    excluded,
    ...scaling,
    trees: await grow(rows),
    errors: center === null ? [wanderingError(heldOut, floor)] : errorLevels(heldOut, floor),
    heldOut: heldOut.actual.length,
  };
}

interface TargetData {
  readonly values: Float64Array;
  readonly described: DescribedFrame;
  readonly layout: PredictorLayout;
  /** Trees answer (value − middle) / scale. */
  readonly middles: Float64Array;
  readonly scale: number;
}

/** Predicts the second half of the rows block after block, each by trees that end before it. */
async function judge(
  { values, described, layout, middles, scale }: TargetData,
  rows: readonly number[],
  { folds, maxRows }: Rules,
  grow: (rows: readonly number[]) => Promise<BoostedTrees>,
): Promise<HeldOut> {
  const predicted: number[] = [];
  const actual: number[] = [];
  const bound = (block: number) => Math.floor((rows.length * (folds + block)) / (2 * folds));
  const row = new Float32Array(layout.names.length);
  for (let block = 0; block < folds; block++) {
    const judged = evenly(rows.slice(bound(block), bound(block + 1)), maxRows);
    const start = judged[0] ?? 0;
    const known = rows.filter((index) => index < start - GAP);
    if (known.length < MIN_TRAINING) continue;
    const { predict } = prepareTrees(await grow(known));
    for (const index of judged) {
      described.write(layout, index, row);
      predicted.push(middles[index]! + scale * predict(row));
      actual.push(values[index]!);
    }
  }
  return { predicted: Float64Array.from(predicted), actual: Float64Array.from(actual) };
}

function matrixOf(
  { values, described, layout, middles, scale }: TargetData,
  rows: readonly number[],
): TrainingMatrix {
  const columns = layout.names.length;
  const matrix = new Float32Array(rows.length * columns);
  for (const [i, index] of rows.entries()) described.write(layout, index, matrix, i * columns);
  const labels = Float32Array.from(rows, (index) => {
    const label = (values[index]! - middles[index]!) / scale;
    return Math.max(-FARTHEST_LABEL, Math.min(FARTHEST_LABEL, label));
  });
  return { rows: matrix, columns, labels };
}

function ownLevels(
  described: DescribedFrame,
  layout: PredictorLayout,
  length: number,
): Float64Array {
  const row = new Float32Array(layout.names.length);
  return Float64Array.from({ length }, (_, index) => {
    described.write(layout, index, row);
    return row[layout.ownLevel]!;
  });
}

function valuesOf(frame: Frame, metric: string): Float64Array {
  const values = frame.series.get(metric)?.values;
  return values === undefined
    ? new Float64Array(frame.length).fill(Number.NaN)
    : values.map((value) => representable(value));
}

/** The rows that have a value. */
function present(values: Float64Array): readonly number[] {
  return Array.from(values, (_, i) => i).filter((i) => !Number.isNaN(values[i]!));
}

/** All, or `count` of them at even distances. */
function evenly(rows: readonly number[], count: number): readonly number[] {
  if (rows.length <= count) return rows;
  return Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]!);
}
