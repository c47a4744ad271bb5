import { describe, expect, it } from '@jest/globals';
import { predict } from '#app/serving/predict.ts';
import { predictBatch } from '#app/serving/predict-batch.ts';
import {
  PredictBatchRequestSchema,
  PredictBatchResponseSchema,
  PredictRequestSchema,
  type PredictResponse,
  PredictResponseSchema,
} from '#contracts/http/predict.ts';
import { addMs, durationMs, HOUR, MINUTE, toIso } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { feed } from '#test/helpers/feed.ts';
import { afterFirstTraining, CPU, SHAPE, START } from '#test/helpers/first-training.ts';
import type { MemoryServices } from '#test/helpers/memory-services.ts';

async function ask(
  services: MemoryServices,
  body: Readonly<Record<string, unknown>> = {},
): Promise<PredictResponse> {
  const request = PredictRequestSchema.parse({ metric: 'cpu', periods: 3, ...body });
  return PredictResponseSchema.parse(await predict(services, request));
}

describe('a champion', () => {
  it('answers with its version, its measured skill and its coverage', async () => {
    const services = await afterFirstTraining();
    const champion = (await services.registry.pointer(CPU))?.champion ?? '';
    const version = await services.registry.version(CPU, champion);
    const answer = await ask(services);
    expect(answer).toMatchObject({
      model: version?.model,
      version: champion,
      stage: 'champion',
      generated_at: toIso(addMs(START, HOUR, 60)),
      data_as_of: toIso(addMs(START, HOUR, 59)),
      trained_at: version?.trained_at,
      // Two steps of an hour after the newest observation.
      valid_until: toIso(addMs(START, HOUR, 61)),
      step_seconds: 3_600,
      level: 0.8,
      skill: version?.skill,
      reasons: [],
      metadata: { model_version: champion },
    });
    expect(answer.coverage.length).toBeGreaterThan(0);
    for (const { lower_bound, value, upper_bound } of answer.predictions) {
      expect(lower_bound).toBeLessThanOrEqual(value);
      expect(upper_bound).toBeGreaterThanOrEqual(value);
    }
  });

  it('is loaded once', async () => {
    const services = await afterFirstTraining();
    expect((await ask(services)).metadata.cache_hit).toBe(false);
    expect((await ask(services)).metadata.cache_hit).toBe(true);
  });

  it('knows what was observed since it was trained', async () => {
    const services = await afterFirstTraining(72);
    const { data_as_of, predictions } = await ask(services, { model: 'day-naive' });
    expect(data_as_of).toBe(toIso(addMs(START, HOUR, 71)));
    // A day before hours 72, 73 and 74.
    expect(predictions.map(({ value }) => value)).toEqual([SHAPE[48], SHAPE[49], SHAPE[50]]);
    expect((await ask(services, { model: 'naive' })).predictions[0]?.value).toBe(SHAPE[71]);
  });

  it('takes the history of the caller instead', async () => {
    const services = await afterFirstTraining(72);
    const history = [60, 61].map((hour) => ({
      timestamp: toIso(addMs(START, HOUR, hour)),
      value: 0.25 + hour / 1_000,
    }));
    const { data_as_of, predictions } = await ask(services, { model: 'naive', history });
    expect(data_as_of).toBe(toIso(addMs(START, HOUR, 61)));
    expect(predictions[0]?.value).toBe(0.311);
  });

  it('is not moved by history from before its training', async () => {
    const services = await afterFirstTraining();
    const history = [{ timestamp: toIso(addMs(START, HOUR, -9_999)), value: 0.9 }];
    expect((await ask(services, { history })).predictions).toEqual(
      (await ask(services)).predictions,
    );
  });

  it('says when its data are stale', async () => {
    const services = await afterFirstTraining(72);
    // Three steps of an hour old: the next value may only be late.
    services.clock.set(addMs(START, HOUR, 74));
    expect((await ask(services)).reasons).toEqual([]);
    services.clock.set(addMs(START, HOUR, 75));
    const { reasons } = await ask(services);
    expect(reasons).toEqual([
      {
        code: 'DATA_STALE',
        message: `the newest observation is of ${toIso(addMs(START, HOUR, 71))}: the forecast starts there`,
        details: { age_seconds: 14_400 },
      },
    ]);
  });

  it.each(['naive', 'day-naive', 'baseline', 'profile-ar', 'ses', 'median'])(
    'lends its member %s, with bounds that can be true',
    async (model) => {
      const services = await afterFirstTraining();
      const body = { model, periods: 200, levels: [0.95], quantiles: [0.01, 0.5, 0.99] };
      const answer = await ask(services, body);
      expect(answer).toMatchObject({ model, stage: 'champion', reasons: [] });
      for (const step of answer.predictions) {
        const { 0.01: low = -1, 0.5: middle = -1, 0.99: high = -1 } = step.quantiles ?? {};
        expect([low, middle, high]).toEqual([low, middle, high].sort((a, b) => a - b));
        expect(step.lower_bound).toBeLessThanOrEqual(step.value);
        expect(step.upper_bound).toBeGreaterThanOrEqual(step.value);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
      }
    },
  );

  it('calls its blend an ensemble, too', async () => {
    const services = await afterFirstTraining();
    const { model, predictions } = await ask(services, { model: 'ensemble' });
    expect(model).toBe('auto');
    // What is served may be a member; the blend is in the bundle under its own name.
    const champion = (await services.registry.pointer(CPU))?.champion ?? '';
    const version = await services.registry.version(CPU, champion);
    expect(version?.members).toContain('auto');
    expect(predictions).not.toEqual((await ask(services, { model: 'day-naive' })).predictions);
  });

  it.each(['week-naive', 'lightgbm', 'constructor'])(
    'has no member %s, and says which',
    async (model) => {
      const services = await afterFirstTraining();
      const refused = ask(services, { model });
      await expect(refused).rejects.toMatchObject({
        code: 'MODEL_UNKNOWN',
        details: {
          model,
          known: expect.arrayContaining(['auto', 'ensemble', 'naive', 'day-naive', 'median']),
        },
      });
      const known = await refused.catch(({ details }) => details.known);
      expect(known).toEqual([...new Set(known)]);
    },
  );

  it('that fails its checksum is not served', async () => {
    const services = await afterFirstTraining();
    const champion = (await services.registry.pointer(CPU))?.champion ?? '';
    const version = await services.registry.version(CPU, champion);
    await services.objects.put(version?.artifact_key ?? '', new Uint8Array([1]));
    expect(await rejectionOf(ask(services))).toBe('ARTIFACT_CORRUPT');
  });
});

