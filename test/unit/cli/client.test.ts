import { describe, expect, it } from '@jest/globals';
import { createApiClient } from '#cli/client.ts';
import { OPERATIONS, type Operation, routeOf } from '#cli/operations.ts';
import { ROUTES } from '#contracts/routes.ts';
import { FORECAST, HEALTH } from './answers.ts';
import { errorAnswer, type FakeAnswer, fakeApi } from './fake-environment.ts';

function clientOf(endpoint: string, options: { retryUnreachable?: boolean; random?: number } = {}) {
  const slept: number[] = [];
  const environment = {
    fetch: globalThis.fetch,
    random: () => options.random ?? 0.5,
    sleep: async (ms: number) => {
      slept.push(ms);
    },
  };
  const { retryUnreachable = false } = options;
  return { client: createApiClient(environment, { endpoint, retryUnreachable }), slept };
}

/** Answers with each of `answers` in turn, and with the last one from then on. */
function inTurn(answers: readonly FakeAnswer[]): () => FakeAnswer {
  let next = 0;
  return () => answers[Math.min(next++, answers.length - 1)] ?? { body: {} };
}

describe('operations', () => {
  it.each(Object.keys(OPERATIONS) as Operation[])('%s has the schema of its route', (operation) => {
    expect(OPERATIONS[operation]).toBe(ROUTES.find((row) => row.operation === operation)?.response);
  });

  it('prefers the path of the API to its aliases', () => {
    expect(routeOf('predict').path).toBe('/api/v1/predict');
  });
});

describe('client', () => {
  it('sends the body and returns the validated answer', async () => {
    const api = await fakeApi({ 'POST /api/v1/predict': { body: FORECAST } });
    const { client } = clientOf(`${api.url}/`);
    await expect(client.call('predict', { body: { metric: 'cpu' } })).resolves.toEqual(FORECAST);
    expect(api.received[0]).toMatchObject({ method: 'POST', body: { metric: 'cpu' } });
  });

  it('escapes path parameters and leaves undefined queries out', async () => {
    const api = await fakeApi({});
    const { client } = clientOf(api.url);
    await client.call('getModel', { params: { id: 'a/b?c' } }).catch(() => {});
    await client
      .call('listModels', { query: { metric: undefined, stage: 'champion' } })
      .catch(() => {});
    expect(api.received[0]?.path).toBe('/api/v1/models/a%2Fb%3Fc');
    expect(api.received[1]?.query).toEqual({ stage: 'champion' });
  });

  it('tries again when throttled, after a random time below a doubling bound', async () => {
    const busy = errorAnswer(429, 'THROTTLED', 'slow down');
    const api = await fakeApi({ 'GET /health': inTurn([busy, busy, { body: HEALTH }]) });
    const { client, slept } = clientOf(api.url, { random: 0.25 });
    await expect(client.call('health')).resolves.toEqual(HEALTH);
    // A quarter of 500 ms x 2, then of 500 ms x 4.
    expect(slept).toEqual([250, 500]);
  });

  it('waits as long as Retry-After says, but not for ever', async () => {
    const wait = (seconds: string) => ({
      ...errorAnswer(503, 'NOT_READY', 'starting'),
      headers: { 'retry-after': seconds },
    });
    const api = await fakeApi({
      'GET /health': inTurn([wait('2'), wait('3600'), { body: HEALTH }]),
    });
    const { client, slept } = clientOf(api.url);
    await client.call('health');
    expect(slept).toEqual([2_000, 10_000]);
  });

  it('gives up after four tries with the last answer', async () => {
    const api = await fakeApi({ 'GET /health': errorAnswer(503, 'STORE_UNAVAILABLE', 'gone') });
    const { client, slept } = clientOf(api.url);
    await expect(client.call('health')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(slept).toHaveLength(3);
    expect(api.received).toHaveLength(4);
  });

  it('does not repeat what the caller must mend', async () => {
    const api = await fakeApi({
      'GET /health': errorAnswer(422, 'HISTORY_TOO_SHORT', 'no', { have: 2 }),
    });
    const { client } = clientOf(api.url);
    await expect(client.call('health')).rejects.toMatchObject({
      code: 'HISTORY_TOO_SHORT',
      message: 'no',
      details: { have: 2, request_id: 'r-1' },
    });
    expect(api.received).toHaveLength(1);
  });

  it.each([
    [
      'an unknown code',
      errorAnswer(500, 'INTERNAL', 'oops'),
      { name: 'ServiceFault', code: 'INTERNAL' },
    ],
    ['an answer of another form', { body: { ok: true } }, { code: 'ANSWER_INVALID' }],
    ['no JSON', { body: '<html>' }, { code: 'ENDPOINT_UNAVAILABLE' }],
    ['a gateway', { status: 403, body: { message: 'Forbidden' } }, { code: 'FORBIDDEN' }],
  ])('reports %s', async (_, answer, expected) => {
    const api = await fakeApi({ 'GET /health': answer });
    await expect(clientOf(api.url).client.call('health')).rejects.toMatchObject(expected);
  });

  it('follows no redirect, which could take the key to another host', async () => {
    const other = await fakeApi({ 'GET /health': { body: HEALTH } });
    const headers = { location: `${other.url}/health` };
    const api = await fakeApi({ 'GET /health': { status: 302, headers, body: {} } });
    await expect(clientOf(api.url).client.call('health')).rejects.toMatchObject({
      code: 'ENDPOINT_UNAVAILABLE',
    });
    expect(other.received).toEqual([]);
  });

  it('says that nobody listens, at once or after trying again when asked to', async () => {
    const api = await fakeApi({});
    const down = async () => {
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
      });
    };
    const slept: number[] = [];
    const environment = {
      fetch: down,
      random: () => 1,
      sleep: async (ms: number) => void slept.push(ms),
    };
    const once = createApiClient(environment, { endpoint: api.url });
    await expect(once.call('health')).rejects.toThrow(
      /nothing usable answers at .* \(ECONNREFUSED\)/,
    );
    expect(slept).toEqual([]);
    const patient = createApiClient(environment, { endpoint: api.url, retryUnreachable: true });
    await expect(patient.call('health')).rejects.toMatchObject({ code: 'ENDPOINT_UNAVAILABLE' });
    expect(slept).toEqual([1_000, 2_000, 4_000]);
  });
});
