import { createVerify } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SOURCE_ATTEMPTS } from '#adapters/sources/open-http.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import { DomainError } from '#core/errors.ts';
import {
  type ApiAnswer,
  type ApiRequest,
  type ApiServer,
  startApiServer,
} from '#test/helpers/api-server.ts';
import {
  at,
  azure,
  CLOUDS,
  type Cloud,
  cloudDeps,
  datadog,
  faulty,
  gcp,
  healthy,
  KEYS,
  NOW,
  RANGE,
  rows,
  THROTTLED,
} from '#test/helpers/cloud-apis.ts';

let server: ApiServer | undefined;
let source: MetricSource | undefined;
afterEach(async () => {
  await source?.close?.();
  await server?.close();
});

async function opened(cloud: Cloud, answer: (request: ApiRequest) => ApiAnswer, more: object = {}) {
  server = await startApiServer(answer);
  const deps = cloudDeps();
  source = await cloud.kind.open(
    { ...cloud.config(server.url), lookback_minutes: 2, ...more },
    deps,
  );
  const { sweep } = source;
  if (!sweep) throw new Error('a source of an agent has a sweep');
  return { server, deps, sweep: () => sweep({ range: RANGE }) };
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe.each(CLOUDS)('$name', (cloud) => {
  it('gives every sample once, with its workload and in its unit', async () => {
    const { sweep } = await opened(cloud, healthy(cloud));
    const found = await sweep();
    expect(rows(found)).toEqual(cloud.expected);
    expect(found.problems).toEqual([]);
    // What is younger than the lookback is read again.
    expect(found.through).toBe(at('12:08'));
  });

  it('waits as long as it is told when it is throttled, and then loses nothing', async () => {
    const { sweep, deps } = await opened(
      cloud,
      faulty(cloud, THROTTLED, (question) => question < 2),
    );
    expect(rows(await sweep())).toEqual(cloud.expected);
    expect(deps.pauses).toEqual([2_000, 2_000]);
  });

  it('gives up when it is throttled without end', async () => {
    const { sweep, server: api } = await opened(
      cloud,
      faulty(cloud, THROTTLED, () => true),
    );
    expect(await failure(sweep())).toMatchObject({ code: 'THROTTLED' });
    expect(api.to(cloud.asks)).toHaveLength(SOURCE_ATTEMPTS);
  });

  it('asks for new credentials once when they are refused, and tells no secret', async () => {
    const said = `the token ${cloud.secret} has expired`;
    const refused = { status: 401, body: { error: { code: 'Expired', message: said } } };
    const { sweep, server: api } = await opened(
      cloud,
      faulty(cloud, refused, () => true),
    );
    const error = await failure(sweep());
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(api.to(cloud.asks)).toHaveLength(cloud.refusedAfter);
    const told =
      error instanceof DomainError ? `${error.message} ${JSON.stringify(error.details)}` : '';
    expect(told).toContain('has expired');
    for (const secret of ['s3cret', 't0ken']) expect(told).not.toContain(secret);
  });

  it('goes on with new credentials', async () => {
    if (cloud.refusedAfter === 1) return;
    const { sweep, server: api } = await opened(
      cloud,
      faulty(cloud, { status: 401, body: {} }, (question) => question === 0),
    );
    expect(rows(await sweep())).toEqual(cloud.expected);
    expect(api.requests.filter(({ path }) => !path.includes(cloud.asks))).toHaveLength(2);
  });

  it('keeps what it has of an answer that is a part, says so, and asks again from there', async () => {
    const { sweep } = await opened(
      cloud,
      faulty(cloud, { body: cloud.part }, () => true),
    );
    const found = await sweep();
    expect(rows(found)).toHaveLength(cloud.name === 'datadog' ? 2 : 1);
    expect(found.problems).toHaveLength(1);
    expect(found.through).toBe(at('12:05'));
  });

  it('takes an empty answer for no samples', async () => {
    const { sweep } = await opened(
      cloud,
      faulty(cloud, { body: cloud.empty }, () => true),
    );
    const found = await sweep();
    expect(found.workloads).toEqual([]);
    expect(found.through).toBe(at('12:08'));
  });

  it.each([
    ['no JSON', { body: '{"data": [' }, 1],
    ['another form', { body: { data: 7, values: 7, timeSeries: 7 } }, 1],
    ['a failure of the server', { status: 503, body: {} }, SOURCE_ATTEMPTS],
    ['a connection that breaks', 'cut', SOURCE_ATTEMPTS],
  ] satisfies readonly (readonly [string, ApiAnswer, number])[])(
    'refuses %s',
    async (_, fault, tries) => {
      const { sweep, server: api } = await opened(
        cloud,
        faulty(cloud, fault, () => true),
      );
      expect(await failure(sweep())).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
      expect(api.to(cloud.asks)).toHaveLength(tries);
    },
  );
});

describe('credentials', () => {
  it('of a service account are a signed assertion', async () => {
    const { sweep, server: api } = await opened(gcp, healthy(gcp));
    await sweep();
    const form = new URLSearchParams(api.to('/token')[0]?.body);
    const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const verify = createVerify('RSA-SHA256').update(`${header}.${claims}`);
    expect(verify.verify(KEYS.publicKey, signature, 'base64url')).toBe(true);
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
      iss: 'helios@shop-1.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/monitoring.read',
      aud: `${api.url}/token`,
      iat: NOW / 1_000,
      exp: NOW / 1_000 + 3_600,
    });
    // Two pages, one token.
    expect(api.to('/token')).toHaveLength(1);
    expect(api.to(gcp.asks)[1]?.headers.authorization).toBe('Bearer gcp-t0ken');
  });

  it('of an Azure machine come from its metadata service', async () => {
    server = await startApiServer(healthy(azure));
    const {
      tenant_id: _t,
      client_id: _c,
      client_secret: _s,
      ...config
    } = azure.config(server.url) as Record<string, unknown>;
    const env = { AZURE_POD_IDENTITY_AUTHORITY_HOST: server.url };
    source = await azure.kind.open(config, cloudDeps({ env }));
    expect(rows((await source.sweep?.({ range: RANGE })) ?? { workloads: [] })).toEqual(
      azure.expected,
    );
    const [asked] = server.to('/metadata/identity');
    expect(asked?.headers.metadata).toBe('true');
    expect(asked?.query.get('resource')).toBe('https://metrics.monitor.azure.com');
  });
});