describe('a candidate', () => {
  const candidate = async () => {
    const services = await afterFirstTraining();
    await services.registry.rollback(CPU);
    return services;
  };

  it('leaves the answer to naive, with its own measured interval and the reason', async () => {
    const services = await candidate();
    const answer = await ask(services);
    expect(answer).toMatchObject({ model: 'naive', stage: 'candidate', level: 0.8 });
    expect(answer.version).toMatch(/^[0-9a-f]{16}$/);
    expect(answer.predictions.map(({ value }) => value)).toEqual([SHAPE[59], SHAPE[59], SHAPE[59]]);
    expect(answer.predictions[0]?.lower_bound).not.toBeNull();
    expect(answer.skill).toMatchObject({ vs_naive: 0 });
    expect(answer.reasons.map(({ code }) => code)).toEqual(['WON']);
    expect(answer.reasons[0]?.message).toMatch(/^naive is served: the model trained is better/);
  });

  it('answers when it is asked for by name', async () => {
    const answer = await ask(await candidate(), { model: 'day-naive' });
    expect(answer).toMatchObject({ model: 'day-naive', stage: 'candidate', reasons: [] });
  });
});

describe('a batch', () => {
  const batch = async (services: MemoryServices, body: Readonly<Record<string, unknown>>) =>
    PredictBatchResponseSchema.parse(
      await predictBatch(services, PredictBatchRequestSchema.parse({ periods: 2, ...body })),
    );

  it('answers each metric under the name it was asked by, and names what it cannot', async () => {
    const services = await afterFirstTraining();
    const { predictions, errors } = await batch(services, { metrics: ['cpu', 'gpu'] });
    expect(predictions.cpu).toEqual({
      ...(await ask(services, { periods: 2 })),
      metadata: { ...predictions.cpu?.metadata, cache_hit: false },
    });
    expect(Object.keys(predictions)).toEqual(['cpu']);
    expect(errors).toEqual({
      gpu: { code: 'METRIC_UNKNOWN', message: `${CPU.workload} has no metric gpu` },
    });
  });

  it('is refused when no metric has an answer', async () => {
    const services = await afterFirstTraining();
    expect(await rejectionOf(batch(services, { metrics: ['gpu', 'tpu'] }))).toBe('METRIC_UNKNOWN');
    const unknown = batch(services, { metrics: ['cpu'], deployment: 'nope' });
    expect(await rejectionOf(unknown)).toBe('NOT_FOUND');
  });

  it('is refused when it asks for too many steps', async () => {
    const services = await afterFirstTraining();
    const metrics = Array.from({ length: 11 }, (_, i) => `m${i}`);
    // 11 × 2016 = 22176 steps, 20160 are allowed.
    expect(await rejectionOf(batch(services, { metrics, periods: 2_016 }))).toBe(
      'PAYLOAD_TOO_LARGE',
    );
  });

  it('passes a fault on instead of hiding it', async () => {
    const services = await afterFirstTraining();
    const broken = { ...services, bundles: () => Promise.reject(new TypeError('a bug')) };
    const asked = predictBatch(broken, PredictBatchRequestSchema.parse({ metrics: ['cpu'] }));
    await expect(asked).rejects.toThrow(TypeError);
  });
});

it('joins the newest observations of two sources', async () => {
  const services = await afterFirstTraining(72);
  // A source that measures every ten minutes; the later knowledge of an hour wins.
  const start = addMs(START, HOUR, 71);
  await feed(
    services,
    { cpu: [0.4, 0.4, 0.4, 0.4, 0.4, 0.4] },
    {
      start,
      step: durationMs(10 * MINUTE),
    },
  );
  expect((await ask(services, { model: 'naive' })).predictions[0]?.value).toBeCloseTo(0.4, 12);
});
