import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModelListSchema, WorkloadListSchema } from '#contracts/http/catalog.ts';
import { ErrorEnvelopeSchema } from '#contracts/http/common.ts';
import { IngestResponseSchema } from '#contracts/http/ingest.ts';
import { type PredictResponse, PredictResponseSchema } from '#contracts/http/predict.ts';
import { ReplayStartedSchema } from '#contracts/http/replay.ts';
import { type Run, RunListSchema } from '#contracts/http/train.ts';
import { ROUTES } from '#contracts/routes.ts';
import { WEBSHOP_METRICS } from '#core/simulate/webshop-parameters.ts';
import { bodyOf, get, post, refusalOf } from '#test/helpers/api.ts';
import { parseExposition } from '#test/helpers/exposition.ts';
import { createSandbox, type HeliosServer } from '#test/helpers/helios-process.ts';
import { until } from '#test/helpers/until.ts';
import { describeReadmeCommands } from '../docs/readme-commands.ts';

const sandbox = createSandbox();
afterAll(() => sandbox.clear());

let dataDir: string;
let server: HeliosServer;
/** The training that the first start begins by itself. */
let firstRun: Run;

beforeAll(async () => {
  dataDir = await sandbox.directory();
  server = await sandbox.serve(dataDir);
  firstRun = await until(180_000, 'the sample to be trained', async () => {
    const { runs } = bodyOf(await get(server.url, '/api/v1/runs'), RunListSchema);
    return runs.find(({ finished_at, trained }) => finished_at !== null && trained > 0);
  });
}, 240_000);

const predict = (body: unknown) => post(server.url, '/api/v1/predict', body);
const sampleCpu = { deployment: 'webshop', namespace: 'sample', metric: 'cpu', periods: 12 };

describe('the sample workload', () => {
  it('is trained by the pipeline, without a word of the person', () => {
    expect(firstRun).toMatchObject({ trigger: 'due', state: 'succeeded', trained: 1, failed: 0 });
    for (const stage of ['Validate', 'Engineer', 'Fit', 'Evaluate', 'Register']) {
      expect(server.stderr()).toContain(`training ${firstRun.run_id}: ${stage}\n`);
    }
  });

  it('has a version of each of its seven metrics, on the grid and by the hour', async () => {
    const path = '/api/v1/models?deployment=webshop&namespace=sample';
    const { models } = bodyOf(await get(server.url, path), ModelListSchema);
    const own = models.filter(({ run_id }) => run_id === firstRun.run_id);
    const tracks = WEBSHOP_METRICS.flatMap((metric) => [metric, `${metric}.hourly`]);
    expect(own.map(({ metric }) => metric).sort()).toEqual(tracks.sort());
  });

  it('is forecast with bounds, version, and measured skill and coverage', async () => {
    const answer = bodyOf(await predict(sampleCpu), PredictResponseSchema);
    expect(answer).toMatchObject({ metric: 'cpu_utilization', unit: 'ratio', stage: 'champion' });
    expect(answer.version).toMatch(/^[0-9a-f]{16}$/);
    expect(answer.skill?.vs_naive).toBeGreaterThan(0);
    expect(answer.skill?.cases).toBeGreaterThan(0);
    const [nearest] = answer.coverage.filter(({ level }) => level === answer.level);
    expect(nearest?.cases).toBeGreaterThan(0);
    expect(nearest?.coverage).toBeGreaterThan(0.5);
    expect(answer.predictions).toHaveLength(12);
    expect(answer.predictions.every(isBounded)).toBe(true);
    expect(stepsOf(answer)).toEqual(new Set([300_000]));
  });

  it('is called simulated wherever it appears', async () => {
    expect((await predict(sampleCpu)).body).toMatchObject({ simulated: true });
    const path = '/api/v1/series?deployment=webshop&namespace=sample&metric=cpu';
    expect((await get(server.url, path)).body).toMatchObject({ simulated: true });
    const { workloads } = bodyOf(await get(server.url, '/api/v1/workloads'), WorkloadListSchema);
    expect(workloads.filter(({ simulated }) => simulated)).toMatchObject([
      { workload: { namespace: 'sample', deployment: 'webshop' }, sources: ['simulator'] },
    ]);
  });
});

function isBounded(step: PredictResponse['predictions'][number]): boolean {
  const { lower_bound, upper_bound, value } = step;
  return lower_bound !== null && upper_bound !== null && lower_bound < upper_bound && value > 0;
}

