import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { awsSigner } from '#adapters/aws/sign-http.ts';
import { openPrometheus } from '#adapters/sources/prometheus-kind.ts';
import { PrometheusSourceSchema } from '#contracts/config/sources/prometheus.ts';
import { addMs, epochMs, HOUR, MINUTE } from '#core/time.ts';
import { workloadId, workloadLabel } from '#core/workload.ts';
import { noSecrets } from '#test/helpers/no-secrets.ts';
import { timersThatRunOut } from '#test/helpers/timers-that-run-out.ts';
import { type Answer, fake, matrix, minutes, onEnd, says } from './fake-prometheus.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

const NOON = epochMs(Date.UTC(2026, 0, 1, 12));
async function open(url: string, config: Record<string, unknown> = {}) {
  const slept: number[] = [];
  const source = await openPrometheus(
    PrometheusSourceSchema.parse({
      url,
      queries: [{ name: 'request_rate', query: 'rate(x[5m])' }],
      ...config,
    }),
    {
      clock: { now: () => addMs(NOON, HOUR) },
      sleep: async (ms) => {
        slept.push(ms);
      },
      random: () => 1,
      env: {},
      secrets: noSecrets,
      name: 'prom',
      workload: workloadId({ deployment: 'host' }),
      labels: { cluster: 'eu' },
    },
  );
  onEnd(() => void source.close?.());
  const sweep = (minutesLong = 10) =>
    source.sweep?.({ range: { from: NOON, to: addMs(NOON, MINUTE, minutesLong) } });
  return { source, sweep, slept };
}
const valuesOf = (
  sweep: Awaited<ReturnType<NonNullable<Awaited<ReturnType<typeof open>>['sweep']>>>,
) => sweep?.workloads.flatMap(({ collected }) => collected.observations.map(({ value }) => value));

describe('a sweep', () => {
  it('asks for the multiples of the step in chunks that do not meet', async () => {
    const { url, came } = await fake(minutes);
    const { sweep } = await open(url, { max_points: 10 });
    const found = await sweep(25);
    expect(valuesOf(found)).toEqual(Array.from({ length: 25 }, (_, i) => i));
    expect(came.map(({ form }) => [form.get('start'), form.get('end'), form.get('step')])).toEqual([
      [`${NOON / 1_000}`, `${NOON / 1_000 + 9 * 60}`, '60'],
      [`${NOON / 1_000 + 10 * 60}`, `${NOON / 1_000 + 19 * 60}`, '60'],
      [`${NOON / 1_000 + 20 * 60}`, `${NOON / 1_000 + 24 * 60}`, '60'],
    ]);
    expect(workloadLabel(found?.workloads[0]?.workload ?? workloadId({ deployment: '' }))).toBe(
      'eu:shop/web',
    );
    expect(found?.through).toBe(addMs(NOON, MINUTE, 25));
  });

  it('leaves alone what has not settled', async () => {
    const { url } = await fake(minutes);
    const { source } = await open(url, { settle: 90 });
    // At 13:00 with 90 s to settle: up to 12:58:30.
    const found = await source.sweep?.({
      range: { from: addMs(NOON, MINUTE, 55), to: addMs(NOON, HOUR) },
    });
    expect(valuesOf(found)).toEqual([55, 56, 57, 58]);
    expect(found?.through).toBe(addMs(NOON, MINUTE, 58.5));
  });

  it('delivers neither NaN nor infinities, and names the latter', async () => {
    const values = ['1', 'NaN', '+Inf', '-Inf', '2e0'].map((text, i) => [
      NOON / 1_000 + 60 * i,
      text,
    ]);
    const { url } = await fake(matrix([{ metric: { deployment: 'web' }, values }]));
    const { sweep } = await open(url);
    const found = await sweep();
    expect(valuesOf(found)).toEqual([1, 2]);
    expect(found?.workloads[0]?.collected.problems).toEqual([
      { metric: 'request_rate', reason: '2 infinite values were left out' },
    ]);
  });

  it('keeps pods apart, and refuses series that would overwrite each other', async () => {
    const one = [[NOON / 1_000, '1']];
    const series = (metric: Record<string, string>) => ({ metric, values: one });
    const { url } = await fake(
      matrix([
        series({ namespace: 'a', pod: 'web-7d9c6b8f5d-x2x4q' }),
        series({ namespace: 'a', pod: 'web-7d9c6b8f5d-z9z8w' }),
        series({ namespace: 'b', job: 'infra/api', code: '200' }),
        series({ namespace: 'b', job: 'infra/api', code: '500' }),
      ]),
    );
    const { sweep } = await open(url);
    const found = await sweep();
    expect(
      found?.workloads.map(({ workload, collected }) => [
        workload.deployment,
        collected.observations.map(({ source }) => source),
        collected.problems.map(({ reason }) => reason),
      ]),
    ).toEqual([
      ['web', ['prom@web-7d9c6b8f5d-x2x4q', 'prom@web-7d9c6b8f5d-z9z8w'], []],
      [
        'infra-api',
        [],
        ['2 series are of one instance and differ by code: sum or average them in the query'],
      ],
    ]);
  });

  it('reads an answer that is too large in halves', async () => {
    const large: Answer = (came, response) =>
      Number(came.form.get('end')) - Number(came.form.get('start')) > 240
        ? says(200, 'x'.repeat(2_000_000))(came, response)
        : minutes(came, response);
    const { url } = await fake(large);
    const { sweep } = await open(url, { max_answer_mb: 1 });
    expect(valuesOf(await sweep(12))).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });
});