describe('questions', () => {
  it('to Cloud Monitoring align a counter by its rate, by pod', async () => {
    const { sweep, server: api } = await opened(gcp, healthy(gcp), {
      filters: { namespace: 'shop' },
    });
    await sweep();
    const query = api.to(gcp.asks)[0]?.query;
    expect(query?.get('filter')).toBe(
      'metric.type = "kubernetes.io/container/cpu/core_usage_time" AND resource.labels.namespace_name = one_of("shop")',
    );
    expect(query?.get('aggregation.perSeriesAligner')).toBe('ALIGN_RATE');
    expect(query?.get('aggregation.crossSeriesReducer')).toBe('REDUCE_SUM');
    expect(query?.get('interval.endTime')).toBe('2026-03-01T12:10:00.000Z');
  });

  it.each([
    ['GAUGE', 'DOUBLE', 'ALIGN_MEAN'],
    ['GAUGE', 'BOOL', 'ALIGN_FRACTION_TRUE'],
    ['DELTA', 'INT64', 'ALIGN_RATE'],
    ['CUMULATIVE', 'DOUBLE', 'ALIGN_RATE'],
    ['DELTA', 'DISTRIBUTION', 'ALIGN_PERCENTILE_95'],
  ])('to Cloud Monitoring align a %s of %s by %s', async (metricKind, valueType, aligner) => {
    const answer = ({ path }: ApiRequest): ApiAnswer => {
      if (path.includes('/metricDescriptors/')) return { body: { metricKind, valueType } };
      return { body: path.includes('/timeSeries') ? {} : gcp.token };
    };
    const metrics = [{ name: 'orders', type: 'custom.googleapis.com/orders' }];
    const { sweep, server: api } = await opened(gcp, answer, { metrics });
    await sweep();
    expect(api.to('/timeSeries')[0]?.query.get('aggregation.perSeriesAligner')).toBe(aligner);
  });

  it('to Azure name real resources, 50 in a call', async () => {
    const ids = Array.from({ length: 51 }, (_, i) => azureId(`vm-${i}`));
    const { sweep, server: api } = await opened(azure, healthy(azure), { resources: ids });
    await sweep();
    const asked = api.to(azure.asks).map(({ body }) => JSON.parse(body).resourceids.length);
    expect(asked).toEqual([50, 1]);
    expect(api.to(azure.asks)[0]?.query.get('metricnames')).toBe('Percentage CPU');
    expect(api.to(azure.asks)[0]?.query.get('metricnamespace')).toBe(
      'microsoft.compute/virtualmachines',
    );
  });

  it('to Datadog are for 240 periods at most, without a gap', async () => {
    server = await startApiServer(healthy(datadog));
    source = await datadog.kind.open(datadog.config(server.url), cloudDeps());
    await source.sweep?.({ range: { from: at('07:10'), to: NOW } });
    const asked = server.to(datadog.asks).map(({ body }) => JSON.parse(body).data.attributes);
    expect(asked.map(({ from, to, interval }) => [from, to, interval])).toEqual([
      [at('07:10'), at('11:10'), 60_000],
      [at('11:10'), at('12:10'), 60_000],
    ]);
    expect(server.to(datadog.asks)[0]?.headers['dd-application-key']).toBe('dd-app-s3cret');
  });

  it('to Datadog wait for what its own header says', async () => {
    const limited = {
      status: 429,
      headers: { 'x-ratelimit-reset': '7' },
      body: { errors: ['limit'] },
    };
    const { sweep, deps } = await opened(
      datadog,
      faulty(datadog, limited, (question) => question === 0),
    );
    expect(rows(await sweep())).toEqual(datadog.expected);
    expect(deps.pauses).toEqual([7_000]);
  });

  it('to Azure find the resources page by page', async () => {
    const answer = (request: ApiRequest): ApiAnswer => {
      if (!request.path.includes('ResourceGraph')) return healthy(azure)(request);
      const isSecond = JSON.parse(request.body).options.$skipToken === 'more';
      const name = isSecond ? 'web-2' : 'web-1';
      const data = [
        { id: azureId(name), type: 'microsoft.compute/virtualmachines', location: 'westeurope' },
      ];
      return {
        body: { totalRecords: 2, count: 1, data, ...(isSecond ? {} : { $skipToken: 'more' }) },
      };
    };
    const more = {
      resources: [],
      subscription_id: '11111111-2222-3333-4444-555555555555',
      namespaces: ['Shop'],
    };
    const { sweep, server: api } = await opened(azure, answer, more);
    expect(rows(await sweep())).toEqual(azure.expected);
    expect(JSON.parse(api.to('ResourceGraph')[0]?.body ?? '').query).toContain(
      "resourceGroup in~ ('Shop')",
    );
  });
});

const azureId = (name: string) =>
  `/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/${name}`;
