import * as z from 'zod';
import { CalibrationSchema } from '#core/evaluate/conformal.ts';
import { BacktestReportSchema } from '#core/evaluate/report.ts';
import { UnitSchema } from '../http/common.ts';
import { CoverageSchema } from '../http/predict.ts';

/** What the pipeline's stages hand on through the object store. Missing values are null. */

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

/** Output of `engineer`: model-ready series and the seasons that two full cycles allow. */
export const EngineeredDataSchema = z.strictObject({
  metrics: z.record(
    z.string(),
    z.strictObject({
      series: StoredSeriesSchema,
      data_sha256: z.string(),
      seasons: z.array(z.enum(['day', 'week'])),
    }),
  ),
});

export const LeftOutSchema = z.strictObject({
  member: z.string(),
  code: z.string(),
  message: z.string(),
});

/** Output of `fit-statistical`: fitted states, and who could not be fitted. */
export const FittedMembersSchema = z.strictObject({
  metrics: z.record(
    z.string(),
    z.strictObject({
      /** The member a request asked for by name; null lets the backtest choose. */
      requested: z.string().nullable(),
      states: z.record(z.string(), z.looseObject({ kind: z.string(), version: z.number() })),
      left_out: z.array(LeftOutSchema),
    }),
  ),
});

/** One comparison of the gate: `skill` is 1 − own error / the other's, on the same forecasts. */
export const GateComparisonSchema = z.strictObject({
  against: z.enum(['naive', 'seasonal-naive', 'incumbent']),
  skill: z.number().nullable(),
  cases: z.number().int(),
});
export type GateComparison = z.infer<typeof GateComparisonSchema>;

/** Output of `evaluate`: backtests, calibration and the numbers the gate decides on. */
export const EvaluationSchema = z.strictObject({
  metrics: z.record(
    z.string(),
    z.strictObject({
      serves: z.string(),
      report: BacktestReportSchema,
      calibrations: z.record(z.string(), CalibrationSchema.nullable()),
      coverage: z.record(z.string(), z.array(CoverageSchema)),
      gate: z.array(GateComparisonSchema),
      incumbent: z.string().nullable(),
    }),
  ),
});
export type Evaluation = z.infer<typeof EvaluationSchema>;
