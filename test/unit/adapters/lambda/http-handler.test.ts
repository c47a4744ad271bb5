import { describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import {
  Answer,
  createHttpHandler,
  type HttpCall,
  TextBody,
} from '#adapters/lambda/http-handler.ts';
import { ErrorEnvelopeSchema, LIMITS } from '#contracts/http/common.ts';
import { ROUTES } from '#contracts/routes.ts';
import { DomainError, ERROR_CATALOGUE, type ErrorCode } from '#core/errors.ts';
import { lambdaContext } from '#server/http/lambda-context.ts';
import { httpEvent } from '#test/helpers/http-event.ts';
import { recordingLogger } from '#test/helpers/recording-logger.ts';

const PREDICT = 'POST /api/v1/predict';
const INGEST = 'POST /api/v1/ingest';
const CONTEXT = lambdaContext('test', 'request-of-the-context', () => 1_000);

/** A function whose every operation answers with `answer` of what it was called with. */
function functionOf(answer: (call: HttpCall) => unknown = (call) => call) {
  const logger = recordingLogger();
  const operation = async (call: HttpCall) => answer(call);
  const handler = createHttpHandler(
    ROUTES,
    {
      predict: operation,
      ingest: operation,
      listRuns: operation,
      getModel: operation,
      train: operation,
      detect: operation,
    },
    logger,
  );
  const call = async (event: APIGatewayProxyEventV2) => {
    const { statusCode, headers, body } = await handler(event, CONTEXT);
    return { status: statusCode, headers, body: JSON.parse(body ?? 'null') };
  };
  return { call, logger };
}

const throwing = (error: unknown) =>
  functionOf(() => {
    throw error;
  });

async function refusal(routeKey: string, body: unknown) {
  const answer = await functionOf().call(httpEvent(routeKey, { body }));
  return { status: answer.status, ...ErrorEnvelopeSchema.parse(answer.body).error };
}

describe('a body of one of two forms', () => {
  const point = { timestamp: '2026-03-02T10:00:00Z', value: 1 };

  it.each([
    [{ CPU: [point] }, 'body.metrics.CPU: '],
    [{ cpu: [{ value: 1 }] }, 'body.metrics.cpu.0.timestamp: a time is ISO 8601'],
    [{ cpu: [{ ...point, at: 1 }] }, 'body.metrics.cpu.0.at: there is no such field'],
    [['CPU'], 'body.metrics.0: a metric name is'],
  ])('%j is told what is wrong with the form it has', async (metrics, message) => {
    const refused = await refusal('POST /api/v1/detect', { metrics });
    expect(refused.message).toContain(message);
  });
});

describe('a request', () => {
  it('reaches its operation parsed, with the defaults of its schema', async () => {
    const { call } = functionOf();
    const { status, headers, body } = await call(httpEvent(PREDICT, { body: { metric: 'cpu' } }));
    expect(status).toBe(200);
    expect(headers).toEqual({
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(body.body).toEqual({
      metric: 'cpu',
      periods: 12,
      model: 'auto',
      include_confidence: true,
      explain: false,
    });
  });

  it('may carry its body as base64', async () => {
    const { call } = functionOf();
    const event = httpEvent(PREDICT);
    const body = Buffer.from('{"metric":"cpu"}').toString('base64');
    const answer = await call({ ...event, body, isBase64Encoded: true });
    expect(answer.body.body.metric).toBe('cpu');
  });

  it('tells who signed it, if anybody did', async () => {
    const { call } = functionOf(({ caller = 'nobody' }) => ({ caller }));
    const event = httpEvent(PREDICT, { body: { metric: 'cpu' } });
    expect((await call(event)).body).toEqual({ caller: 'nobody' });
    const userArn = 'arn:aws:iam::123456789012:user/ada';
    const requestContext = { ...event.requestContext, authorizer: { iam: { userArn } } };
    expect((await call({ ...event, requestContext })).body).toEqual({ caller: userArn });
  });

  it('without a body has an empty one', async () => {
    expect((await functionOf().call(httpEvent('POST /api/v1/train'))).status).toBe(202);
  });

  it('hands on path parameters decoded and its query parsed', async () => {
    const { call } = functionOf();
    const params = { id: 'eu~shop~web~%2A~cpu~v1' };
    const model = await call(httpEvent('GET /api/v1/models/{id}', { params }));
    expect(model.body).toEqual({ params: { id: 'eu~shop~web~*~cpu~v1' } });
    const broken = await call(httpEvent('GET /api/v1/models/{id}', { params: { id: '100%' } }));
    expect(broken.body).toEqual({ params: { id: '100%' } });
    const runs = await call(httpEvent('GET /api/v1/runs', { query: 'limit=7' }));
    expect(runs.body.query).toEqual({ limit: 7 });
  });

  it('is answered with the status of its route, or of its answer', async () => {
    expect((await functionOf().call(httpEvent('POST /api/v1/train', { body: {} }))).status).toBe(
      202,
    );
    const { call } = functionOf(() => new Answer(503, { ready: false }));
    const answer = await call(httpEvent('GET /api/v1/runs'));
    expect(answer).toMatchObject({ status: 503, body: { ready: false } });
  });
});

describe('a request is refused', () => {
  it.each([
    ['that is not JSON', '{"metric":', /^the body is not JSON: /],
    ['that is a list', [], /^body: .*expected object/],
    ['that is null', 'null', /^body: .*expected object/],
    ['without what it must have', {}, /^body\.metric: /],
    ['with another type', { metric: 'cpu', periods: '12' }, /^body\.periods: .*expected number/],
    ['with half a step', { metric: 'cpu', periods: 1.5 }, /^body\.periods: /],
    ['with no step', { metric: 'cpu', periods: 0 }, /^body\.periods: /],
    ['with a step too many', { metric: 'cpu', periods: 2_017 }, /^body\.periods: .*2016/],
    ['with a billion steps', { metric: 'cpu', periods: 1e9 }, /^body\.periods: .*2016/],
    ['with a level of 95', { metric: 'cpu', levels: [95] }, /^body\.levels\.0: /],
    ['with crossed quantiles', { metric: 'cpu', quantiles: [0.9, 0.1] }, /ascending order$/],
    ['with a field of no meaning', { metric: 'cpu', perods: 3 }, /^body\.perods: there is no such/],
    [
      'with a deep one',
      { metric: 'cpu', history: [{ timestamp: '2026-03-02T10:00:00Z', value: 1, unit: 'x' }] },
      /^body\.history\.0\.unit: there is no such field$/,
    ],
    [
      'with a time of no zone',
      { metric: 'cpu', history: [{ timestamp: '2026-03-02T10:00:00', value: 1 }] },
      /^body\.history\.0\.timestamp: a time is ISO 8601 with a zone/,
    ],
  ])('%s', async (_, body, message) => {
    const { status, code, message: given, hint } = await refusal(PREDICT, body);
    expect({ status, code }).toEqual({ status: 400, code: 'REQUEST_INVALID' });
    expect(given).toMatch(message);
    expect(hint).toBe(ERROR_CATALOGUE.REQUEST_INVALID.hint);
  });

  it('by the form that came nearest, where there are two', async () => {
    const columns = { start: '2026-03-02T10:00:00Z', step_seconds: 60, columns: { cpu: [1, 'x'] } };
    expect((await refusal(INGEST, columns)).message).toMatch(/^body\.columns\.cpu\.1: /);
    expect((await refusal(INGEST, { metrics: [], sentat: 1 })).message).toBe(
      'body.sentat: there is no such field',
    );
    expect((await refusal(INGEST, { metrics: [{ name: 1, timestamp: 2 }] })).message).toMatch(
      /^body\.metrics\.0\.name: /,
    );
    expect((await refusal(INGEST, {})).message).toMatch(/^body\.metrics: /);
  });

  it('with every problem named, twenty at most', async () => {
    const extra = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`x${i}`, 1]));
    const { details } = await refusal(PREDICT, { metric: 1, ...extra });
    const issues = details.issues as readonly { readonly path: string }[];
    expect(issues).toHaveLength(20);
    expect(issues.map(({ path }) => path)).toEqual(expect.arrayContaining(['metric', 'x0', 'x1']));
  });

  it('without echoing what is endless', async () => {
    const { call } = functionOf();
    const event = httpEvent(PREDICT, { body: { metric: 'cpu', ['x'.repeat(100_000)]: 1 } });
    expect(JSON.stringify(await call(event)).length).toBeLessThan(2_000);
  });

  it('above 1 MB, and not at it', async () => {
    const padded = (bytes: number) => {
      const empty = JSON.stringify({ metrics: [], agent_version: '' });
      return `${empty}${' '.repeat(bytes - empty.length)}`;
    };
    expect((await functionOf().call(httpEvent(INGEST, { body: padded(1_048_576) }))).status).toBe(
      200,
    );
    expect(await refusal(INGEST, padded(1_048_577))).toMatchObject({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
      details: { maxBytes: LIMITS.maxRequestBytes },
    });
    // Two bytes a letter.
    expect(await refusal(INGEST, 'é'.repeat(600_000))).toMatchObject({ status: 413 });
  });

  it('with an answer above 5 MB', async () => {
    const { call } = functionOf(() => 'x'.repeat(LIMITS.maxResponseBytes));
    const answer = await call(httpEvent('GET /api/v1/runs'));
    expect(answer).toMatchObject({
      status: 413,
      body: { error: { details: { maxBytes: LIMITS.maxResponseBytes } } },
    });
  });

  it.each(['GET /nowhere', 'DELETE /api/v1/predict', '$default'])('at %s', async (routeKey) => {
    expect(await refusal(routeKey, {})).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it('without a route key at all', async () => {
    const { call } = functionOf();
    const event = { ...httpEvent(PREDICT), routeKey: undefined } as never;
    expect((await call(event)).status).toBe(404);
  });
});

describe('an error of the catalogue', () => {
  it.each(Object.keys(ERROR_CATALOGUE) as ErrorCode[])('%s has its own status', async (code) => {
    const { call, logger } = throwing(new DomainError(code, 'what went wrong', { n: 1 }));
    const { status, body } = await call(httpEvent('GET /api/v1/runs'));
    expect(status).toBe(ERROR_CATALOGUE[code].http);
    expect(ErrorEnvelopeSchema.parse(body)).toEqual({
      error: {
        code,
        message: 'what went wrong',
        details: { n: 1 },
        hint: ERROR_CATALOGUE[code].hint,
      },
      request_id: 'request-1',
    });
    // What the caller did wrong is not an error of the service.
    expect(logger.lines.map(({ level }) => level)).toEqual(
      ERROR_CATALOGUE[code].http >= 500 ? ['error'] : [],
    );
  });
});

describe('a surprise', () => {
  it.each([
    ['an error', new TypeError('table Observations-3F9 in 10.0.0.7')],
    ['a string', 'table Observations-3F9'],
    ['nothing', undefined],
  ])('(%s) is a 500 that shows nothing of the inside', async (_, error) => {
    const { call, logger } = throwing(error);
    const answer = await call(httpEvent(PREDICT, { body: { metric: 'cpu' } }));
    expect(answer.status).toBe(500);
    expect(ErrorEnvelopeSchema.parse(answer.body).error.code).toBe('INTERNAL');
    expect(JSON.stringify(answer)).not.toMatch(/Observations|10\.0\.0\.7|handler\.test/);
    expect(logger.lines).toMatchObject([
      { level: 'error', event: 'request failed', fields: { routeKey: PREDICT } },
    ]);
    expect(logger.lines[0]?.fields.error).toContain(
      error === undefined ? 'undefined' : 'Observations-3F9',
    );
  });

  it('is also an operation that the function does not have', async () => {
    expect((await functionOf().call(httpEvent('GET /health'))).status).toBe(500);
  });

  it('takes the id of the invocation where the request has none', async () => {
    const { call } = functionOf();
    const event = { ...httpEvent('GET /nowhere'), requestContext: undefined } as never;
    expect((await call(event)).body.request_id).toBe('request-of-the-context');
  });
});

it('a body of text is sent as it is, under its own type and the same guards', async () => {
  const handler = createHttpHandler(
    ROUTES,
    { listRuns: async () => new TextBody('text/plain; version=0.0.4', 'a 1\n') },
    recordingLogger(),
  );
  expect(await handler(httpEvent('GET /api/v1/runs'), CONTEXT)).toEqual({
    statusCode: 200,
    headers: {
      'content-type': 'text/plain; version=0.0.4',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
      etag: expect.any(String),
    },
    body: 'a 1\n',
  });
});

describe('an answer to GET', () => {
  const RUNS = 'GET /api/v1/runs';
  /** SHA-256 of `"abc"` with its quotes, in base64url, by `printf '"abc"' | openssl sha256 -binary | base64`. */
  const TAG = 'W/"bMQ_hY-7djMBY3ta-XDipGtG9GHyfloPQeAJxZuCeyU"';
  const asking = (known?: string, answer: unknown = 'abc') => {
    const handler = createHttpHandler(
      ROUTES,
      { listRuns: async () => answer, train: async () => 'abc' },
      recordingLogger(),
    );
    return (routeKey: string) => {
      const event = httpEvent(routeKey);
      const headers = { ...event.headers, ...(known !== undefined && { 'if-none-match': known }) };
      return handler({ ...event, headers }, CONTEXT);
    };
  };

  it('names what it holds, and is asked for again', async () => {
    expect(await asking()(RUNS)).toMatchObject({
      statusCode: 200,
      headers: { etag: TAG, 'cache-control': 'private, no-cache' },
      body: '"abc"',
    });
  });

  it.each([TAG, TAG.slice(2), `"other", ${TAG}`, `W/"other",${TAG}`])(
    'is not sent again to who has it: %s',
    async (known) => {
      const { statusCode, headers, body } = await asking(known)(RUNS);
      expect(statusCode).toBe(304);
      expect(headers).toMatchObject({ etag: TAG, 'cache-control': 'private, no-cache' });
      expect(body).toBeUndefined();
    },
  );

  it.each(['', '*', '"other"', TAG.replaceAll('"', '')])(
    'is sent to who has another: %s',
    async (known) => {
      expect(await asking(known)(RUNS)).toMatchObject({ statusCode: 200, body: '"abc"' });
    },
  );

  it('has no name where it is an error, or an answer to a change', async () => {
    const busy = await asking(TAG, new Answer(503, 'abc'))(RUNS);
    const started = await asking(TAG)('POST /api/v1/train');
    for (const { headers } of [busy, started]) {
      expect(headers).not.toHaveProperty('etag');
      expect(headers).toHaveProperty('cache-control', 'no-store');
    }
    expect([busy.statusCode, started.statusCode]).toEqual([503, 202]);
  });
});
