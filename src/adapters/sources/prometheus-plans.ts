import type { Collected, CollectRequest, MetricSource } from '#app/ports/metric-source.ts';
import type { CollectPlan } from '#app/scheduled/collect.ts';
import type { PrometheusServers } from '#contracts/config/prometheus-servers.ts';
import { DomainError } from '#core/errors.ts';
import { DAY, durationMs, epochMs, SECOND } from '#core/time.ts';
import { type WorkloadKey, workloadId, workloadKey } from '#core/workload.ts';
import { REAL_BACKOFF } from '../backoff.ts';
import type { ConnectDeps } from '../prometheus/connect.ts';
import type { NamedQuery } from '../prometheus/presets.ts';

const MAX_POINTS = 11_000;
const MAX_BYTES = 64 * 1_048_576;

type Server = PrometheusServers[number];

/**
 * How the workloads are collected that are read from servers of the Prometheus API, by their keys. The
 * client is loaded with the first of them.
 */
export function prometheusPlans(
  servers: PrometheusServers,
  deps: Pick<ConnectDeps, 'clock' | 'env' | 'secrets'>,
  network: Pick<ConnectDeps, 'send' | 'credentials' | 'sleep' | 'random'> = REAL_BACKOFF,
): ReadonlyMap<WorkloadKey, CollectPlan> {
  return new Map(
    servers.flatMap((server) => {
      const source = serverSource(server, { ...deps, ...network });
      return server.workloads.map((workload): [WorkloadKey, CollectPlan] => [
        workloadKey(workloadId(workload)),
        {
          source,
          metrics: Object.keys(workload.metrics),
          backfill: durationMs(server.backfill_days * DAY),
        },
      ]);
    }),
  );
}

/**
 * One server as the source of its configured workloads. Each metric has an expression of its own, so
 * what an answer is called comes from the configuration; labels only tell instances apart.
 */
function serverSource(server: Server, deps: ConnectDeps): MetricSource {
  const workloads = new Map(
    server.workloads.map((workload) => [workloadKey(workloadId(workload)), workload]),
  );
  const step = durationMs(server.step * SECOND);
  const settle = durationMs(server.settle * SECOND);
  type Read = (request: CollectRequest, queries: readonly NamedQuery[]) => Promise<Collected>;
  let opened: Promise<Read> | undefined;

  const open = async (): Promise<Read> => {
    const [{ connect }, { prometheusApi }, { prometheusSource }] = await Promise.all([
      import('../prometheus/connect.ts'),
      import('../prometheus/prometheus-api.ts'),
      import('../prometheus/prometheus-source.ts'),
    ]);
    const api = prometheusApi(await connect(server, deps), {
      maxBytes: MAX_BYTES,
      clock: deps.clock,
    });
    return (request, queries) =>
      prometheusSource({
        api,
        queries,
        name: 'prometheus',
        clock: deps.clock,
        step,
        settle,
        maxPoints: MAX_POINTS,
        maxConcurrent: 4,
        namespaces: [],
        defaults: { workload: request.workload, labels: {} },
      }).collect(request);
  };

  const collect = async (request: CollectRequest): Promise<Collected> => {
    const workload = workloads.get(workloadKey(request.workload));
    const queries = Object.entries(workload?.metrics ?? {}).map(([name, metric]): NamedQuery => {
      const query =
        typeof metric === 'string' ? { query: metric, counter: false, scale: 1 } : metric;
      // Whatever a label says, the configuration has said whose the values are.
      return { ...query, name, mapping: {}, fixed: request.workload };
    });
    opened ??= open();
    const read = await opened.catch((error: unknown) => {
      // A file that could not be read may be there the next time.
      opened = undefined;
      throw error;
    });
    return read(request, queries);
  };

  return {
    name: 'prometheus',
    collect,
    /** Each metric from where it was read up to, so that one that failed is read again. */
    collectAll: (requests) =>
      Promise.all(
        requests.map(async (request) => {
          try {
            return { collected: await collectSince(collect, request) };
          } catch (error) {
            if (error instanceof DomainError) return { error };
            throw error;
          }
        }),
      ),
  };
}

/** Metrics that begin at the same time are read together. */
async function collectSince(
  collect: (request: CollectRequest) => Promise<Collected>,
  request: CollectRequest,
): Promise<Collected> {
  const starts = new Map<number, string[]>();
  for (const metric of request.metrics) {
    const from = request.since?.get(metric) ?? request.range.from;
    starts.set(from, [...(starts.get(from) ?? []), metric]);
  }
  const parts: Collected[] = [];
  for (const [from, metrics] of starts) {
    parts.push(
      await collect({ ...request, metrics, range: { ...request.range, from: epochMs(from) } }),
    );
  }
  return {
    step: parts[0]?.step ?? durationMs(SECOND),
    observations: parts.flatMap(({ observations }) => observations),
    counters: parts.flatMap(({ counters }) => counters),
    problems: parts.flatMap(({ problems }) => problems),
    through: new Map(parts.flatMap(({ through }) => [...(through ?? [])])),
  };
}
