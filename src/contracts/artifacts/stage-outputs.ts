import * as z from 'zod';
import { CalibrationSchema } from '#core/evaluate/conformal.ts';
import { BacktestReportSchema } from '#core/evaluate/report.ts';
import { PreparationStateSchema } from '#core/features/preparation.ts';
import { BlendSpecSchema } from '#core/forecast/blend-spec.ts';
import { UnitSchema } from '../http/common.ts';
import { CoverageSchema } from '../http/predict.ts';
import { ArtifactRefSchema } from './artifact-ref.ts';

/**
 * What the pipeline's stages hand on through the object store. Missing values are null. Each is a
 * record by metric; the hourly track of a metric has an entry of its own (`trackedMetric`).
 */

export const StoredSeriesSchema = z.strictObject({
  id: z.string(),
  unit: UnitSchema,
  start: z.number(),
  step: z.number().positive(),
  values: z.array(z.number().nullable()),
});
export type StoredSeries = z.infer<typeof StoredSeriesSchema>;

/** Output of `validate`: the metrics that can be trained, as observed. */
export const ValidatedDataSchema = z.strictObject({
  metrics: z.record(z.string(), StoredSeriesSchema),
});

const DetectedSeasonSchema = z.strictObject({
  season_length: z.number().int(),
  /** 0 to 1. */
  strength: z.number(),
});

/** What was done to a series before models learn from it, and to how many values. */
export const AppliedPreparationSchema = z.strictObject({
  state: PreparationStateSchema,
  filled: z.number().int(),
  clipped: z.number().int(),
});
export type AppliedPreparation = z.infer<typeof AppliedPreparationSchema>;

/** Output of `engineer`: model-ready series and the seasons found in them. */
export const EngineeredDataSchema = z.strictObject({
  metrics: z.record(
    z.string(),
    z.strictObject({
      /** What models learn from. */
      series: StoredSeriesSchema,
      data_sha256: z.string(),
      /** There when a preparation was asked for: what it did to `series`. */
      preparation: AppliedPreparationSchema.optional(),
      /** There with it: the series before, which models are updated with and judged on. */
      observed: StoredSeriesSchema.optional(),
      /** Cycles of the calendar that the history holds twice. */
      seasons: z.array(z.enum(['day', 'week'])),
      /** Cycles found in the data itself, two full turns of them or more, ascending. */
      detected: z.array(DetectedSeasonSchema),
    }),
  ),
});
export type EngineeredMetric = z.infer<typeof EngineeredDataSchema>['metrics'][string];

/** A fitted model's state: checked by `restore`, which knows the kinds. */
export const StateSchema = z.looseObject({ kind: z.string(), version: z.number().int() });

/** A model shared by many workloads, as an artifact of its own. */
export const PoolRefSchema = z.strictObject({
  /** How member states refer to it. */
  id: z.string(),
  artifact: ArtifactRefSchema,
});
export type PoolRef = z.infer<typeof PoolRefSchema>;

export const LeftOutSchema = z.strictObject({
  member: z.string(),
  code: z.string(),
  message: z.string(),
});
export type LeftOut = z.infer<typeof LeftOutSchema>;

/** One member: fitted before the backtest (null: nothing to judge it on) and on everything. */
export const FittedMemberSchema = z.strictObject({
  early: StateSchema.nullable(),
  final: StateSchema,
  fit_ms: z.number(),
  parameters: z.record(z.string(), z.unknown()),
});

/** Output of `fit-statistical`, `fit-boosting` and `fit-recurrent`: who could be fitted, who not. */
export const FittedMembersSchema = z.strictObject({
  metrics: z.record(
    z.string(),
    z.strictObject({
      members: z.record(z.string(), FittedMemberSchema),
      pools: z.array(PoolRefSchema),
      left_out: z.array(LeftOutSchema),
    }),
  ),
});
export type FittedMembers = z.infer<typeof FittedMembersSchema>;
export type FittedMetric = FittedMembers['metrics'][string];

/** One comparison of the gate: `skill` is 1 − own error / the other's, on the same forecasts. */
export const GateComparisonSchema = z.strictObject({
  against: z.enum(['naive', 'seasonal-naive', 'incumbent']),
  skill: z.number().nullable(),
  cases: z.number().int(),
});
export type GateComparison = z.infer<typeof GateComparisonSchema>;

/** Output of `evaluate`: backtests, blends, calibration and the numbers the gate decides on. */
export const EvaluationSchema = z.strictObject({
  metrics: z.record(
    z.string(),
    z.strictObject({
      serves: z.string(),
      blends: z.record(z.string(), BlendSpecSchema),
      report: BacktestReportSchema,
      calibrations: z.record(z.string(), CalibrationSchema.nullable()),
      coverage: z.record(z.string(), z.array(CoverageSchema)),
      gate: z.array(GateComparisonSchema),
      incumbent: z.string().nullable(),
    }),
  ),
});
export type Evaluation = z.infer<typeof EvaluationSchema>;
