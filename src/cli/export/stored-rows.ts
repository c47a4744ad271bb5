import type { WorkloadInfo } from '#contracts/http/catalog.ts';
import { DOCUMENTED_METRICS } from '#core/features/documented.ts';
import { type FeatureSet, featuresOf } from '#core/features/feature-set.ts';
import { MORA_OBSERVED, moraFeatures } from '#core/features/mora.ts';
import { makeFrame } from '#core/series/frame.ts';
import { addMs, durationMs, epochMs, SECOND, toIso } from '#core/time.ts';
import { workloadKey } from '#core/workload.ts';
import type { ApiClient } from '../client.ts';
import { type ExportRange, framePages } from './frame-pages.ts';
import type { ExportRow } from './row-format.ts';

/** What an export reads. */
export interface StoredExport {
  readonly client: ApiClient;
  readonly workloads: readonly WorkloadInfo[];
  readonly range: ExportRange;
  /** Of these metrics only. */
  readonly metrics?: readonly string[] | undefined;
}

/** A kind of rows: their columns, and where they come from. */
export interface RowSource {
  readonly columns: readonly string[];
  rows(): AsyncGenerator<ExportRow>;
}

const WORKLOAD_COLUMNS = ['cluster', 'namespace', 'deployment', 'container'] as const;

/** Observations on their grid, one a row; what is missing has no row. */
export function seriesRows(request: StoredExport): RowSource {
  return {
    columns: ['timestamp', ...WORKLOAD_COLUMNS, 'metric', 'value'],
    async *rows() {
      for (const workload of request.workloads) {
        const metrics = metricsOf(workload, request.metrics);
        for await (const { frame } of framePages(request.client, workload, request.range, {
          metrics,
        })) {
          for (let row = 0; row < frame.length; row++) {
            const time = toIso(addMs(frame.start, frame.step, row));
            for (const [metric, { values }] of frame.series) {
              const value = values[row] ?? Number.NaN;
              if (!Number.isNaN(value)) yield [time, ...partsOf(workload), metric, value];
            }
          }
        }
      }
    },
  };
}

/** Rows that the longest window of a feature reads before its own, more than any of them needs. */
const LOOK_BACK = 24;

/** The 108 features of each step. A metric that a workload lacks leaves its columns empty. */
export function featureRows(request: StoredExport, set: FeatureSet): RowSource {
  const empty = makeFrame(
    new Map([
      [
        'none',
        {
          id: 'none',
          unit: 'unspecified',
          start: epochMs(0),
          step: durationMs(SECOND),
          values: new Float64Array(1),
        },
      ],
    ]),
  );
  return {
    columns: ['timestamp', ...WORKLOAD_COLUMNS, ...featuresOf(set, empty).names],
    async *rows() {
      for (const workload of request.workloads) {
        const metrics = metricsOf(workload, DOCUMENTED_METRICS);
        const pages = framePages(request.client, workload, request.range, {
          metrics,
          overlap: LOOK_BACK,
        });
        for await (const { frame, from } of pages) {
          const { names, rows, values } = featuresOf(set, frame, { from });
          for (let row = 0; row < rows; row++) {
            const cells = values.subarray(row * names.length, (row + 1) * names.length);
            const time = toIso(addMs(frame.start, frame.step, from + row));
            yield [time, ...partsOf(workload), ...Array.from(cells, numberOrNull)];
          }
        }
      }
    },
  };
}

/** A forecast of a week in five minutes is 100 kB: answers stay far below what one may be. */
const FORECASTS_A_PAGE = 25;
const CHANGES_A_PAGE = 500;

/** Forecasts as they were issued, a row for each step of each, the newest first. */
export function forecastRows(request: StoredExport): RowSource {
  return {
    columns: [
      ...['issued_at', 'data_as_of', ...WORKLOAD_COLUMNS, 'metric', 'model', 'version'],
      ...['timestamp', 'value', 'level', 'lower_bound', 'upper_bound'],
    ],
    async *rows() {
      for (const workload of request.workloads) {
        for (const metric of metricsOf(workload, request.metrics)) {
          yield* issuedOf(request, workload, metric);
        }
      }
    },
  };
}

async function* issuedOf(
  { client, range }: StoredExport,
  workload: WorkloadInfo,
  metric: string,
): AsyncGenerator<ExportRow> {
  for await (const issued of issuedPages(client, workload, metric, range)) {
    const cutoff = epochMs(Date.parse(issued.data_as_of));
    const step = durationMs(issued.step_seconds * SECOND);
    const head = [issued.issued_at, issued.data_as_of, ...partsOf(workload), metric];
    for (const [i, value] of issued.values.entries()) {
      const bounds = [issued.lower_bounds?.[i] ?? null, issued.upper_bounds?.[i] ?? null];
      const time = toIso(addMs(cutoff, step, i + 1));
      yield [...head, issued.model, issued.version, time, value, issued.level, ...bounds];
    }
  }
}

/** Page by page: a forecast every five minutes is more than one answer holds. */
async function* issuedPages(
  client: ApiClient,
  { workload }: WorkloadInfo,
  metric: string,
  { from, to }: ExportRange,
) {
  for (let before = toIso(to); ; ) {
    const { forecasts } = await client.call('listForecasts', {
      query: { ...workload, metric, limit: FORECASTS_A_PAGE, before },
    });
    for (const issued of forecasts) {
      if (Date.parse(issued.issued_at) < from) return;
      yield issued;
    }
    const last = forecasts.at(-1);
    if (last === undefined || forecasts.length < FORECASTS_A_PAGE) return;
    before = last.issued_at;
  }
}

