import * as z from 'zod';
import type { MetricSource } from '#app/ports/metric-source.ts';
import type { AzureMonitorSourceConfig } from '#contracts/config/sources/azure-monitor.ts';
import { converted } from '#core/csv/read-rows.ts';
import {
  DAY,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  MINUTE,
  SECOND,
  toIso,
} from '#core/time.ts';
import { type AzureAggregation, type AzureQuery, azureQueries } from './azure-metrics.ts';
import type { AzureResource } from './azure-resources.ts';
import type { SourceDeps } from './define-source.ts';
import type { JsonApi } from './json-api.ts';
import { type QueryOutcome, readQueries } from './read-queries.ts';
import { seriesOwner } from './series-owner.ts';
import { type ReadSeries, type Window, windowedSource } from './windowed-source.ts';

/** Limits of one call, as Azure states them. */
const RESOURCES_PER_CALL = 50;
const METRICS_PER_CALL = 20;
const API_VERSION = '2024-02-01';
/** Instances of a resource; without it, ten of them are answered. */
const MOST_INSTANCES = 1_000;

const PointSchema = z.object({
  timeStamp: z.iso.datetime({ offset: true }),
  average: z.number().nullish(),
  total: z.number().nullish(),
  maximum: z.number().nullish(),
  minimum: z.number().nullish(),
  count: z.number().nullish(),
});
const MetricSchema = z.object({
  name: z.object({ value: z.string() }),
  errorCode: z.string().nullish(),
  errorMessage: z.string().nullish(),
  timeseries: z
    .array(
      z.object({
        metadatavalues: z
          .array(z.object({ name: z.object({ value: z.string() }), value: z.string() }))
          .default([]),
        data: z.array(PointSchema).default([]),
      }),
    )
    .default([]),
});
const BatchSchema = z.object({
  values: z.array(z.object({ resourceid: z.string(), value: z.array(MetricSchema).default([]) })),
});
type Batch = z.infer<typeof BatchSchema>;

const DefinitionsSchema = z.object({
  value: z.array(
    z.object({
      name: z.object({ value: z.string() }),
      unit: z.string().default(''),
      namespace: z.string().default(''),
    }),
  ),
});

export interface AzureSourceOptions {
  /** Of the metrics of a region. */
  readonly metrics: { readonly api: JsonApi; readonly base: (region: string) => string };
  readonly management: { readonly api: JsonApi; readonly base: string };
  readonly resources: (signal?: AbortSignal) => Promise<readonly AzureResource[]>;
  readonly config: AzureMonitorSourceConfig;
  readonly deps: Pick<SourceDeps, 'clock' | 'name' | 'workload'>;
}

/** Resources and metrics that one call can answer. */
interface Call {
  readonly name: string;
  readonly resources: readonly AzureResource[];
  readonly queries: readonly AzureQuery[];
}

/**
 * Azure Monitor, by its metrics batch: up to 50 resources of one type, region and subscription in a
 * call. A value is one period's, at the time the period begins; a period without one has no value.
 *
 * @see https://learn.microsoft.com/rest/api/monitor/metrics-batch/batch
 */
export function azureSource(options: AzureSourceOptions): MetricSource {
  const { metrics, management, resources, config, deps } = options;
  const step = durationMs((config.interval ?? config.period_seconds) * SECOND);

  const readOne = async (call: Call, window: Window): Promise<QueryOutcome> => {
    const series: ReadSeries[] = [];
    const partial: string[] = [];
    for (let from: number = window.from; from < window.to; from += DAY) {
      const part = { ...window, from: epochMs(from), to: epochMs(Math.min(from + DAY, window.to)) };
      const answer = await metrics.api.call({
        what: call.name,
        method: 'POST',
        url: batchUrl(metrics.base, call, part, step),
        body: { resourceids: call.resources.map(({ id }) => id) },
        schema: BatchSchema,
        signal: window.signal,
      });
      const read = readBatch(call, answer, step, deps);
      series.push(...read.series);
      partial.push(...read.problems);
    }
    return { series, partial: partial.length === 0 ? undefined : summary(partial) };
  };

  return windowedSource({
    name: deps.name,
    clock: deps.clock,
    step,
    lookback: lookbackOf(config),
    async read(window) {
      const found = await resources(window.signal);
      if (found.length === 0) {
        const problem = { metric: '*', reason: 'azure has no such resources that may be read' };
        return { series: [], problems: [problem], isWhole: true };
      }
      const calls = callsOf(found, config);
      return readQueries(
        calls,
        ({ queries }) => queries.map(({ metric }) => metric).join(', '),
        (call) => readOne(call, window),
        window.signal,
      );
    },
    async listMetrics({ filter = '', limit, signal }) {
      const listed = new Map<string, { name: string; detail: string }>();
      const byType = new Map((await resources(signal)).map((each) => [each.type, each]));
      for (const { id, type } of byType.values()) {
        const url = new URL(
          `${management.base}${id}/providers/Microsoft.Insights/metricDefinitions?api-version=2023-10-01`,
        );
        const what = 'the list of metrics';
        const schema = DefinitionsSchema;
        const { value } = await management.api.call({ what, method: 'GET', url, schema, signal });
        for (const { name, unit } of value) {
          if (!name.value.toLowerCase().includes(filter.toLowerCase())) continue;
          listed.set(`${type} ${name.value}`, { name: name.value, detail: `${unit}, ${type}` });
        }
      }
      return [...listed.values()].slice(0, limit);
    },
  });
}

