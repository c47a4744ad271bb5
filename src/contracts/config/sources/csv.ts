import * as z from 'zod';
import { lookbackMinutes, MetricNameSchema } from './common.ts';

/** Keys of the source `csv`: a file that grows. They mean what the options of `helios import` mean. */
export const CsvSourceSchema = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(4_096)
    .meta({ description: 'the file; it may be replaced or begin anew' }),
  step_seconds: z.number().int().min(1).max(3_600).default(60).meta({
    description: 'how far apart the values of one series are',
  }),
  metric: MetricNameSchema.optional().meta({ description: 'metric of a lone column value' }),
  map: z.array(z.string().min(3).max(256)).max(100).default([]).meta({
    description: "columns and their metrics, e.g. 'CPU %=cpu_utilization:percent'",
  }),
  skip: z.array(z.string().min(1).max(128)).max(100).default([]),
  time_column: z.string().min(1).max(128).optional(),
  zone: z.string().min(1).max(64).optional().meta({ description: 'of times without one' }),
  delimiter: z.enum([',', ';', '\t', '|']).optional(),
  decimal: z.enum(['.', ',']).optional(),
  from_beginning: z.boolean().default(false).meta({
    description: 'deliver everything the file holds, at every start of the agent',
  }),
  lookback_minutes: lookbackMinutes(10),
});
export type CsvSourceConfig = z.infer<typeof CsvSourceSchema>;
