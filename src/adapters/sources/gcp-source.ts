import * as z from 'zod';
import type { MetricSource } from '#app/ports/metric-source.ts';
import type { GcpMonitoringSourceConfig } from '#contracts/config/sources/gcp-monitoring.ts';
import { deploymentOfPod, type Identity } from '#core/csv/identity.ts';
import { converted } from '#core/csv/read-rows.ts';
import { DomainError } from '#core/errors.ts';
import { type DurationMs, durationMs, type EpochMs, epochMs, MINUTE, SECOND } from '#core/time.ts';
import type { SourceDeps } from './define-source.ts';
import { type GcpQuery, gcpQueries, type MetricForm } from './gcp-metrics.ts';
import { timeSeriesUrl } from './gcp-request.ts';
import type { JsonApi } from './json-api.ts';
import { type QueryOutcome, readQueries } from './read-queries.ts';
import { seriesOwner } from './series-owner.ts';
import { type ReadSeries, type Window, windowedSource } from './windowed-source.ts';

/** Ends a service that never does. */
const MOST_PAGES = 200;

const LabelsSchema = z.record(z.string(), z.string()).default({});
const ValueSchema = z.object({
  doubleValue: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).optional(),
  int64Value: z.string().optional(),
  boolValue: z.boolean().optional(),
});
const SeriesSchema = z.object({
  metric: z.object({ type: z.string(), labels: LabelsSchema }),
  resource: z.object({ type: z.string(), labels: LabelsSchema }),
  metadata: z
    .object({ systemLabels: z.record(z.string(), z.unknown()).default({}) })
    .default({ systemLabels: {} }),
  points: z
    .array(
      z.object({
        interval: z.object({ endTime: z.iso.datetime({ offset: true }) }),
        value: ValueSchema,
      }),
    )
    .default([]),
});
type Series = z.infer<typeof SeriesSchema>;

/** A page without series has no `timeSeries` at all. */
const PageSchema = z.object({
  timeSeries: z.array(SeriesSchema).default([]),
  nextPageToken: z.string().optional(),
  executionErrors: z
    .array(z.object({ code: z.int().optional(), message: z.string().default('') }))
    .default([]),
});

