import type { ReplayRequest } from '#contracts/http/replay.ts';
import { DomainError } from '#core/errors.ts';
import type { Because } from '#core/recommend/because.ts';
import { canonicalMetric, metricDefinition } from '#core/series/metric-catalogue.ts';
import { cleanSeries } from '#core/series/quality.ts';
import { makeSeries, type Series } from '#core/series/series.ts';
import { DAY, durationMs, epochMs, SECOND } from '#core/time.ts';
import type { ObservationStore } from '../ports/observation-store.ts';
import { readFrame } from '../read-frame.ts';
import type { ConfiguredScaling } from '../scaling-config.ts';
import { resolveWorkload } from '../select-workload.ts';
import { requireMetric } from '../serving/predict.ts';
import { endOfData, type Workload, type WorkloadDirectory } from '../workload-directory.ts';

const DEFAULT_DAYS = 28;
const CPU = 'cpu_utilization';
const REPLICAS = 'replicas';
const FULL_UNIT = 1;

/** What is replayed, and what is known of it. */
export interface DemandSource {
  readonly series: Series;
  readonly metric: string;
  /** Demand that uses one unit fully, where the data or the configuration say so. */
  readonly capacityPerUnit: number | undefined;
  readonly workload: Workload | undefined;
  readonly notes: readonly Because[];
}

/**
 * The demand to replay: what the caller sent, or the stored past of a metric that measures load. CPU is
 * counted over all replicas, because that of one falls when another is added.
 * @throws {DomainError} `NOT_FOUND`, `METRIC_UNKNOWN`, `REQUEST_INVALID`, `SERIES_EMPTY`
 */
export async function readDemand(
  deps: {
    readonly observations: ObservationStore;
    readonly directory: WorkloadDirectory;
    readonly now: () => ReturnType<typeof epochMs>;
    readonly scalingOf: (workload: Workload) => ConfiguredScaling;
  },
  request: ReplayRequest,
): Promise<DemandSource> {
  if (request.history) return sent(request, request.history);
  const workload = await resolveWorkload(deps.directory, request);
  const configured = deps.scalingOf(workload);
  const metric = demandMetric(workload, request.metric, configured.demand?.metric);
  const to = endOfData(workload, deps.now());
  const days = request.days ?? DEFAULT_DAYS;
  const range = { from: epochMs(to - days * DAY), to };
  const frame = await readFrame(deps.observations, workload, range);
  const series = frame?.series.get(metric);
  if (!frame || !series) {
    const message = `${workload.key} has no ${metric} in the last ${days} days`;
    throw new DomainError('SERIES_EMPTY', message, { metric, days });
  }
  const cleaned = cleanSeries(series, metricDefinition(metric));
  if (metric === CPU) {
    return overReplicas(cleaned, frame.series.get(REPLICAS), configured.replicas, workload);
  }
  const isConfigured = metric === configured.demand?.metric;
  return {
    series: cleaned,
    metric,
    capacityPerUnit: isConfigured ? configured.demand?.per_replica : undefined,
    workload,
    notes: [],
  };
}

function demandMetric(
  workload: Workload,
  asked: string | undefined,
  configured: string | undefined,
): string {
  if (asked !== undefined) return requireMetric(workload, asked);
  if (configured !== undefined) return requireMetric(workload, configured);
  const known = ['request_rate', CPU].find((metric) => workload.metrics.has(metric));
  if (known) return known;
  const message = `${workload.key} has neither request_rate nor ${CPU}: name the metric that measures its load`;
  throw new DomainError('METRIC_UNKNOWN', message, { known: [...workload.metrics.keys()] });
}

function sent(
  request: ReplayRequest,
  { start, step_seconds, values }: NonNullable<ReplayRequest['history']>,
): DemandSource {
  const metric = canonicalMetric(request.metric ?? 'demand');
  const { unit } = metricDefinition(metric);
  const series = makeSeries({
    id: metric,
    unit,
    start: epochMs(Date.parse(start)),
    step: durationMs(step_seconds * SECOND),
    values: values.map((value) => value ?? Number.NaN),
  });
  return { series, metric, capacityPerUnit: undefined, workload: undefined, notes: [] };
}

function overReplicas(
  cpu: Series,
  measured: Series | undefined,
  configured: number | undefined,
  workload: Workload,
): DemandSource {
  const source = { metric: CPU, workload };
  if (measured) {
    const values = cpu.values.map((value, i) => value * measured.values[i]!);
    return { ...source, series: { ...cpu, values }, capacityPerUnit: FULL_UNIT, notes: [] };
  }
  if (configured !== undefined) {
    const values = cpu.values.map((value) => value * configured);
    const message = `replicas were not measured: ${configured}, as configured, is taken to have held throughout`;
    const notes = [{ code: 'REPLICAS_ASSUMED', message, details: { replicas: configured } }];
    return { ...source, series: { ...cpu, values }, capacityPerUnit: FULL_UNIT, notes };
  }
  const message = 'how many replicas there were is not known: their number is taken to have held';
  return {
    ...source,
    series: cpu,
    capacityPerUnit: undefined,
    notes: [{ code: 'REPLICAS_ASSUMED', message }],
  };
}
