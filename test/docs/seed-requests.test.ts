import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HealthSchema, ModelListSchema, ReadySchema } from '#contracts/http/catalog.ts';
import { DetectResponseSchema } from '#contracts/http/detect.ts';
import { IncidentListSchema } from '#contracts/http/incidents.ts';
import { IngestResponseSchema } from '#contracts/http/ingest.ts';
import { PredictBatchResponseSchema, PredictResponseSchema } from '#contracts/http/predict.ts';
import { RunDetailSchema, TrainResponseSchema } from '#contracts/http/train.ts';
import { seededRandom } from '#core/math/random.ts';
import { addMs, durationMs, epochMs, MINUTE, toIso } from '#core/time.ts';
import { type HeliosInMemory, startHeliosInMemory } from '#test/helpers/helios-in-memory.ts';

/** What the seed documents send, word for word, except for the numbers in the samples. */
const NOW = epochMs(Date.UTC(2026, 0, 8));
const STEP = durationMs(5 * MINUTE);
const STEPS = 3 * 288;

let helios: HeliosInMemory;
beforeAll(async () => {
  helios = await startHeliosInMemory({ now: () => NOW });
});
afterAll(() => helios.close());

async function call(method: 'GET' | 'POST', path: string, body?: unknown) {
  const response = await fetch(`${helios.url}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as unknown };
}

/** The agent's batch: three days of a deployment that works from 8 to 20. */
function agentBatch() {
  const random = seededRandom(20260108, 'agent batch');
  const samples = Array.from({ length: STEPS }, (_, i) => {
    const at = addMs(NOW, STEP, i - STEPS);
    const isDay = i % 288 >= 96 && i % 288 < 240;
    const noise = random() / 50;
    const about = {
      timestamp: toIso(at),
      type: 'gauge',
      labels: { deployment: 'my-app', namespace: 'default', host: 'node-1' },
      source: 'prometheus',
    };
    return [
      { name: 'cpu_utilization', value: (isDay ? 0.6 : 0.2) + noise, ...about },
      { name: 'memory_bytes', value: 102_400_000 + i * 10_000, ...about },
    ];
  });
  return { metrics: samples.flat(), agent_version: '0.1.0', sent_at: toIso(NOW) };
}

describe('the requests of the seed documents', () => {
  it('POST /api/v1/ingest takes the batch of their agent, twice without effect', async () => {
    const first = await call('POST', '/api/v1/ingest', agentBatch());
    expect(first.status).toBe(200);
    expect(IngestResponseSchema.parse(first.json)).toMatchObject({
      received: 2 * STEPS,
      accepted: 2 * STEPS,
      rejected: 0,
    });
    const again = await call('POST', '/api/v1/ingest', agentBatch());
    expect(again.json).toMatchObject({ accepted: 0, duplicate: 2 * STEPS });
  });

  it('POST /api/v1/predict answers the README example before any training, and says so', async () => {
    const { status, json } = await call('POST', '/api/v1/predict', {
      deployment: 'my-app',
      namespace: 'default',
      metric: 'cpu',
      periods: 12,
    });
    expect(status).toBe(200);
    const answer = PredictResponseSchema.parse(json);
    expect(answer).toMatchObject({ metric: 'cpu_utilization', model: 'naive', version: null });
    expect(answer.predictions).toHaveLength(12);
    expect(answer.reasons.map(({ code }) => code)).toContain('NOT_TRAINED');
  });

  it('POST /api/v1/detect answers the README example before any training, and says so', async () => {
    const { status, json } = await call('POST', '/api/v1/detect', {
      deployment: 'my-app',
      namespace: 'default',
    });
    expect(status).toBe(200);
    const answer = DetectResponseSchema.parse(json);
    expect(answer).toMatchObject({
      detector_version: null,
      data_as_of: toIso(addMs(NOW, STEP, -1)),
    });
    // An hour of two metrics.
    expect(answer.data_points_analyzed).toBe(24);
    expect(answer.reasons.map(({ code }) => code)).toContain('NO_DETECTOR');
  });

  it('training with their namespace, hours and target goes through their stages', async () => {
    const { status, json } = await call('POST', '/api/v1/train', {
      namespace: 'default',
      hours: 72,
      target: 'cpu_utilization',
    });
    expect(status).toBe(202);
    const { run } = TrainResponseSchema.parse(json);
    const detail = RunDetailSchema.parse((await call('GET', `/api/v1/runs/${run.run_id}`)).json);
    expect(detail.run).toMatchObject({ state: 'succeeded', trained: 1, failed: 0 });
    const [workload] = detail.details;
    expect(workload?.stages.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'validate succeeded',
      'engineer succeeded',
      'fit-statistical succeeded',
      'fit-recurrent succeeded',
      'fit-detectors succeeded',
      'evaluate succeeded',
      'register succeeded',
    ]);
  });

  it('a run leaves metrics.json and data_summary.json in their form', async () => {
    const files = await helios.services.objects.list('runs/');
    const read = async (name: string) => {
      const bytes = await helios.services.objects.get(
        files.find((key) => key.endsWith(name)) ?? '-',
      );
      return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    };
    expect(await read('/data_summary.json')).toMatchObject({
      timestamp: toIso(NOW),
      shape: [STEPS, 1],
      time_range: { start: toIso(addMs(NOW, STEP, -STEPS)), end: toIso(addMs(NOW, STEP, -1)) },
      columns: ['timestamp', 'cpu_utilization'],
      statistics: { cpu_utilization: { mean: expect.any(Number), std: expect.any(Number) } },
    });
    expect(await read('/metrics.json')).toMatchObject({
      timestamp: toIso(NOW),
      metrics: {
        cpu_utilization: {
          data_points: STEPS,
          models: {
            baseline: {
              mae: expect.any(Number),
              rmse: expect.any(Number),
              mape: expect.any(Number),
              skill_score: expect.any(Number),
            },
          },
        },
      },
    });
  });

  it('GET /models lists the version, by their names of stages too', async () => {
    const all = ModelListSchema.parse((await call('GET', '/models')).json);
    expect(all.models.map(({ metric, stage }) => `${metric} ${stage}`)).toEqual([
      'cpu_utilization champion',
    ]);
    const champions = await call('GET', '/models?stage=Production');
    expect(champions.json).toEqual(all);
    expect((await call('GET', '/models?stage=Archived')).json).toEqual({ models: [] });
  });

  it('the README example is then answered by the champion, with measured bounds', async () => {
    const { json } = await call('POST', '/api/v1/predict', {
      deployment: 'my-app',
      namespace: 'default',
      metric: 'cpu',
      periods: 12,
    });
    const answer = PredictResponseSchema.parse(json);
    expect(answer).toMatchObject({ stage: 'champion', level: 0.8, step_seconds: 300 });
    expect(answer.metadata).toEqual({
      model_version: answer.version,
      cache_hit: expect.any(Boolean),
    });
    expect(answer.predictions[0]?.timestamp).toBe(toIso(NOW));
    for (const { value, lower_bound, upper_bound } of answer.predictions) {
      // Midnight to one: 0.2 plus noise of 0 to 0.02 on every day before.
      expect(value).toBeGreaterThan(0.15);
      expect(value).toBeLessThan(0.27);
      expect(lower_bound).toBeLessThan(value);
      expect(upper_bound).toBeGreaterThan(value);
    }
    expect(answer.skill?.cases).toBeGreaterThan(30);
    expect(answer.coverage.filter(({ level, cases }) => level === 0.8 && cases > 30)).not.toEqual(
      [],
    );
  });

  it('their bare path and their code’s fields are understood', async () => {
    const { status, json } = await call('POST', '/predict', {
      metric: 'cpu_utilization',
      periods: 12,
      model: 'baseline',
      include_confidence: false,
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({ model: 'baseline', level: null });
    expect(json).toMatchObject({
      predictions: expect.arrayContaining([expect.objectContaining({ lower_bound: null })]),
    });
  });

  it('horizons of 5, 15 and 30 minutes are answered by name', async () => {
    const { json } = await call('POST', '/api/v1/predict', {
      container_name: '*',
      metric: 'cpu',
      horizons_minutes: [5, 15, 30],
    });
    const { horizons = [] } = PredictResponseSchema.parse(json);
    expect(horizons.map(({ minutes }) => minutes)).toEqual([5, 15, 30]);
  });

  it('several metrics are forecast at once', async () => {
    const { status, json } = await call('POST', '/predict/batch', {
      metrics: ['cpu_utilization', 'memory_bytes'],
      periods: 6,
    });
    expect(status).toBe(200);
    const { predictions } = PredictBatchResponseSchema.parse(json);
    expect(Object.keys(predictions)).toEqual(['cpu_utilization', 'memory_bytes']);
  });

  it('POST /detect takes the metrics of their code, and answers with all that it promised', async () => {
    const values = Array.from({ length: 24 }, (_, i) => (i === 20 ? 0.95 : 0.4 + (i % 3) / 100));
    const { status, json } = await call('POST', '/detect', {
      metrics: {
        cpu_utilization: values.map((value, i) => ({
          timestamp: toIso(addMs(NOW, STEP, i - 24)),
          value,
        })),
      },
      threshold_sigma: 2.5,
    });
    expect(status).toBe(200);
    const answer = DetectResponseSchema.parse(json);
    expect(answer).toMatchObject({
      analyzed_at: toIso(NOW),
      data_points_analyzed: 12,
      anomalies_detected: 1,
      anomalies: [
        {
          metric: 'cpu_utilization',
          timestamp: toIso(addMs(NOW, STEP, -4)),
          value: 0.95,
          expected_value: expect.closeTo(0.41, 9),
          anomaly_score: expect.any(Number),
          severity: 'critical',
          description: expect.stringContaining('above'),
        },
      ],
      summary: {
        status: 'critical',
        anomaly_rate: 1 / 12,
        by_severity: { critical: 1 },
        by_metric: { cpu_utilization: 1 },
      },
    });
    // What their design document adds.
    expect(answer).toMatchObject({
      anomaly_score: answer.summary.max_score,
      is_anomaly: true,
      threshold: 2.5,
      severity: 'critical',
      contributing_features: [{ feature: 'cpu_utilization', contribution: 1 }],
    });
  });

  it('POST /api/v1/detect needs four days for what it learns, and says from when on', async () => {
    const { json } = await call('POST', '/api/v1/detect', {
      deployment: 'my-app',
      namespace: 'default',
    });
    const answer = DetectResponseSchema.parse(json);
    expect(answer.summary.status).toBe('healthy');
    expect(answer.reasons).toEqual([
      {
        code: 'NO_DETECTOR',
        message: expect.stringContaining('from 2026-01-09T00:00:00.000Z on'),
        details: { need_days: 4, have_days: 3, ready_at: '2026-01-09T00:00:00.000Z' },
      },
    ]);
  });

  it('GET /api/v1/incidents lists what the scheduled scoring has found', async () => {
    const { status, json } = await call('GET', '/api/v1/incidents?deployment=my-app');
    expect(status).toBe(200);
    expect(IncidentListSchema.parse(json)).toEqual({ incidents: [] });
  });

  it('GET /health tells what it knows, GET /ready whether it can answer', async () => {
    const health = await call('GET', '/health');
    expect(health.status).toBe(200);
    expect(HealthSchema.parse(health.json)).toMatchObject({ status: 'healthy', models_loaded: 1 });
    const ready = await call('GET', '/ready');
    expect(ready.status).toBe(200);
    expect(ReadySchema.parse(ready.json).ready).toBe(true);
  });

  it.each([
    ['an unknown metric', { deployment: 'my-app', metric: 'cpus' }, 400, 'METRIC_UNKNOWN'],
    [
      'a model there is none of',
      { deployment: 'my-app', metric: 'cpu', model: 'transformer' },
      400,
      'MODEL_UNKNOWN',
    ],
    ['an unknown deployment', { deployment: 'my-apps', metric: 'cpu' }, 404, 'NOT_FOUND'],
    ['no period', { deployment: 'my-app', metric: 'cpu', periods: 0 }, 400, 'REQUEST_INVALID'],
    [
      'a field that is none',
      { deployment: 'my-app', metric: 'cpu', perods: 3 },
      400,
      'REQUEST_INVALID',
    ],
  ])('%s is refused by name', async (_, body, status, code) => {
    const answer = await call('POST', '/api/v1/predict', body);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ error: { code } });
  });
});
