import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { DOCUMENTED_SCHEMA } from '../features/documented.ts';
import {
  BoostedTreesSchema,
  gainImportance,
  type PreparedTrees,
  prepareTrees,
} from '../math/boosted-trees.ts';
import { treeShap } from '../math/tree-shap.ts';
import { type Frame, sliceFrame } from '../series/frame.ts';
import type { FittedDetector, MetricScores } from './detector.ts';
import { ErrorLevelSchema, errorAt } from './reconstruction-errors.ts';
import {
  CONTEXT_STEPS,
  describeFrame,
  OWN_DELAY,
  type PredictorLayout,
  predictorLayout,
} from './reconstruction-predictors.ts';

const TargetSchema = z.strictObject({
  metric: z.string(),
  /** Metrics that are the same thing as it (`isSameTwice`), so not among its predictors. */
  excluded: z.array(z.string()),
  /**
   * The trees answer (value − center) / scale. null: the center is the metric's own level 72 steps
   * before, because it wanders and moves little in that time.
   */
  center: z.number().nullable(),
  scale: z.number().positive(),
  trees: BoostedTreesSchema,
  /** What their errors are on rows that they have not seen, by the level of the prediction. */
  errors: z.array(ErrorLevelSchema).min(1),
  /** How many rows that was learned from. */
  heldOut: z.int().positive(),
  seed: z.int().nonnegative(),
});

export const ReconstructionStateSchema = z.strictObject({
  kind: z.literal('reconstruction'),
  version: z.literal(1),
  /** What the columns of the trees mean. */
  features: z.literal(DOCUMENTED_SCHEMA),
  ownDelay: z.literal(OWN_DELAY),
  step: z.number().positive(),
  timeZone: z.string(),
  /** The metrics that features are made of, in this order. */
  metrics: z.array(z.string()),
  targets: z.array(TargetSchema),
  /** The metrics that are not predicted, and why. */
  skipped: z.array(
    z.strictObject({ metric: z.string(), reason: z.enum(['constant', 'too_few_values']) }),
  ),
});

export type ReconstructionState = z.infer<typeof ReconstructionStateSchema>;
export type SkippedMetric = ReconstructionState['skipped'][number];

/** Why a value was expected: `base` and all contributions add up to `expected`. Metric's unit. */
export interface Explanation {
  readonly expected: number;
  /** What would be expected with nothing known of the row. */
  readonly base: number;
  /** What each feature adds, largest first in size; features that add nothing are left out. */
  readonly contributions: readonly {
    readonly feature: string;
    readonly contribution: number;
  }[];
}

/** How much a model leans on a feature: its share of the trees' gain. */
export interface FeatureShare {
  readonly feature: string;
  readonly share: number;
}

/** A detector that predicts each metric of a workload from the others. */
export interface FittedReconstruction extends FittedDetector<ReconstructionState> {
  /**
   * Scores are |actual − expected| / the spread of held-out errors at such a level: sigmas. NaN where
   * the value is missing, infinite or beyond 32-bit floats, or where a metric is expected near its own
   * level of 72 steps before and that is missing.
   *
   * @param from - first row to score, 0 unless given: of the rows before it `CONTEXT_STEPS` are read.
   *   What the frame does not hold counts as missing.
   * @throws {DomainError} `SERIES_MISALIGNED` when the frame has another step
   * @throws {RangeError} when `from` is not a row of the frame or its length
   */
  detect(frame: Frame, from?: number): ReadonlyMap<string, MetricScores>;
  /**
   * Why `metric` was expected to be what `detect` says it was in row `index`; undefined for a metric
   * that is not predicted.
   *
   * @throws {DomainError} `SERIES_MISALIGNED` when the frame has another step
   * @throws {RangeError} when there is no such row
   */
  explain(frame: Frame, metric: string, index: number): Explanation | undefined;
  /** The features of a metric's model that split anything, largest share first. */
  importance(metric: string): readonly FeatureShare[];
  readonly skipped: readonly SkippedMetric[];
}

/** Three median absolute deviations of a normal distribution, in its standard deviations. */
const THREE_MAD = 3 * 0.6745;

type Target = z.infer<typeof TargetSchema>;

interface PreparedTarget extends Target {
  readonly layout: PredictorLayout;
  readonly prepared: PreparedTrees;
}

