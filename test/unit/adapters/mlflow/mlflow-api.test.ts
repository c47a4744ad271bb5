import { afterEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import {
  createMlflowApi,
  type MlflowApiOptions,
  MlflowError,
} from '#adapters/mlflow/mlflow-api.ts';
import {
  type Exchange,
  type RecordedServer,
  startRecordedServer,
} from '#test/helpers/recorded-server.ts';

/** What `promise` is rejected with. */
async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error('it was not rejected'),
    (error: Error) => error,
  );
}

const AnswerSchema = z.looseObject({ experiment_id: z.string() });

let server: RecordedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

function create(status: number, body: unknown): Exchange {
  const path = '/api/2.0/mlflow/experiments/create';
  return { request: { method: 'POST', path, body: { name: 'a' } }, response: { status, body } };
}

/** Creates the experiment `a` against the exchanges given. */
async function call(exchanges: readonly Exchange[], options: Partial<MlflowApiOptions> = {}) {
  const started = await startRecordedServer(exchanges);
  server = started;
  const slept: number[] = [];
  const api = createMlflowApi({
    trackingUri: started.url,
    fetch,
    sleep: async (ms) => {
      slept.push(ms);
    },
    ...options,
  });
  const answer = api.post('experiments/create', { name: 'a' }, AnswerSchema);
  return { answer, slept, server: started };
}

describe("MLflow's API", () => {
  it('gives up after three attempts and says what the last one met', async () => {
    const { answer, slept, server } = await call([
      create(503, 'starting'),
      create(500, { error_code: 'INTERNAL_ERROR', message: 'x' }),
      create(502, 'bad gateway'),
    ]);
    const error = await errorOf(answer);
    expect(error).toMatchObject({ code: 'TRACKER_UNAVAILABLE', details: { server: server.url } });
    expect(error.message).toBe(
      `the tracking server ${server.url} did not take the runs: it answered 502`,
    );
    expect(slept).toEqual([250, 500]);
    expect(server.deviations()).toEqual([]);
  });

  it('gives up as often when nobody answers', async () => {
    const { answer, slept } = await call([create(200, null), create(200, null), create(200, null)]);
    await expect(answer).rejects.toMatchObject({ code: 'TRACKER_UNAVAILABLE' });
    expect(slept).toEqual([250, 500]);
  });

  it.each([
    [400, 'INVALID_PARAMETER_VALUE'],
    [404, 'RESOURCE_DOES_NOT_EXIST'],
    [401, 'UNAUTHENTICATED'],
  ])('hands on a %d with the code %s, at once', async (status, code) => {
    const { answer, slept } = await call([create(status, { error_code: code, message: 'why' })]);
    const error = await errorOf(answer);
    expect(error).toBeInstanceOf(MlflowError);
    expect(error).toMatchObject({ code, message: 'why' });
    expect(slept).toEqual([]);
  });

  it.each([
    ['a refusal of something before it', 403, '<html>forbidden</html>', 'it answered 403'],
    ['an answer that is no JSON', 200, '<html>welcome</html>', 'not of the form'],
    ['an answer of another form', 200, { experiment_id: 7 }, 'not of the form'],
  ])('is not there when %s comes', async (_, status, body, reason) => {
    const { answer, slept } = await call([create(status, body)]);
    const error = await errorOf(answer);
    expect(error).toMatchObject({ code: 'TRACKER_UNAVAILABLE' });
    expect(error.message).toContain(reason);
    expect(slept).toEqual([]);
  });

  it.each([
    ['no header without a token', {}, undefined],
    ['the token', { token: 't-1' }, 'Bearer t-1'],
    // base64 of "me:p%1 w"
    ['the name and the password of the address', { user: 'me:p%251%20w@' }, 'Basic bWU6cCUxIHc='],
    ['the token rather than the password', { token: 't-1', user: 'me:pw@' }, 'Bearer t-1'],
    // base64 of "me:5%"
    ['a percent sign that encodes nothing', { user: 'me:5%@' }, 'Basic bWU6NSU='],
  ])('is sent %s', async (_, { token, user = '' }: { token?: string; user?: string }, expected) => {
    const started = await startRecordedServer([create(200, { experiment_id: '7' })]);
    server = started;
    const trackingUri = started.url.replace('//', `//${user}`);
    const api = createMlflowApi({ trackingUri, token, fetch, sleep: async () => {} });
    await api.post('experiments/create', { name: 'a' }, AnswerSchema);
    expect(started.headers[0]?.authorization).toBe(expected);
  });

  it('shows nobody the password of the address', async () => {
    const { answer } = await call([], { trackingUri: 'http://me:secret@127.0.0.1:9' });
    const error = await errorOf(answer);
    expect(error.message).toContain('http://127.0.0.1:9 did not take');
    expect(JSON.stringify([error.message, Object(error)])).not.toContain('secret');
  });

  it('lies below the path of the address', async () => {
    const exchange = create(200, { experiment_id: '7' });
    const request = { ...exchange.request, path: `/tracking${exchange.request.path}` };
    const started = await startRecordedServer([{ ...exchange, request }]);
    server = started;
    const trackingUri = `${started.url}/tracking/`;
    const api = createMlflowApi({ trackingUri, fetch, sleep: async () => {} });
    await api.post('experiments/create', { name: 'a' }, AnswerSchema);
    expect(started.deviations()).toEqual([]);
  });

  it.each(['file:///mlruns', 'databricks', 'localhost:5000', 'ftp://me:secret@host'])(
    'has no address %s',
    (trackingUri) => {
      const create = () => createMlflowApi({ trackingUri, fetch, sleep: async () => {} });
      expect(create).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
      expect(create).not.toThrow(/secret/);
    },
  );
});
