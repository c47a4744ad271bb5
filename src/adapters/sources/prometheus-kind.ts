import type { MetricSource } from '#app/ports/metric-source.ts';
import type { PrometheusAuth } from '#contracts/config/prometheus.ts';
import {
  type PrometheusSourceConfig,
  PrometheusSourceSchema,
} from '#contracts/config/sources/prometheus.ts';
import { durationMs, SECOND } from '#core/time.ts';
import { configuredQueries } from '../prometheus/configured-queries.ts';
import { type ConnectDeps, connect } from '../prometheus/connect.ts';
import { prometheusApi } from '../prometheus/prometheus-api.ts';
import { prometheusSource } from '../prometheus/prometheus-source.ts';
import { defineSource, type SourceDeps } from './define-source.ts';

const BYTES_A_MB = 1_048_576;

/** Any server with the HTTP API of Prometheus, as a source. */
export const prometheusKind = defineSource({
  type: 'prometheus',
  summary: 'Prometheus, Thanos, Mimir, Amazon Managed Prometheus: PromQL over HTTP',
  schema: PrometheusSourceSchema,
  open: (config, deps) => openPrometheus(config, deps),
});

/**
 * @param network - stands in for the network and for what the AWS SDK finds
 * @throws {DomainError} `CONFIG_INVALID`
 */
export async function openPrometheus(
  config: PrometheusSourceConfig,
  deps: Pick<
    SourceDeps,
    'clock' | 'sleep' | 'random' | 'env' | 'name' | 'workload' | 'labels' | 'secrets'
  >,
  network: Pick<ConnectDeps, 'send' | 'credentials'> = {},
): Promise<MetricSource> {
  const queries = configuredQueries(config);
  const server = await connect(
    { ...config, url: config.url ?? config.endpoint ?? '', auth: authOf(config) },
    { ...deps, ...network },
  );
  const api = prometheusApi(server, {
    maxBytes: config.max_answer_mb * BYTES_A_MB,
    clock: deps.clock,
  });
  return prometheusSource({
    api,
    queries,
    name: deps.name,
    clock: deps.clock,
    step: durationMs(config.step * SECOND),
    settle: durationMs(config.settle * SECOND),
    maxPoints: config.max_points,
    maxConcurrent: config.max_concurrent,
    namespaces: config.namespaces,
    defaults: { workload: deps.workload, labels: deps.labels },
    close: server.close,
  });
}

function authOf({ auth, api_key, credentials }: PrometheusSourceConfig): PrometheusAuth {
  if (auth) return auth;
  const token = api_key ?? credentials?.token;
  if (token !== undefined) return { type: 'bearer', token };
  if (credentials?.username !== undefined) {
    return { type: 'basic', username: credentials.username, password: credentials.password ?? '' };
  }
  return { type: 'none' };
}