const DescriptorSchema = z.object({ metricKind: z.string(), valueType: z.string() });
const DescriptorsSchema = z.object({
  metricDescriptors: z
    .array(
      z.object({
        type: z.string(),
        unit: z.string().default(''),
        metricKind: z.string().default(''),
        description: z.string().default(''),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
});

/** What is read, whoever reads it. */
type GcpReading = Omit<GcpMonitoringSourceConfig, 'credentials'>;

export interface GcpSourceOptions {
  readonly api: JsonApi;
  /** E.g. https://monitoring.googleapis.com/v3/projects/shop. */
  readonly project: URL;
  readonly config: GcpReading;
  readonly deps: Pick<SourceDeps, 'clock' | 'name' | 'workload'>;
}

/**
 * Google Cloud Monitoring, by timeSeries.list. A value is one alignment period's, at the time the period
 * begins (the API gives its end).
 *
 * @see https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list
 */
export function gcpSource({ api, project, config, deps }: GcpSourceOptions): MetricSource {
  const step = durationMs(config.alignment_period * SECOND);
  const queries = gcpQueries(config);
  const forms = new Map<string, MetricForm>();
  const path = project.pathname.replace(/\/$/, '');

  const formOf = async ({ type, form }: GcpQuery, signal?: AbortSignal): Promise<MetricForm> => {
    const known = form ?? forms.get(type);
    if (known) return known;
    const url = new URL(`${path}/metricDescriptors/${type}`, project);
    const schema = DescriptorSchema;
    const described = await api.call({ what: type, method: 'GET', url, schema, signal });
    const found = { kind: described.metricKind, valueType: described.valueType };
    forms.set(type, found);
    return found;
  };

  const readOne = async (query: GcpQuery, window: Window): Promise<QueryOutcome> => {
    const form = await formOf(query, window.signal);
    const series: ReadSeries[] = [];
    let partial: string | undefined;
    let pageToken: string | undefined;
    for (let page = 1; ; page++) {
      const url = timeSeriesUrl(project, query, form, window, { step, config, pageToken });
      const { signal } = window;
      const answer = await api.call({
        what: query.type,
        method: 'GET',
        url,
        schema: PageSchema,
        signal,
      });
      for (const each of answer.timeSeries)
        series.push(readSeries(query, each, step, config, deps));
      const [error] = answer.executionErrors;
      if (error) partial = `cloud monitoring answered in part: ${error.message.slice(0, 200)}`;
      pageToken = answer.nextPageToken || undefined;
      if (pageToken === undefined) return { series, partial };
      if (page >= MOST_PAGES) throw tooManyPages(query.type);
    }
  };

  return windowedSource({
    name: deps.name,
    clock: deps.clock,
    step,
    lookback: durationMs(config.lookback_minutes * MINUTE),
    async read(window) {
      const answer = await readQueries(
        queries,
        ({ metric }) => metric,
        (query) => readOne(query, window),
        window.signal,
      );
      const told = new Set([...answer.problems, ...answer.series].map(({ metric }) => metric));
      const quiet = queries
        .filter(({ metric, isConfigured }) => isConfigured && !told.has(metric))
        .map(({ metric, type }) => ({ metric, reason: `no values of ${type} in this range` }));
      return { ...answer, problems: [...answer.problems, ...quiet] };
    },
    async listMetrics({ filter, limit, signal }) {
      const found: { name: string; detail: string }[] = [];
      let pageToken: string | undefined;
      for (let page = 1; ; page++) {
        const url = new URL(`${path}/metricDescriptors`, project);
        url.searchParams.set('pageSize', '1000');
        if (pageToken !== undefined) url.searchParams.set('pageToken', pageToken);
        const what = 'the list of metrics';
        const answer = await api.call({
          what,
          method: 'GET',
          url,
          schema: DescriptorsSchema,
          signal,
        });
        for (const { type, unit, metricKind } of answer.metricDescriptors) {
          if (filter !== undefined && !type.includes(filter)) continue;
          found.push({ name: type, detail: [metricKind, unit].filter(Boolean).join(' ') });
        }
        pageToken = answer.nextPageToken || undefined;
        if (pageToken === undefined || found.length >= limit) return found.slice(0, limit);
        if (page >= MOST_PAGES) throw tooManyPages(what);
      }
    },
  });
}

function tooManyPages(what: string): DomainError {
  const message = `cloud monitoring gave more than ${MOST_PAGES} pages of ${what}`;
  return new DomainError('SOURCE_UNAVAILABLE', message, { pages: MOST_PAGES });
}

function readSeries(
  { metric, type, conversion }: GcpQuery,
  series: Series,
  step: DurationMs,
  config: GcpReading,
  deps: GcpSourceOptions['deps'],
): ReadSeries {
  const { resource, metadata } = series;
  const id = JSON.stringify([
    ...[metric, type, resource.type],
    ...[sorted(resource.labels), sorted(series.metric.labels), sorted(metadata.systemLabels)],
  ]);
  const points = series.points.flatMap(
    ({ interval, value }): readonly (readonly [EpochMs, number])[] => {
      const number = numberOf(value);
      const at = epochMs(Date.parse(interval.endTime) - step);
      return number === undefined ? [] : [[at, converted(number, conversion)]];
    },
  );
  return { id, metric, ...seriesOwner(identityOf(series, config.per_container), deps), points };
}

function sorted(
  labels: Readonly<Record<string, unknown>>,
): readonly (readonly [string, unknown])[] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}

function numberOf({ doubleValue, int64Value, boolValue }: z.infer<typeof ValueSchema>) {
  if (doubleValue !== undefined) return Number(doubleValue);
  if (int64Value !== undefined) return Number(int64Value);
  return boolValue === undefined ? undefined : Number(boolValue);
}

/** The workload that a monitored resource is. */
function identityOf({ resource, metric, metadata }: Series, perContainer: boolean): Identity {
  const { labels } = resource;
  if (resource.type.startsWith('k8s_')) {
    const { top_level_controller_name: controller } = metadata.systemLabels;
    const pod = labels.pod_name;
    const named = typeof controller === 'string' && controller !== '' ? controller : undefined;
    const deployment = named ?? (pod === undefined ? labels.node_name : deploymentOfPod(pod));
    return {
      ...(labels.cluster_name !== undefined && { cluster: labels.cluster_name }),
      ...(labels.namespace_name !== undefined && { namespace: labels.namespace_name }),
      ...(deployment !== undefined && { deployment }),
      ...(perContainer &&
        labels.container_name !== undefined && { container: labels.container_name }),
      ...(pod !== undefined && { instance: pod }),
    };
  }
  const { name } = metadata.systemLabels;
  const deployment = [
    ...[metric.labels.instance_name, name, labels.service_name, labels.function_name],
    // "project:name"
    labels.database_id?.split(':').at(-1),
    ...[labels.url_map_name, labels.subscription_id, labels.instance_id],
  ].find((text): text is string => typeof text === 'string' && text !== '');
  const instance = labels.revision_name;
  return {
    ...(deployment !== undefined && { deployment }),
    ...(instance !== undefined && { instance }),
  };
}