/**
 * The fitted detector of a state.
 *
 * A metric is expected to be `center + scale × trees(predictors) + bias`, and a value scores its
 * distance from there in spreads of the errors that were made on held-out rows, near the same level.
 * The predictors are the features of the other metrics at the same step and its own of 72 steps
 * before (`predictorLayout`). So a shift does not hide itself: against the other metrics it scores
 * until the next fit, and where only its own past tells anything about a metric, for 72 steps.
 *
 * @throws {DomainError} `STATE_INCOMPATIBLE` when trees do not fit the features
 */
export function restoreReconstruction(state: ReconstructionState): FittedReconstruction {
  const targets = new Map(state.targets.map((target) => [target.metric, prepare(target, state)]));
  const check = ({ step }: Frame) => {
    if (step === state.step) return;
    throw new DomainError(
      'SERIES_MISALIGNED',
      `the detector was fitted on steps of ${state.step} ms, the frame has ${step} ms`,
      { step, modelStep: state.step },
    );
  };
  return {
    skipped: state.skipped,
    detect(frame, from = 0) {
      check(frame);
      if (!Number.isInteger(from) || from < 0 || from > frame.length) {
        throw new RangeError(`from must be a row of 0 to ${frame.length}, got ${from}`);
      }
      const { metrics, timeZone } = state;
      const described = describeFrame(frame, { metrics, timeZone, from });
      return new Map(
        [...targets].map(([metric, target]) => {
          const length = frame.length - from;
          const scores = new Float64Array(length);
          const expected = new Float64Array(length);
          const tolerance = new Float64Array(length);
          const values = frame.series.get(metric)?.values;
          const row = new Float32Array(target.prepared.columns);
          for (let i = 0; i < length; i++) {
            described.write(target.layout, from + i, row);
            const { value, scale } = expectationOf(target, row);
            expected[i] = value;
            tolerance[i] = THREE_MAD * scale;
            scores[i] = Math.abs(representable(values?.[from + i]) - value) / scale;
          }
          return [metric, { scores, expected, tolerance, usual: new Float64Array(length).fill(1) }];
        }),
      );
    },
    explain(frame, metric, index) {
      check(frame);
      if (!Number.isInteger(index) || index < 0 || index >= frame.length) {
        throw new RangeError(`row ${index} is none of a frame of ${frame.length}`);
      }
      const target = targets.get(metric);
      if (target === undefined) return undefined;
      const first = Math.max(0, index - CONTEXT_STEPS);
      const context = sliceFrame(frame, first, index + 1);
      const { metrics, timeZone } = state;
      const described = describeFrame(context, { metrics, timeZone, from: index - first });
      const row = new Float32Array(target.prepared.columns);
      described.write(target.layout, index - first, row);
      return explanationOf(target, row);
    },
    importance(metric) {
      const target = targets.get(metric);
      if (target === undefined) return [];
      return Array.from(gainImportance(target.trees), (share, i) => ({
        feature: target.layout.names[i]!,
        share,
      }))
        .filter(({ share }) => share > 0)
        .sort((a, b) => b.share - a.share);
    },
    toState: () => structuredClone(state),
  };
}

function prepare(target: Target, { metrics }: ReconstructionState): PreparedTarget {
  const layout = predictorLayout(metrics, target.metric, target.excluded);
  if (target.trees.columns !== layout.names.length) {
    throw new DomainError(
      'STATE_INCOMPATIBLE',
      `the trees of ${target.metric} need ${target.trees.columns} features, there are ${layout.names.length}`,
      { metric: target.metric },
    );
  }
  return { ...target, layout, prepared: prepareTrees(target.trees) };
}

function expectationOf(
  { center, scale, errors, layout, prepared }: PreparedTarget,
  row: Float32Array,
) {
  const middle = center ?? row[layout.ownLevel]!;
  const predicted = middle + scale * prepared.predict(row);
  const usual = errorAt(errors, predicted);
  return { value: predicted + usual.bias, middle, bias: usual.bias, scale: usual.scale };
}

function explanationOf(target: PreparedTarget, row: Float32Array): Explanation {
  const { base, contributions } = treeShap(target.trees, row);
  const { value, middle, bias } = expectationOf(target, row);
  return {
    expected: value,
    base: middle + target.scale * base + bias,
    contributions: Array.from(contributions, (contribution, i) => ({
      feature: target.layout.names[i]!,
      contribution: target.scale * contribution,
    }))
      .filter(({ contribution }) => contribution !== 0)
      .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
  };
}

/** NaN for what is missing, infinite, or too large for the features that it becomes a part of. */
export function representable(value = Number.NaN): number {
  return Number.isFinite(Math.fround(value)) ? value : Number.NaN;
}
