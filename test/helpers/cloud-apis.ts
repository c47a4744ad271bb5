import { generateKeyPairSync } from 'node:crypto';
import { azureMonitorKind } from '#adapters/sources/azure-monitor-kind.ts';
import { datadogKind } from '#adapters/sources/datadog-kind.ts';
import type { SourceDeps, SourceKind } from '#adapters/sources/define-source.ts';
import { gcpMonitoringKind } from '#adapters/sources/gcp-monitoring-kind.ts';
import type { Sweep } from '#app/ports/metric-source.ts';
import { epochMs, toIso } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import type { ApiAnswer, ApiRequest } from './api-server.ts';
import { noSecrets } from './no-secrets.ts';

/** The time it is in these tests; the period that begins at 12:10 is under way. */
export const NOW = epochMs(Date.parse('2026-03-01T12:10:30Z'));
export const at = (minute: string) => epochMs(Date.parse(`2026-03-01T${minute}:00Z`));

/** Waits for nobody, and remembers how long it should have waited. */
export function cloudDeps(
  more: Partial<SourceDeps> = {},
): SourceDeps & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return {
    clock: { now: () => NOW },
    sleep: async (ms) => {
      pauses.push(ms);
    },
    random: () => 0.5,
    fetch,
    env: {},
    secrets: noSecrets,
    name: 'cloud',
    workload: workloadId({ deployment: 'here' }),
    labels: {},
    host: 'here',
    pauses,
    ...more,
  };
}

export const KEYS = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** A cloud's API as its documents describe it, and what a source must make of one answer. */
export interface Cloud {
  readonly name: string;
  readonly kind: SourceKind;
  readonly config: (url: string) => object;
  /** Of the path of the question; every other one is about credentials. */
  readonly asks: string;
  /** The answers to the questions, page by page. */
  readonly pages: readonly object[];
  readonly empty: object;
  /** An answer that is a part, as the API says. */
  readonly part: object;
  readonly token: object;
  readonly secret: string;
  /** How often a question is asked when the credentials are refused each time. */
  readonly refusedAfter: number;
  /** Every observation of the pages: deployment, instance, metric, minute, value. */
  readonly expected: readonly (readonly unknown[])[];
}

const MACHINE = (name: string) =>
  `/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/${name}`;

const azureValue = (name: string, data: readonly object[], error = 'Success') => ({
  starttime: '2026-03-01T12:00:00Z',
  endtime: '2026-03-01T12:10:00Z',
  interval: 'PT1M',
  namespace: 'microsoft.compute/virtualmachines',
  resourceregion: 'westeurope',
  // Azure answers in other letters than it was asked.
  resourceid: MACHINE(name).toUpperCase(),
  value: [
    {
      id: `${MACHINE(name)}/providers/Microsoft.Insights/metrics/Percentage CPU`,
      type: 'Microsoft.Insights/metrics',
      name: { value: 'Percentage CPU', localizedValue: 'Percentage CPU' },
      unit: 'Percent',
      timeseries: [{ metadatavalues: [], data }],
      errorCode: error,
    },
  ],
});

export const azure: Cloud = {
  name: 'azure-monitor',
  kind: azureMonitorKind,
  config: (url) => ({
    tenant_id: '00000000-0000-0000-0000-00000000000a',
    client_id: '00000000-0000-0000-0000-00000000000b',
    client_secret: 'azure-t0ken',
    endpoints: { login: url, management: url, metrics: url },
    region: 'westeurope',
    resources: [MACHINE('web-1'), MACHINE('web-2')],
    metrics: ['Percentage CPU'],
  }),
  asks: 'metrics:getBatch',
  pages: [
    {
      values: [
        azureValue('web-1', [
          { timeStamp: '2026-03-01T12:07:00Z', average: 50 },
          { timeStamp: '2026-03-01T12:08:00Z' },
          { timeStamp: '2026-03-01T12:09:00Z', average: 0 },
        ]),
        azureValue('web-2', [{ timeStamp: '2026-03-01T12:09:00Z', average: 100 }]),
      ],
    },
  ],
  empty: { values: [azureValue('web-1', []), azureValue('web-2', [])] },
  part: {
    values: [
      azureValue('web-1', [{ timeStamp: '2026-03-01T12:07:00Z', average: 50 }]),
      azureValue('web-2', [], 'Throttled'),
    ],
  },
  token: { token_type: 'Bearer', expires_in: 3_599, access_token: 'azure-t0ken' },
  secret: 'azure-t0ken',
  refusedAfter: 2,
  expected: [
    ['web-1', '', 'cpu_utilization', '12:07', 0.5],
    ['web-1', '', 'cpu_utilization', '12:09', 0],
    ['web-2', '', 'cpu_utilization', '12:09', 1],
  ],
};

const pod = (name: string, points: readonly (readonly [end: string, value: number])[]) => ({
  metric: { type: 'kubernetes.io/container/cpu/core_usage_time' },
  resource: {
    type: 'k8s_container',
    labels: { cluster_name: 'main', namespace_name: 'shop', pod_name: name },
  },
  metadata: { systemLabels: { top_level_controller_name: 'cart' } },
  metricKind: 'GAUGE',
  valueType: 'DOUBLE',
  points: points.map(([end, value]) => ({
    interval: { startTime: `2026-03-01T${end}:00Z`, endTime: `2026-03-01T${end}:00Z` },
    value: { doubleValue: value },
  })),
});