/** Distances between neighbours. */
function stepsOf({ predictions }: PredictResponse): ReadonlySet<number> {
  const times = predictions.map(({ timestamp }) => Date.parse(timestamp));
  return new Set(times.slice(1).map((time, i) => time - (times[i] ?? 0)));
}

describe('this machine', () => {
  it('is forecast by its last value once there are three observations', async () => {
    const host = { deployment: 'host', namespace: 'local', metric: 'cpu' };
    const answer = await until(60_000, 'three observations', async () => {
      const { status, body } = await predict(host);
      if (status === 200) return PredictResponseSchema.parse(body);
      // Until the second turn there is no rate, until the first no workload.
      const early = ['NOT_FOUND', 'METRIC_UNKNOWN', 'HISTORY_TOO_SHORT'];
      expect(early).toContain(ErrorEnvelopeSchema.parse(body).error.code);
      return undefined;
    });
    expect(answer).toMatchObject({ model: 'naive', version: null, stage: 'none' });
    expect(answer).toMatchObject({ simulated: false, step_seconds: 5 });
    expect(answer.reasons.map(({ code }) => code)).toContain('NOT_TRAINED');
  });
});

describe("the seeds' README", () => {
  /** As the agents of the seeds send it: one sample a metric and moment. */
  const samples = [0, 1, 2, 3].map((i) => ({
    name: 'cpu',
    value: 0.25 + i / 100,
    timestamp: new Date(Date.now() - (60 - 10 * i) * 60_000).toISOString(),
    type: 'gauge',
    labels: { deployment: 'my-app', namespace: 'default', hostname: 'node-1' },
    source: 'system',
  }));

  it('sends metrics that are stored', async () => {
    const sent = { metrics: samples, agent_version: '0.1.0', sent_at: new Date().toISOString() };
    const answer = bodyOf(await post(server.url, '/api/v1/ingest', sent), IngestResponseSchema);
    expect(answer).toMatchObject({ received: 4, accepted: 4, rejected: 0 });
  });

  it('asks for predictions and gets them', async () => {
    const asked = { deployment: 'my-app', namespace: 'default', metric: 'cpu', periods: 12 };
    const answer = bodyOf(await predict(asked), PredictResponseSchema);
    expect(answer.predictions.map(({ value }) => value)).toEqual(Array(12).fill(0.28));
  });
});

