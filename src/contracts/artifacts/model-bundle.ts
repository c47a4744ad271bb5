import * as z from 'zod';
import { CalibrationSchema } from '#core/evaluate/conformal.ts';
import { BacktestReportSchema } from '#core/evaluate/report.ts';
import { BlendSpecSchema } from '#core/forecast/blend-spec.ts';
import { UnitSchema } from '../http/common.ts';
import { CoverageSchema } from '../http/predict.ts';
import { PoolRefSchema, StateSchema } from './stage-outputs.ts';

/**
 * Everything that serves one metric of one workload: data only, loading it runs no code. Immutable
 * and named by its SHA-256; the same data and parameters give the same bundle.
 */
export const ModelBundleSchema = z.strictObject({
  kind: z.literal('model-bundle'),
  version: z.literal(1),
  workload: z.string(),
  /** Name of the metric; with `.hourly` for the hourly track. */
  metric: z.string(),
  unit: UnitSchema,
  step_ms: z.number().int().positive(),
  /** The member or blend that answers `auto` when this version is the champion. */
  serves: z.string(),
  /** Fitted members by name. */
  states: z.record(z.string(), StateSchema),
  /** Blends by name: their members are among the states. */
  blends: z.record(z.string(), BlendSpecSchema),
  /** Models shared with other workloads that states refer to by id. */
  pools: z.array(PoolRefSchema),
  /** Rolling errors by member and blend, for intervals; null where there are too few. */
  calibrations: z.record(z.string(), CalibrationSchema.nullable()),
  /** Measured coverage by member and blend. */
  coverage: z.record(z.string(), z.array(CoverageSchema)),
  backtest: BacktestReportSchema,
  provenance: z.strictObject({
    training: z.strictObject({ from: z.number(), to: z.number(), steps: z.number().int() }),
    data_sha256: z.string(),
    code_version: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    /** What random numbers of the members were drawn from. */
    seed: z.number().int(),
  }),
});
export type ModelBundle = z.infer<typeof ModelBundleSchema>;
