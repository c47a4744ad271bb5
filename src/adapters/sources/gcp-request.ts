import type { GcpMonitoringSourceConfig } from '#contracts/config/sources/gcp-monitoring.ts';
import { DomainError } from '#core/errors.ts';
import { type DurationMs, SECOND, toIso } from '#core/time.ts';
import type { GcpQuery, MetricForm } from './gcp-metrics.ts';
import type { Window } from './windowed-source.ts';

/** Series and points of one page at most, as the API counts them. */
const PAGE_SIZE = 100_000;

interface Aggregation {
  readonly aligner: string;
  readonly reducer?: string;
}

/**
 * How series are brought onto periods: a gauge by its mean, what counts up by its rate, a distribution
 * by a percentile. A rate of a gauge, or a mean of a counter, would mean nothing.
 *
 * @throws {DomainError} `CONFIG_INVALID` for metrics whose values are no numbers, and where nothing says
 *   which series belong together
 * @see https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Aligner
 */
export function aggregationOf(query: GcpQuery, form: MetricForm): Aggregation {
  const { across, groupBy, percentile, type } = query;
  const padded = String(percentile).padStart(2, '0');
  const isCounted = form.kind === 'DELTA' || form.kind === 'CUMULATIVE';
  if (form.valueType === 'STRING' || form.valueType === 'MONEY') {
    throw new DomainError('CONFIG_INVALID', `values of ${type} are ${form.valueType}, no numbers`);
  }
  if (form.valueType === 'DISTRIBUTION' && form.kind === 'CUMULATIVE') {
    requireGroups(query);
    // Percentiles are aligned of gauges and deltas only; this is the same in two steps.
    return { aligner: 'ALIGN_DELTA', reducer: `REDUCE_PERCENTILE_${padded}` };
  }
  const aligner =
    form.valueType === 'DISTRIBUTION'
      ? `ALIGN_PERCENTILE_${padded}`
      : isCounted
        ? 'ALIGN_RATE'
        : form.valueType === 'BOOL'
          ? 'ALIGN_FRACTION_TRUE'
          : 'ALIGN_MEAN';
  if (across === 'none') return { aligner };
  if (groupBy.length === 0) requireGroups(query);
  return { aligner, reducer: `REDUCE_${across.toUpperCase()}` };
}

function requireGroups({ groupBy, type }: GcpQuery): void {
  if (groupBy.length > 0) return;
  throw new DomainError(
    'CONFIG_INVALID',
    `series of ${type} become one by which labels? set group_by`,
    {
      type,
      example: ['resource.labels.service_name'],
    },
  );
}

/** The address of one page of timeSeries.list. */
export function timeSeriesUrl(
  base: URL,
  query: GcpQuery,
  form: MetricForm,
  window: Window,
  options: {
    readonly step: DurationMs;
    readonly config: GcpMonitoringSourceConfig;
    readonly pageToken?: string | undefined;
  },
): URL {
  const url = new URL(`${base.pathname.replace(/\/$/, '')}/timeSeries`, base);
  const { aligner, reducer } = aggregationOf(query, form);
  const { searchParams: parameters } = url;
  parameters.set('filter', filterOf(query, options.config));
  parameters.set('interval.startTime', toIso(window.from));
  parameters.set('interval.endTime', toIso(window.to));
  parameters.set('aggregation.alignmentPeriod', `${options.step / SECOND}s`);
  parameters.set('aggregation.perSeriesAligner', aligner);
  if (reducer !== undefined) {
    parameters.set('aggregation.crossSeriesReducer', reducer);
    for (const field of query.groupBy) parameters.append('aggregation.groupByFields', field);
  }
  parameters.set('view', 'FULL');
  parameters.set('pageSize', String(PAGE_SIZE));
  if (options.pageToken !== undefined) parameters.set('pageToken', options.pageToken);
  return url;
}

/** A filter of parts that are checked to hold no quotes. */
function filterOf(
  { type, labels }: GcpQuery,
  { namespaces, filters = {} }: GcpMonitoringSourceConfig,
): string {
  const parts = [`metric.type = "${type}"`];
  for (const [key, value] of Object.entries(labels))
    parts.push(`metric.labels.${key} = "${value}"`);
  if (type.startsWith('kubernetes.io/')) {
    const wanted = [...namespaces, ...(filters.namespace === undefined ? [] : [filters.namespace])];
    const list = wanted.map((name) => `"${name}"`).join(', ');
    if (wanted.length > 0) parts.push(`resource.labels.namespace_name = one_of(${list})`);
    if (filters.cluster) parts.push(`resource.labels.cluster_name = "${filters.cluster}"`);
  }
  return parts.join(' AND ');
}
