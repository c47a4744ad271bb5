import * as z from 'zod';
import { CalibrationSchema } from '#core/evaluate/conformal.ts';
import { BacktestReportSchema } from '#core/evaluate/report.ts';
import { UnitSchema } from '../http/common.ts';
import { CoverageSchema } from '../http/predict.ts';

/** A fitted model's state: checked by `restore`, which knows the kinds. */
const StateSchema = z.looseObject({ kind: z.string(), version: z.number().int() });

/**
 * Everything that serves one metric of one workload: data only, loading it runs no code. Immutable
 * and named by its SHA-256; the same data and parameters give the same bundle.
 */
export const ModelBundleSchema = z.strictObject({
  kind: z.literal('model-bundle'),
  version: z.literal(1),
  workload: z.string(),
  metric: z.string(),
  unit: UnitSchema,
  step_ms: z.number().int().positive(),
  /** The member that answers `auto` when this version is the champion. */
  serves: z.string(),
  /** Fitted members by name, the blend among them. */
  states: z.record(z.string(), StateSchema),
  /** Rolling errors by member, for intervals; null where there are too few. */
  calibrations: z.record(z.string(), CalibrationSchema.nullable()),
  /** Measured coverage by member. */
  coverage: z.record(z.string(), z.array(CoverageSchema)),
  backtest: BacktestReportSchema,
  provenance: z.strictObject({
    training: z.strictObject({ from: z.number(), to: z.number(), steps: z.number().int() }),
    data_sha256: z.string(),
    code_version: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    /** No member of this version draws random numbers. */
    seed: z.null(),
  }),
});
export type ModelBundle = z.infer<typeof ModelBundleSchema>;
