import * as z from 'zod';
import { SeveritySchema } from '#contracts/http/incidents.ts';

const Count = z.int().nonnegative();

/** How many labelled incidents of some kind there were and were found. */
const RecallSchema = z.strictObject({
  incidents: Count,
  found: Count,
  /** found / incidents; null without any. */
  recall: z.number().nullable(),
  /** From the start to the end of the slot in which it was found, the median of those found. */
  median_delay_minutes: z.number().nullable(),
});

/** What `npm run bench:incidents -- --json FILE` writes: everything it prints, and each incident. */
export const IncidentReportSchema = z.strictObject({
  kind: z.literal('incident-benchmark'),
  version: z.literal(1),
  settings: z.strictObject({
    seeds: z.array(z.int()).min(1),
    /** Scored days of each shop, after the history. */
    days: z.int().positive(),
    history_days: z.int().positive(),
    /** From one training of the detectors to the next. */
    retrain_days: z.int().positive(),
    reconstruction: z.boolean(),
  }),
  /** Shops with labelled incidents. */
  labelled: z.strictObject({
    /** Those of three times the noise and more: what must be found. */
    three_and_more: RecallSchema,
    /** By size in multiples of the noise: from the first up to, not including, the second. */
    by_size: z.array(RecallSchema.extend({ from: z.number(), to: z.number() })),
    by_kind: z.array(RecallSchema.extend({ kind: z.string() })),
    /** Incidents that no label explains. */
    unexplained: Count,
    unexplained_per_week: z.number(),
  }),
  /** The same shops without incidents. */
  healthy: z.strictObject({
    incidents: Count,
    per_week: z.number(),
    /** Weeks of shops that were scored. */
    weeks: z.number(),
  }),
  /** Median time of a scoring of one new row. */
  score_ms: z.number(),
  shops: z.array(
    z.strictObject({
      seed: z.int(),
      labels: z.array(
        z.strictObject({
          kind: z.string(),
          start: z.string(),
          end: z.string(),
          size_in_noise: z.number(),
          delay_minutes: z.number().nullable(),
        }),
      ),
      /** Incidents without a label, of both shops of the seed. */
      false_incidents: z.array(
        z.strictObject({
          shop: z.enum(['labelled', 'healthy']),
          opened_at: z.string(),
          severity: SeveritySchema,
          detectors: z.array(z.string()),
          metrics: z.array(z.string()),
          score: z.number(),
        }),
      ),
    }),
  ),
});

export type IncidentReport = z.infer<typeof IncidentReportSchema>;
export type Recall = z.infer<typeof RecallSchema>;