function lookbackOf({ timespan, lookback_minutes }: AzureMonitorSourceConfig): DurationMs {
  const [, count, unit] = /^PT(\d+)([HM])$/.exec(timespan ?? '') ?? [];
  const minutes = count === undefined ? lookback_minutes : Number(count) * (unit === 'H' ? 60 : 1);
  return durationMs(minutes * MINUTE);
}

function callsOf(
  resources: readonly AzureResource[],
  config: AzureMonitorSourceConfig,
): readonly Call[] {
  const alike = grouped(resources, ({ subscription, region, type }) => [
    subscription,
    region,
    type,
  ]);
  return alike.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const queries = azureQueries(config, first.type);
    return grouped(queries, ({ instance }) => [instance ?? '']).flatMap((some) =>
      inChunks(some, METRICS_PER_CALL).flatMap((asked) =>
        inChunks(group, RESOURCES_PER_CALL).map((chunk) => ({
          name: `metrics of ${first.type}`,
          resources: chunk,
          queries: asked,
        })),
      ),
    );
  });
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => readonly string[]): readonly T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(item);
  }
  return [...groups.values()];
}

function inChunks<T>(items: readonly T[], most: number): readonly (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let i = 0; i < items.length; i += most) chunks.push(items.slice(i, i + most));
  return chunks;
}

function batchUrl(
  base: AzureSourceOptions['metrics']['base'],
  { resources: [resource], queries }: Call,
  window: Window,
  step: DurationMs,
): URL {
  if (resource === undefined) throw new RangeError('a call is about one resource at least');
  const url = new URL(
    `${base(resource.region)}/subscriptions/${resource.subscription}/metrics:getBatch`,
  );
  const { searchParams: parameters } = url;
  const instance = queries[0]?.instance;
  parameters.set('api-version', API_VERSION);
  parameters.set('metricnamespace', resource.type);
  parameters.set('metricnames', queries.map(({ azureName }) => azureName).join(','));
  parameters.set(
    'aggregation',
    [...new Set(queries.map(({ aggregation }) => aggregation))].join(','),
  );
  parameters.set('starttime', toIso(window.from));
  parameters.set('endtime', toIso(window.to));
  parameters.set('interval', `PT${step / MINUTE}M`);
  if (instance !== undefined) {
    parameters.set('filter', `${instance} eq '*'`);
    parameters.set('top', String(MOST_INSTANCES));
  }
  return url;
}

function readBatch(
  { resources, queries }: Call,
  { values }: Batch,
  step: DurationMs,
  deps: AzureSourceOptions['deps'],
): { readonly series: readonly ReadSeries[]; readonly problems: readonly string[] } {
  const series: ReadSeries[] = [];
  const problems: string[] = [];
  // Azure answers ids in letters of its own.
  const answers = new Map(values.map((each) => [each.resourceid.toLowerCase(), each.value]));
  for (const resource of resources) {
    const metrics = answers.get(resource.id.toLowerCase());
    if (metrics === undefined) {
      problems.push(`azure did not mention ${resource.name}`);
      continue;
    }
    for (const query of queries) {
      const azureName = query.azureName.toLowerCase();
      const found = metrics.find(({ name }) => name.value.toLowerCase() === azureName);
      if (found === undefined) problems.push(`${query.azureName} of ${resource.name} is missing`);
      else if (found.errorCode && found.errorCode !== 'Success') {
        problems.push(`${query.azureName} of ${resource.name}: ${found.errorCode}`);
      }
      for (const { metadatavalues, data } of found?.timeseries ?? []) {
        const named = metadatavalues.find(
          ({ name }) => name.value.toLowerCase() === query.instance?.toLowerCase(),
        );
        const owner = seriesOwner(
          {
            ...{ namespace: resource.group, deployment: resource.name },
            ...(named && named.value !== '' && { instance: named.value }),
          },
          deps,
        );
        const id = JSON.stringify([
          resource.id.toLowerCase(),
          query.metric,
          azureName,
          named?.value,
        ]);
        series.push({ id, metric: query.metric, ...owner, points: pointsOf(data, query, step) });
      }
    }
  }
  return { series, problems };
}

function pointsOf(
  data: readonly z.infer<typeof PointSchema>[],
  { aggregation, conversion, perSecond }: AzureQuery,
  step: DurationMs,
): readonly (readonly [EpochMs, number])[] {
  const key = KEYS[aggregation];
  const divisor = perSecond ? step / SECOND : 1;
  return data.flatMap((point): readonly (readonly [EpochMs, number])[] => {
    const value = point[key];
    if (value === null || value === undefined) return [];
    return [[epochMs(Date.parse(point.timeStamp)), converted(value, conversion) / divisor]];
  });
}

const KEYS = {
  Average: 'average',
  Total: 'total',
  Maximum: 'maximum',
  Minimum: 'minimum',
  Count: 'count',
} as const satisfies Record<AzureAggregation, keyof z.infer<typeof PointSchema>>;

function summary(problems: readonly string[]): string {
  const [first = ''] = problems;
  return problems.length === 1 ? first : `${first}, and ${problems.length - 1} more`;
}