describe('answers that are odd', () => {
  it.each([
    ['malformed JSON', says(200, '{"status":"success","data":{"resu'), 'SOURCE_UNAVAILABLE'],
    [
      'another form',
      says(200, {
        status: 'success',
        data: { resultType: 'matrix', result: [{ metric: {}, values: [[1]] }] },
      }),
      'SOURCE_UNAVAILABLE',
    ],
    ['a page of a proxy', says(200, '<html>'), 'SOURCE_UNAVAILABLE'],
    ['a redirect', says(302, '', { location: 'http://169.254.169.254/' }), 'SOURCE_UNAVAILABLE'],
    ['credentials refused', says(401, 'no'), 'CONFIG_INVALID'],
    ['no pause long enough', says(429, '', { 'retry-after': '3600' }), 'THROTTLED'],
    [
      'an error for now',
      says(503, { status: 'error', errorType: 'unavailable', error: 'starting' }),
      'SOURCE_UNAVAILABLE',
    ],
    [
      'a connection that ends',
      ((_, response) => response.destroy()) satisfies Answer,
      'SOURCE_UNAVAILABLE',
    ],
  ] as const)('%s', async (_, answer, code) => {
    const { url } = await fake(answer);
    const { sweep } = await open(url);
    await expect(sweep()).rejects.toMatchObject({ code });
  });

  it('a hang ends with the time limit of the request, and is tried again', async () => {
    const { limits, runOut } = timersThatRunOut();
    const { url, came } = await fake(() => void setImmediate(runOut), minutes);
    const { sweep, slept } = await open(url, { request_timeout: 0.1 });
    expect(valuesOf(await sweep())).toHaveLength(10);
    expect(came).toHaveLength(2);
    expect(limits).toEqual([100, 100]);
    // Full jitter with random = 1: the bound of the first pause.
    expect(slept).toEqual([1_000]);
  });

  it('tries so often and no more, with growing pauses; and waits as it is told', async () => {
    const down = await fake(says(502, ''));
    const { sweep, slept } = await open(down.url);
    await expect(sweep()).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      details: { status: 502 },
    });
    expect(down.came).toHaveLength(4);
    expect(slept).toEqual([1_000, 2_000, 4_000]);
    const busy = await fake(says(429, '', { 'retry-after': '7' }), minutes);
    const again = await open(busy.url);
    expect(valuesOf(await again.sweep())).toHaveLength(10);
    expect(again.slept).toEqual([7_000]);
  });

  it('a partial answer is delivered, named, and read again', async () => {
    const part = [{ metric: { deployment: 'web' }, values: [[NOON / 1_000, '1']] }];
    const { url } = await fake(matrix(part, { warnings: ['store 2 did not answer'] }));
    const { sweep } = await open(url);
    const found = await sweep();
    expect(valuesOf(found)).toEqual([1]);
    expect(found?.problems).toEqual([{ metric: 'request_rate', reason: 'store 2 did not answer' }]);
    expect(found?.through).toBe(NOON);
    const remark = await fake(
      matrix(part, { warnings: ['PromQL warning: bucket labels are odd'] }),
    );
    expect((await (await open(remark.url)).sweep())?.through).toBe(addMs(NOON, MINUTE, 10));
  });

  it('an abort ends a request that hangs', async () => {
    const { url } = await fake(() => {});
    const { source } = await open(url);
    const waiting = new AbortController();
    const range = { from: NOON, to: addMs(NOON, MINUTE) };
    const found = source.sweep?.({ range, signal: waiting.signal });
    waiting.abort();
    await expect(found).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });
});

describe('the connection', () => {
  it('signs for Amazon Managed Prometheus, and sends names, tokens and tenants', async () => {
    const { url, came } = await fake(minutes);
    const credentials = async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' });
    const clock = { now: () => NOON };
    const deps = {
      clock,
      sleep: async () => {},
      random: () => 0,
      env: {},
      secrets: noSecrets,
      name: 'p',
      workload: workloadId({ deployment: 'd' }),
      labels: {},
    };
    const range = { from: addMs(NOON, HOUR, -1), to: addMs(NOON, MINUTE, -50) };
    for (const auth of [
      { type: 'sigv4', region: 'eu-west-1' },
      { type: 'basic', username: 'u', password: 'ä' },
      { type: 'bearer', token: 't' },
    ]) {
      const parsed = PrometheusSourceSchema.parse({
        url: `${url}/workspaces/ws-1/`,
        auth,
        queries: ['up'],
        headers: { 'X-Scope-OrgID': 'me' },
      });
      const source = await openPrometheus(parsed, deps, { credentials });
      await source.sweep?.({ range });
      await source.close?.();
    }
    const [signed, basic, bearer] = came;
    expect(signed?.path).toBe('/workspaces/ws-1/api/v1/query_range');
    // The same signer over what came in: the signature is of the body that was sent.
    const sign = awsSigner({ service: 'aps', region: 'eu-west-1', credentials, clock });
    const { authorization } = await sign({
      method: 'POST',
      url: new URL(`${url}/workspaces/ws-1/api/v1/query_range`),
      headers: {
        'x-scope-orgid': 'me',
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: signed?.form.toString(),
    });
    expect(signed?.headers.authorization).toBe(authorization);
    expect(basic?.headers.authorization).toBe(`Basic ${Buffer.from('u:ä').toString('base64')}`);
    expect(bearer?.headers).toMatchObject({ authorization: 'Bearer t', 'x-scope-orgid': 'me' });
  });
});
