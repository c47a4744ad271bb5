import * as z from 'zod';
import { DEFAULT_MEASURES, MEASURE_NAMES } from '../measures.ts';

/** The part `monitoring:` of the configuration: what AWS measures of Helios, and at what cost. */
export const MonitoringConfigSchema = z
  .strictObject({
    measures: z
      .array(z.enum(MEASURE_NAMES))
      .max(MEASURE_NAMES.length)
      .refine((names) => new Set(names).size === names.length, 'each measure once')
      .default([...DEFAULT_MEASURES])
      .meta({
        description:
          'what is told of each workload; CloudWatch asks for $0.30 a month for each measure of each workload',
      }),
    monthly_budget_usd: z.number().positive().max(1e9).nullable().default(100).meta({
      description:
        'AWS Budgets tells when the resources tagged application=helios reach it, or are about to; null: no budget',
    }),
  })
  .prefault({});
export type MonitoringConfig = z.infer<typeof MonitoringConfigSchema>;

/** The configuration of somebody who says nothing. */
export const DEFAULT_MONITORING: MonitoringConfig = MonitoringConfigSchema.parse({});