export const gcp: Cloud = {
  name: 'gcp-monitoring',
  kind: gcpMonitoringKind,
  config: (url) => ({
    project_id: 'shop-1',
    endpoint: url,
    credentials: {
      type: 'service_account',
      client_email: 'helios@shop-1.iam.gserviceaccount.com',
      private_key_id: 'k1',
      private_key: KEYS.privateKey,
      token_uri: `${url}/token`,
    },
    metrics: ['kubernetes.io/container/cpu/core_usage_time'],
  }),
  asks: '/timeSeries',
  // Newest first, a series in two pages, and one point in both.
  pages: [
    {
      timeSeries: [
        pod('cart-7d9c6b8f5d-x2x4q', [
          ['12:09', 0.25],
          ['12:08', 0.5],
        ]),
      ],
      nextPageToken: 'page-2',
      unit: 's{CPU}/s',
    },
    {
      timeSeries: [
        pod('cart-7d9c6b8f5d-x2x4q', [
          ['12:08', 0.5],
          ['12:07', 0],
        ]),
        pod('cart-7d9c6b8f5d-b4b7z', [['12:09', 2]]),
      ],
      unit: 's{CPU}/s',
    },
  ],
  // That is how it answers when there is nothing.
  empty: {},
  part: {
    timeSeries: [pod('cart-7d9c6b8f5d-x2x4q', [['12:09', 0.25]])],
    executionErrors: [{ code: 4, message: 'a zone did not answer' }],
  },
  token: { access_token: 'gcp-t0ken', expires_in: 3_599, token_type: 'Bearer' },
  secret: 'gcp-t0ken',
  refusedAfter: 2,
  // The API gives the end of a period, Helios keeps its beginning.
  expected: [
    ['cart', 'cart-7d9c6b8f5d-b4b7z', 'cpu_cores', '12:08', 2],
    ['cart', 'cart-7d9c6b8f5d-x2x4q', 'cpu_cores', '12:06', 0],
    ['cart', 'cart-7d9c6b8f5d-x2x4q', 'cpu_cores', '12:07', 0.5],
    ['cart', 'cart-7d9c6b8f5d-x2x4q', 'cpu_cores', '12:08', 0.25],
  ],
};

const datadogAnswer = (values: readonly (readonly (number | null)[])[]) => ({
  data: {
    id: '0',
    type: 'timeseries_response',
    attributes: {
      series: values.map((_, i) => ({
        group_tags: [i === 0 ? 'service:cart' : 'service:pay', `env:shop`],
        query_index: 0,
        unit: [{ family: 'time', name: 'millisecond' }, null],
      })),
      times: [at('12:07'), at('12:08'), at('12:09')],
      values,
    },
  },
});

export const datadog: Cloud = {
  name: 'datadog',
  kind: datadogKind,
  config: (url) => ({
    endpoint: url,
    api_key: 'dd-api-s3cret',
    app_key: 'dd-app-s3cret',
    queries: [{ name: 'latency_p95', query: 'p95:trace.http{*} by {service,env}', unit: 'ms' }],
  }),
  asks: '/api/v2/query/timeseries',
  pages: [
    datadogAnswer([
      [250, null, 0],
      [null, null, 1_000],
    ]),
  ],
  empty: {
    data: {
      id: '0',
      type: 'timeseries_response',
      attributes: { series: [], times: [], values: [] },
    },
  },
  part: { ...datadogAnswer([[250, null, 0]]), errors: 'one query timed out' },
  token: {},
  secret: 'dd-app-s3cret',
  refusedAfter: 1,
  expected: [
    ['cart', '', 'latency_p95', '12:07', 0.25],
    ['cart', '', 'latency_p95', '12:09', 0],
    ['pay', '', 'latency_p95', '12:09', 1],
  ],
};

export const CLOUDS: readonly Cloud[] = [azure, gcp, datadog];

export const RANGE = { from: at('12:05'), to: NOW };
export const THROTTLED: ApiAnswer = {
  status: 429,
  headers: { 'retry-after': '2' },
  body: { error: 'slow down' },
};

/** The cloud's own answers: page after page, and a token to everything that is no question. */
export function healthy(cloud: Cloud): (request: ApiRequest) => ApiAnswer {
  return ({ path, query }) => {
    if (!path.includes(cloud.asks)) return { body: cloud.token };
    const page = query.get('pageToken') === 'page-2' ? 1 : 0;
    return { body: cloud.pages[page] };
  };
}

/** As `healthy`, but the questions of these numbers, from 0 on, are answered so. */
export function faulty(cloud: Cloud, fault: ApiAnswer, isFault: (question: number) => boolean) {
  let questions = 0;
  return (request: ApiRequest): ApiAnswer => {
    if (!request.path.includes(cloud.asks)) return healthy(cloud)(request);
    return isFault(questions++) ? fault : healthy(cloud)(request);
  };
}

/** Every observation as deployment, instance, metric, minute, value. */
export function rows({ workloads }: Pick<Sweep, 'workloads'>): readonly (readonly unknown[])[] {
  return workloads
    .flatMap(({ workload, collected }) =>
      collected.observations.map(({ metric, value, source: from, at: time }) => [
        workload.deployment,
        from.split('@')[1] ?? '',
        metric,
        toIso(time).slice(11, 16),
        value,
      ]),
    )
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
