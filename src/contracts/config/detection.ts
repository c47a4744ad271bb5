import * as z from 'zod';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { MomentSchema, selectorFields } from './events.ts';

/** Maintenance windows a configuration may hold. */
export const MAX_MAINTENANCE = 1_000;

/** A time in which a workload may behave as it likes: nothing in it becomes an incident. */
export const ConfiguredMaintenanceSchema = z
  .strictObject({
    name: z.string().min(1).max(200),
    ...selectorFields,
    /** The first moment, and the first moment after it. */
    start: MomentSchema,
    end: MomentSchema,
  })
  // A time that cannot be read has been refused already.
  .refine(({ start, end }) => !(Date.parse(start) >= Date.parse(end)), {
    error: 'a maintenance window starts before it ends',
    path: ['end'],
  });
export type ConfiguredMaintenance = z.infer<typeof ConfiguredMaintenanceSchema>;

const MinimumEffectSchema = z.number().min(0).max(10);

/** What is worth an incident in one metric. */
export const MetricDetectionSchema = z.strictObject({
  /** Which way a deviation counts. */
  direction: z.enum(['both', 'up', 'down']).optional(),
  /** Overrides the general one. */
  minimum_effect: MinimumEffectSchema.optional(),
});

/** The part `detection:` of the configuration: what the scheduled scoring makes incidents of. */
export const DetectionConfigSchema = z
  .strictObject({
    /** Scores from here on are anomalies, on the scale of the severities (low 2, critical 4). */
    threshold: z.number().min(2).max(10).default(2.5),
    /** Deviations below this fraction of what was expected count only when they are large against the noise. */
    minimum_effect: MinimumEffectSchema.default(0.1),
    /** After a deployment, nothing is an anomaly for this long. */
    deployment_mask_minutes: z.number().min(0).max(1_440).default(30),
    metrics: z.record(z.string().regex(METRIC_NAME), MetricDetectionSchema).default({}),
    maintenance: z.array(ConfiguredMaintenanceSchema).max(MAX_MAINTENANCE).default([]),
  })
  .prefault({});
export type DetectionConfig = z.infer<typeof DetectionConfigSchema>;

/** What holds where nothing is configured. */
export const DEFAULT_DETECTION: DetectionConfig = DetectionConfigSchema.parse({});
