import { afterEach, describe, expect, it } from '@jest/globals';
import { nodeHttp } from '#adapters/http/send-http.ts';
import { gcpSource } from '#adapters/sources/gcp-source.ts';
import { type JsonApi, jsonApi } from '#adapters/sources/json-api.ts';
import { openHttp } from '#adapters/sources/open-http.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import { GcpMonitoringSourceSchema } from '#contracts/config/sources/gcp-monitoring.ts';
import {
  type ApiAnswer,
  type ApiRequest,
  type ApiServer,
  startApiServer,
} from '#test/helpers/api-server.ts';
import {
  at,
  cloudDeps,
  faulty,
  gcp,
  healthy,
  RANGE,
  rows,
  THROTTLED,
} from '#test/helpers/cloud-apis.ts';
import { until } from '#test/helpers/until.ts';

let server: ApiServer | undefined;
let source: MetricSource | undefined;
afterEach(async () => {
  await source?.close?.();
  await server?.close();
});

/** Clients that are wrong on purpose: what the tests above say of the real ones must not hold of them. */
describe('a client that', () => {
  type Call = JsonApi['call'];
  /** Cloud Monitoring as `openHttp` and `jsonApi` reach it, with one part replaced. */
  async function broken(
    answer: (request: ApiRequest) => ApiAnswer,
    part: {
      call?: (real: Call) => Call;
      isRetrying?: boolean;
      renew?: boolean;
      timeoutMs?: number;
    },
  ) {
    server = await startApiServer(answer);
    const deps = cloudDeps();
    const http = part.isRetrying === false ? nodeHttp() : openHttp(deps);
    const { send } = http;
    const headers = async () => ({ authorization: 'Bearer gcp-t0ken' });
    const authoriser = part.renew === false ? { headers } : { headers, renew: () => {} };
    const real = jsonApi({ name: 'broken', send, authoriser, timeoutMs: part.timeoutMs ?? 1_000 });
    const api = { call: part.call?.(real.call) ?? real.call };
    const project = new URL('/v3/projects/shop-1', server.url);
    const metrics = ['kubernetes.io/container/cpu/core_usage_time'];
    const config = GcpMonitoringSourceSchema.parse({ metrics, lookback_minutes: 2 });
    source = { ...gcpSource({ api, project, config, deps }), close: async () => http.close() };
    const { sweep } = source;
    const work = sweep?.({ range: RANGE }) ?? Promise.reject(new Error('no sweep'));
    return work.then(
      (found) => ({ rows: rows(found), through: found.through, error: undefined }),
      (error: unknown) => ({ rows: [], through: undefined, error }),
    );
  }
  /** Changes the answers after they were read. */
  const without =
    (keys: readonly string[]) =>
    (real: Call): Call =>
    async (call) => {
      const answer = await real(call);
      const left = Object.entries(answer ?? {}).filter(([key]) => !keys.includes(key));
      return call.schema.parse(Object.fromEntries(left)) as never;
    };

  it('is not broken does as the tests say', async () => {
    const found = await broken(healthy(gcp), {});
    expect(found).toMatchObject({ rows: gcp.expected, through: at('12:08') });
  });

  it('reads one page loses samples', async () => {
    const found = await broken(healthy(gcp), { call: without(['nextPageToken']) });
    expect(found.rows).not.toEqual(gcp.expected);
  });

  it('tries once fails where others wait', async () => {
    const answer = faulty(gcp, THROTTLED, (question) => question < 2);
    expect(await broken(answer, { isRetrying: false })).toMatchObject({
      error: { code: 'THROTTLED' },
    });
  });

  it('keeps refused credentials fails where others renew them', async () => {
    const answer = faulty(gcp, { status: 401, body: {} }, (question) => question === 0);
    expect(await broken(answer, { renew: false })).toMatchObject({
      error: { code: 'CONFIG_INVALID' },
    });
  });

  it('does not look for what is missing goes on as if it had all', async () => {
    const answer = faulty(gcp, { body: gcp.part }, () => true);
    const found = await broken(answer, { call: without(['executionErrors']) });
    expect(found.through).not.toBe(at('12:05'));
  });

  it.each<[string, ApiAnswer]>([
    ['no JSON', { body: '{"data": [' }],
    ['a failure', { status: 503, body: {} }],
    ['a broken connection', 'cut'],
    ['throttling', THROTTLED],
  ])('takes %s for nothing gives no error', async (_, fault) => {
    const call =
      (real: Call): Call =>
      (each) =>
        real(each).catch(() => each.schema.parse({}) as never);
    const found = await broken(
      faulty(gcp, fault, () => true),
      { call },
    );
    expect(found.error).toBeUndefined();
    expect(found.through).toBe(at('12:08'));
  });

  it('has no limit of time asks a server that hangs only once', async () => {
    const work = broken(
      faulty(gcp, 'hang', () => true),
      { timeoutMs: 60_000, isRetrying: false },
    );
    await until(5_000, 'the question', () => server?.to(gcp.asks).length === 1);
    // The real ones have asked three times and given up by then; this one waits until the server goes.
    await server?.close();
    expect((await work).error).not.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(server?.to(gcp.asks)).toHaveLength(1);
  });
});