/** What was recommended in the range: a row for each change of the action or of its target. */
export function publishedRows({ client, workloads, range }: StoredExport): RowSource {
  return {
    columns: [
      ...['generated_at', ...WORKLOAD_COLUMNS, 'action', 'current_replicas', 'target_replicas'],
      ...['lower_replicas', 'upper_replicas', 'execute_by', 'valid_until', 'reason'],
    ],
    async *rows() {
      for (const workload of workloads) {
        for await (const published of publishedPages(client, workload, range)) {
          const { current_replicas, target_replicas, lower_replicas, upper_replicas } = published;
          yield [
            ...[published.generated_at, ...partsOf(workload), published.action],
            ...[current_replicas, target_replicas, lower_replicas, upper_replicas],
            ...[published.execute_by, published.valid_until],
            published.reasons.map(({ message }) => message).join('; '),
          ];
        }
      }
    },
  };
}

async function* publishedPages(
  client: ApiClient,
  { workload }: WorkloadInfo,
  { from, to }: ExportRange,
) {
  for (let start = from; start < to; ) {
    const { recommendations } = await client.call('listRecommendations', {
      query: { ...workload, from: toIso(start), to: toIso(to), limit: CHANGES_A_PAGE },
    });
    yield* recommendations;
    const last = recommendations.at(-1);
    if (last === undefined || recommendations.length < CHANGES_A_PAGE) return;
    start = epochMs(Date.parse(last.generated_at) + 1);
  }
}

/** What is recommended now for each workload; a hold is a row without a target. */
export function recommendationRows({ client, workloads }: StoredExport): RowSource {
  return {
    columns: [
      ...['generated_at', ...WORKLOAD_COLUMNS, 'action', 'target_replicas', 'target_cpu_request'],
      ...['target_memory_request', 'execute_by', 'valid_until', 'reason'],
    ],
    async *rows() {
      for (const workload of workloads) {
        const { generated_at, recommendations } = await client.call('recommend', {
          body: { ...workload.workload },
        });
        for (const { actions, valid_until, execute_by } of recommendations) {
          for (const action of actions) {
            yield [
              ...[generated_at, ...partsOf(workload), action.action],
              ...[action.target_replicas ?? null, action.target_cpu_request ?? null],
              ...[action.target_memory_request ?? null, execute_by ?? null, valid_until ?? null],
              action.reason,
            ];
          }
        }
      }
    },
  };
}

/** Columns of MOrA's unified file, in its order. */
const MORA_COLUMNS = [
  ...['timestamp', 'experiment_id', 'service', 'scenario', 'replica_count', 'load_users'],
  ...MORA_OBSERVED.map(({ mora }) => `${mora}_value`),
  ...['network_activity_rate_value', 'processing_intensity_value'],
  ...['service_stability_value', 'resource_pressure_value'],
];
/** MOrA writes the utilisation of nodes in percent. */
const IN_PERCENT = new Set(['node_cpu_utilization', 'node_memory_utilization']);
/** What the derived columns read beside the observed ones. */
const MORA_INPUTS = ['request_rate', 'cpu_utilization', 'memory_utilization'];

/**
 * The 18 columns of MOrA's unified CSV. Times are ISO, not row numbers; nothing was an experiment here,
 * so the settings of one are empty, and what was not measured is.
 */
export function moraRows(request: StoredExport): RowSource {
  return {
    columns: MORA_COLUMNS,
    async *rows() {
      const wanted = [...MORA_OBSERVED.map(({ metric }) => metric), ...MORA_INPUTS];
      for (const workload of request.workloads) {
        const metrics = metricsOf(workload, wanted);
        const pages = framePages(request.client, workload, request.range, { metrics, overlap: 1 });
        for await (const { frame, from } of pages) {
          const { names, rows, values } = moraFeatures(frame, { from });
          for (let row = 0; row < rows; row++) {
            const cells = names.map((name, column) => {
              const value = values[row * names.length + column] ?? Number.NaN;
              return numberOrNull(IN_PERCENT.has(name) ? 100 * value : value);
            });
            const replicas = cells[names.indexOf('replicas')] ?? null;
            const time = toIso(addMs(frame.start, frame.step, from + row));
            yield [time, null, workload.workload.deployment, 'observed', replicas, null, ...cells];
          }
        }
      }
    },
  };
}

function partsOf({ workload }: WorkloadInfo): readonly [string, string, string, string] {
  return [workload.cluster, workload.namespace, workload.deployment, workload.container];
}

/** The metrics of a workload that are wanted, in the order they are wanted in. */
function metricsOf(workload: WorkloadInfo, wanted?: readonly string[]): readonly string[] {
  const known = workload.metrics.map(({ metric }) => metric);
  return wanted === undefined ? known : wanted.filter((metric) => known.includes(metric));
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** Workloads in an order that does not depend on the service. */
export function inOrder(workloads: readonly WorkloadInfo[]): readonly WorkloadInfo[] {
  return [...workloads].sort((one, other) =>
    workloadKey(one.workload) < workloadKey(other.workload) ? -1 : 1,
  );
}
