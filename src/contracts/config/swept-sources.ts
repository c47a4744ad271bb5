import * as z from 'zod';
import { SOURCE_NAME } from '../http/ingest.ts';
import { StaticLabelsSchema } from './agent.ts';
import { AzureMonitorSourceSchema } from './sources/azure-monitor.ts';
import { DatadogSourceSchema } from './sources/datadog.ts';
import { GcpMonitoringSourceSchema } from './sources/gcp-monitoring.ts';
import { PrometheusSourceSchema } from './sources/prometheus.ts';

/** What each entry has beside the keys of its type. */
const common = {
  name: z
    .string()
    .regex(SOURCE_NAME, 'a name is letters, digits, . _ -')
    .optional()
    .meta({ description: 'of this source among the others; its type unless given' }),
  labels: StaticLabelsSchema.meta({
    description: 'deployment, namespace, cluster, container: for what a series leaves open',
  }),
  backfill_days: z.number().min(0).max(35).default(14).meta({
    description: 'of the past, when the source is new',
  }),
};

/** One source, of which Helios itself reads everything it is configured for. */
export const SweptSourceSchema = z.discriminatedUnion('type', [
  // Without the seeds' words for keys that have another name too: those have no other form.
  AzureMonitorSourceSchema.omit({ interval: true, timespan: true }).safeExtend({
    type: z.literal('azure-monitor'),
    ...common,
  }),
  DatadogSourceSchema.safeExtend({ type: z.literal('datadog'), ...common }),
  GcpMonitoringSourceSchema.safeExtend({ type: z.literal('gcp-monitoring'), ...common }),
  PrometheusSourceSchema.safeExtend({ type: z.literal('prometheus'), ...common }),
]);
export type SweptSource = z.infer<typeof SweptSourceSchema>;

/** Sources that Helios has itself, under these names. */
const RESERVED = ['cloudwatch', 'heartbeat', 'simulator', 'system'];

/** The part `sources:` of the configuration: clouds that Helios reads by itself, as an agent would. */
export const SweptSourcesSchema = z
  .array(SweptSourceSchema)
  .max(20)
  .default([])
  .superRefine((sources, context) => {
    const taken = new Set(RESERVED);
    for (const [i, source] of sources.entries()) {
      const name = nameOfSource(source);
      if (taken.has(name)) {
        const message = `another source is called ${name}: give this one a name`;
        context.addIssue({ code: 'custom', path: [i, 'name'], message });
      }
      taken.add(name);
    }
  });
export type SweptSources = z.infer<typeof SweptSourcesSchema>;

/** What a source is called in answers and in logs. */
export function nameOfSource({ name, type }: Pick<SweptSource, 'name' | 'type'>): string {
  return name ?? type;
}