describe('a request that cannot be answered', () => {
  it('names the metrics there are when one is unknown', async () => {
    const answer = await predict({ ...sampleCpu, metric: 'cpu_utilisation' });
    expect(refusalOf(answer)).toEqual([400, 'METRIC_UNKNOWN']);
    const { details } = ErrorEnvelopeSchema.parse(answer.body).error;
    expect(details).toMatchObject({ known: [...WEBSHOP_METRICS].sort() });
    expect(details.similar).toContain('cpu_utilization');
  });

  it.each([
    ['no JSON', '{"deployment":'],
    ['a field that does not exist', { ...sampleCpu, metrik: 'cpu' }],
    ['no periods', { ...sampleCpu, periods: 0 }],
    ['a billion periods', { ...sampleCpu, periods: 1e9 }],
    ['periods in words', { ...sampleCpu, periods: 'twelve' }],
  ])('is refused with %s', async (_, body) => {
    expect(refusalOf(await predict(body))).toEqual([400, 'REQUEST_INVALID']);
  });

  it('is refused above 1 MB', async () => {
    const body = JSON.stringify({ ...sampleCpu, deployment: 'x'.repeat(2_000_000) });
    expect(refusalOf(await predict(body))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('is refused as a form', async () => {
    const answer = await post(
      server.url,
      '/api/v1/predict',
      'metric=cpu',
      'application/x-www-form-urlencoded',
    );
    expect(refusalOf(answer)).toEqual([415, 'MEDIA_TYPE_UNSUPPORTED']);
  });

  it('is refused where nothing is', async () => {
    expect(refusalOf(await get(server.url, '/api/v2/predict'))).toEqual([404, 'NOT_FOUND']);
  });

  it('is refused by the wrong method', async () => {
    expect(refusalOf(await get(server.url, '/api/v1/predict'))).toEqual([
      405,
      'METHOD_NOT_ALLOWED',
    ]);
  });

  it('is refused under a foreign name, as a rebound DNS name gives it', async () => {
    const { hostname, port } = new URL(server.url);
    const status = await new Promise((resolve, reject) => {
      request({ hostname, port, path: '/health', headers: { host: 'evil.example' } }, (response) =>
        resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });
});

describe('what the server tells of itself', () => {
  it.each(
    // No incident is sure to be there.
    ROUTES.filter(
      ({ method, path, operation }) =>
        method === 'GET' && !path.startsWith('/scalers/') && operation !== 'getIncident',
    ).map((route) => [route.path, route] as const),
  )('keeps the contract at %s', async (_, route) => {
    if (route.contentType !== undefined) {
      const answer = await fetch(`${server.url}${route.path}`);
      expect(answer.headers.get('content-type')).toBe(route.contentType);
      expect(parseExposition(await answer.text()).length).toBeGreaterThan(0);
      return;
    }
    const answer = await get(server.url, await callOf(route.path));
    expect(answer.status).toBe(200);
    expect(() => route.response.parse(answer.body)).not.toThrow();
  });

  it('lists every route in its OpenAPI document', async () => {
    const { body } = await get(server.url, '/openapi.json');
    const { openapi, paths } = body as {
      openapi: string;
      paths: Record<string, Record<string, unknown>>;
    };
    expect(openapi).toBe('3.1.0');
    const listed = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(listed.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
  });
});

/** A request of a GET route that has an answer here. */
async function callOf(path: string): Promise<string> {
  const sample = '?deployment=webshop&namespace=sample';
  const sampleSeries = `${sample}&metric=cpu`;
  switch (path) {
    case '/api/v1/replay/{id}': {
      const body = { deployment: 'webshop', namespace: 'sample' };
      const { status, body: started } = await post(server.url, '/api/v1/replay', body);
      expect(status).toBe(202);
      return path.replace('{id}', ReplayStartedSchema.parse(started).run.run_id);
    }
    case '/api/v1/capacity/{period}':
      return path.replace('{period}', `next_day${sample}`);
    case '/next_day':
    case '/next_week':
    case '/next_month':
    case '/next_weekend':
    case '/api/v1/rightsizing':
      return `${path}${sample}`;
    case '/api/v1/when':
      return `${path}${sampleSeries}&above=0.9`;
    case '/api/v1/models/{id}': {
      const { models } = bodyOf(await get(server.url, '/models'), ModelListSchema);
      return `/api/v1/models/${encodeURIComponent(models[0]?.id ?? '')}`;
    }
    case '/api/v1/runs/{id}':
    case '/api/v1/runs/{id}/fits':
      return path.replace('{id}', firstRun.run_id);
    case '/api/v1/series':
    case '/api/v1/forecasts':
      return `${path}${sampleSeries}`;
    case '/api/v1/recommendations':
      return `${path}${sample}&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z`;
    default:
      return path;
  }
}

describeReadmeCommands(async () => ({ url: server.url, home: await sandbox.directory() }));

describe('a second server', () => {
  it('does not share the data directory, and says who has it and what to do', async () => {
    const { code, stderr } = await sandbox.helios([
      'serve',
      '--port',
      '0',
      '--no-sample',
      '--no-host',
      '--data-dir',
      dataDir,
    ]);
    expect(code).toBe(4);
    expect(stderr).toContain(`${dataDir} is used by another process`);
    expect(stderr).toContain(`helios status --endpoint ${server.url}, or stop process`);
    expect(stderr).toContain('code: STORE_LOCKED');
  });

  it('does not share the port, and gives up instead of hanging', async () => {
    const { code, stderr } = await sandbox.helios([
      'serve',
      '--port',
      new URL(server.url).port,
      '--no-sample',
      '--no-host',
      '--data-dir',
      await sandbox.directory(),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('cannot be listened on');
    expect(stderr).toContain('0 takes a free one');
  });
});

describe('the end', () => {
  it('comes in order on SIGTERM, and gives the data directory free', async () => {
    expect(existsSync(join(dataDir, 'server.json'))).toBe(true);
    const ended = await server.end('SIGTERM');
    expect(ended).toMatchObject({ code: 0, signal: null });
    // Nothing of the AWS SDK, of Node.js or of work that failed.
    expect(ended.stderr).not.toMatch(/warn|error|failed/i);
    expect(existsSync(join(dataDir, 'server.json'))).toBe(false);

    const next = await sandbox.serve(dataDir, '--no-sample', '--no-host');
    const answer = bodyOf(await post(next.url, '/predict', sampleCpu), PredictResponseSchema);
    expect(answer).toMatchObject({ stage: 'champion', simulated: true });
    expect(await next.end('SIGINT')).toMatchObject({ code: 0 });
  }, 60_000);
});
