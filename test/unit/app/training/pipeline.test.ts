import { describe, expect, it } from '@jest/globals';
import { predict } from '#app/serving/predict.ts';
import { ModelBundleSchema } from '#contracts/artifacts/model-bundle.ts';
import { PredictRequestSchema } from '#contracts/http/predict.ts';
import { RunDetailSchema, type TrainRequest } from '#contracts/http/train.ts';
import type { Frame } from '#core/series/frame.ts';
import { addMs, HOUR } from '#core/time.ts';
import { feed } from '#test/helpers/feed.ts';
import { afterFirstTraining, CPU, SHAPE, START } from '#test/helpers/first-training.ts';
import { type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';
import { runPipeline } from '#test/helpers/run-pipeline.ts';
import { tinyReconstruction } from '#test/helpers/tiny-reconstruction.ts';

/** Services that know the first `steps` hours of the shape. */
async function hours(steps: number): Promise<MemoryServices> {
  const services = memoryServices(addMs(START, HOUR, steps));
  await feed(services, { cpu: SHAPE.slice(0, steps) }, { start: START });
  return services;
}

async function text(services: MemoryServices, key: string): Promise<string> {
  return new TextDecoder().decode(await services.objects.get(key));
}

async function championOf(services: MemoryServices) {
  return (await services.registry.pointer(CPU))?.champion ?? null;
}

describe('a training of 60 hours', () => {
  it('ends with a champion, stage by stage', async () => {
    const services = await afterFirstTraining();
    const { run, details } = RunDetailSchema.parse(await services.runs.detail('run-1'));
    expect(run).toMatchObject({ workloads: 1, trained: 1, refused: 0, failed: 0 });
    expect(details[0]?.stages.map(({ name, state }) => [name, state])).toEqual([
      ['validate', 'succeeded'],
      ['engineer', 'succeeded'],
      ['fit-statistical', 'succeeded'],
      ['fit-boosting', 'succeeded'],
      ['fit-recurrent', 'succeeded'],
      ['fit-detectors', 'succeeded'],
      ['evaluate', 'succeeded'],
      ['register', 'succeeded'],
    ]);
    const version = await services.registry.version(CPU, (await championOf(services)) ?? '');
    expect(version?.skill.vs_naive).toBeGreaterThan(0.5);
    // Names of the bundle's own members and numbers of its own data.
    const bundle = ModelBundleSchema.parse(
      await services.artifacts.load(version?.artifact_key ?? '', version?.sha256 ?? ''),
    );
    expect(bundle.provenance).toMatchObject({
      training: { from: START, to: addMs(START, HOUR, 59), steps: 60 },
      code_version: 'test',
      parameters: { seasons: ['day'], model: 'auto' },
    });
    expect([...Object.keys(bundle.states), ...Object.keys(bundle.blends)]).toContain(
      version?.model,
    );
    expect(bundle.backtest.candidates.map(({ name }) => name)).not.toContain('incumbent');
  });

  it("leaves metrics.json and data_summary.json in the seeds' form", async () => {
    const services = await afterFirstTraining();
    const base = 'runs/run-1/default/shop/web/_all';
    const metrics = JSON.parse(await text(services, `${base}/metrics.json`));
    expect(metrics.timestamp).toBe('2026-03-04T12:00:00.000Z');
    const { cpu_utilization: cpu } = metrics.metrics;
    // 60 steps: the first model learns from 30, and each of the 30 after it is an origin.
    expect(cpu).toMatchObject({ data_points: 60, backtest: { origins: 30, horizon_steps: 30 } });
    expect(Object.keys(cpu.models).sort()).toEqual([
      'auto',
      'baseline',
      'day-naive',
      'median',
      'mstl',
      'naive',
      'profile-ar',
      'prophet',
      'ridge',
      'seasonal-theta',
      'ses',
    ]);
    expect(cpu.models.naive).toMatchObject({ skill_score: 0 });
    expect(cpu.models.naive.rmse ** 2).toBeCloseTo(cpu.models.naive.mse, 12);
    expect(JSON.parse(await text(services, `${base}/data_summary.json`)).shape).toEqual([60, 1]);
  });

  it('gives the same bundle for the same data, whoever asks when', async () => {
    const other = await hours(60);
    other.clock.set(addMs(START, HOUR, 90));
    await runPipeline(other, { runId: 'b', request: { deployment: 'web', namespace: 'shop' } });
    expect(await championOf(other)).toMatch(/^[0-9a-f]{16}$/);
    expect(await championOf(other)).toBe(await championOf(await afterFirstTraining()));
  });

  it.each<[string, TrainRequest, readonly string[]]>([
    ['one model', { model: 'ses' }, ['day-naive', 'naive', 'ses']],
    [
      'the hours asked for',
      { hours: 40 },
      ['auto', 'baseline', 'median', 'mstl', 'naive', 'ridge', 'seasonal-theta', 'ses'],
    ],
  ])('fits %s', async (_, request, members) => {
    const services = await hours(60);
    await runPipeline(services, { request });
    const [version] = await services.registry.versions(CPU);
    expect([...(version?.members ?? [])].sort()).toEqual(members);
    if (request.model) expect(version?.model).toBe(request.model);
  });
});

describe('the detectors of a run', () => {
  /** Two metrics, and an engine that takes whatever it is given. */
  const twoMetrics = async () => {
    const services = memoryServices(addMs(START, HOUR, 40));
    const shape = SHAPE.slice(0, 40);
    await feed(services, { cpu: shape, memory: shape }, { start: START });
    return {
      ...services,
      reconstruction: { fit: async (frame: Frame) => tinyReconstruction(frame) },
    };
  };

  it('serve when it has ended, and those that are not there say why', async () => {
    const services = await twoMetrics();
    await runPipeline(services);
    const pointer = await services.detectors.get(CPU.workload);
    expect(pointer).toMatchObject({ run_id: 'run-1', trained_until: addMs(START, HOUR, 39) });
    const loaded = await services.detectorsOf(CPU.workload);
    expect(loaded).toMatchObject({ version: pointer?.version, step: HOUR });
    expect(loaded?.reconstruction?.toState().metrics).toEqual([
      'cpu_utilization',
      'memory_utilization',
    ]);
    expect(loaded?.leftOut.map(({ detector, code }) => [detector, code])).toEqual([
      ['residual', 'HISTORY_TOO_SHORT'],
      ['service', 'HISTORY_TOO_SHORT'],
    ]);
  });

  it('that fail as a whole are named once, and the models of the run serve', async () => {
    const services = await twoMetrics();
    const result = await runPipeline(services, {
      handlers: {
        'fit-detectors': async (payload) => {
          const { run_id, workload } = payload as { run_id: string; workload: string };
          await services.runs.stageStarted(run_id, workload, 'fit-detectors');
          throw Object.assign(new Error('killed'), { name: 'Sandbox.Timedout' });
        },
      },
    });
    expect(result).toMatchObject({ output: { trained: 1, failed: 0 } });
    expect(await services.detectors.get(CPU.workload)).toBeUndefined();
    const [detail] = (await services.runs.detail('run-1')).details;
    expect(detail?.left_out.filter(({ member }) => member === 'detectors')).toEqual([
      { metric: null, member: 'detectors', code: 'Sandbox.Timedout', message: 'killed' },
    ]);
    expect(detail?.stages.find(({ name }) => name === 'fit-detectors')?.state).toBe('failed');
  });
});

describe('a training after a training', () => {
  it('compares with the champion, which stays where it is not beaten', async () => {
    const services = await afterFirstTraining(72);
    const first = await championOf(services);
    await runPipeline(services, { runId: 'run-2' });
    const [newest] = await services.registry.versions(CPU);
    const decision = newest?.decision.details?.gate as readonly { readonly against: string }[];
    // Origins from the champion's own cutoff on: hours 59 to 70 of 72, so 12 + 11 + … + 1 forecasts.
    expect(decision.find(({ against }) => against === 'incumbent')).toMatchObject({ cases: 78 });
    const isPromoted = newest?.decision.code === 'WON';
    expect(await championOf(services)).toBe(isPromoted ? newest?.version : first);
  });

  it('replaces a champion that can no longer be read', async () => {
    const services = await afterFirstTraining(72);
    const first = await championOf(services);
    const version = await services.registry.version(CPU, first ?? '');
    await services.objects.put(version?.artifact_key ?? '', new Uint8Array([1, 2, 3]));
    await runPipeline(services, { runId: 'run-2' });
    const second = await championOf(services);
    expect(second).not.toBe(first);
    expect((await services.registry.pointer(CPU))?.previous).toEqual([null, first]);
  });

  it('of the same data mends the artifact that was damaged', async () => {
    const services = await afterFirstTraining();
    const champion = await championOf(services);
    const version = await services.registry.version(CPU, champion ?? '');
    await services.objects.put(version?.artifact_key ?? '', new Uint8Array([1, 2, 3]));
    await runPipeline(services, { runId: 'run-2' });
    expect(await championOf(services)).toBe(champion);
    const loaded = services.artifacts.load(version?.artifact_key ?? '', version?.sha256 ?? '');
    await expect(loaded).resolves.toMatchObject({ kind: 'model-bundle' });
  });
});

describe('a run of several workloads', () => {
  const second = { start: START, deployment: 'api' };

  it('refuses one and trains the other', async () => {
    const services = await hours(40);
    await feed(services, { cpu: [0.1, 0.2] }, second);
    const result = await runPipeline(services);
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { trained: 1, refused: 1 } });
    const { details } = await services.runs.detail('run-1');
    const refused = details.find(({ outcome }) => outcome === 'refused');
    expect(refused?.workload.deployment).toBe('api');
    expect(refused?.refusals.map(({ code }) => code)).toEqual(['TOO_FEW_OBSERVATIONS']);
    expect(refused?.stages.map(({ name }) => name)).toEqual(['validate']);
  });

  it('trains the others when one fails, and says which and why', async () => {
    const services = await hours(40);
    await feed(services, { cpu: [0.1, 0.2] }, second);
    const result = await runPipeline(services, {
      handlers: {
        'fit-statistical': async () => {
          throw Object.assign(new Error('no memory left'), { name: 'OutOfMemory' });
        },
      },
    });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { failed: 1, refused: 1 } });
    const { details } = RunDetailSchema.parse(await services.runs.detail('run-1'));
    const failed = details.find(({ outcome }) => outcome === 'failed');
    expect(failed?.error).toEqual({ code: 'OutOfMemory', message: 'no memory left' });
    expect(await championOf(services)).toBeNull();
  });

  it('retries what was throttled', async () => {
    const services = await hours(40);
    let calls = 0;
    const { validate } = await import('#app/training/validate.ts');
    const result = await runPipeline(services, {
      handlers: {
        validate: async (payload) => {
          calls += 1;
          if (calls < 4) throw Object.assign(new Error('slow down'), { name: 'THROTTLED' });
          return validate(services, payload as { run_id: string; workload: string });
        },
      },
    });
    expect(calls).toBe(4);
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { trained: 1, failed: 0 } });
  });

  it('fails as a whole when it cannot be planned', async () => {
    const services = await hours(40);
    await services.runs.create('run-1', 'request');
    const result = await runPipeline(services, {
      handlers: {
        plan: async () => {
          throw Object.assign(new Error('the table is gone'), { name: 'ResourceNotFound' });
        },
      },
    });
    expect(result.status).toBe('FAILED');
    expect(await services.runs.get('run-1')).toMatchObject({
      state: 'failed',
      error: { code: 'ResourceNotFound', message: 'the table is gone' },
    });
  });

  it('without any workload is done at once', async () => {
    const services = memoryServices(START);
    const scheduled = await runPipeline(services, { trigger: 'schedule' });
    expect(scheduled).toMatchObject({ output: { workloads: 0, trained: 0 } });
  });

  it('that asks for a workload nobody knows fails and says so', async () => {
    const services = memoryServices(START);
    const asked = await runPipeline(services, { request: { deployment: 'nope' } });
    expect(asked.status).toBe('FAILED');
    expect(await services.runs.get('run-1')).toMatchObject({
      state: 'failed',
      error: { code: 'NOT_FOUND', message: 'no workload that is known matches: nope' },
    });
  });
});

describe('what is still to come', () => {
  it('changes no bit of a training or of a forecast', async () => {
    const bits = async (future: readonly number[]) => {
      const services = await hours(60);
      const now = services.clock.now();
      // Observations after the cutoff reach the store while the clock of the reader stands.
      services.clock.set(addMs(now, HOUR, future.length));
      await feed(services, { cpu: future }, { start: now });
      services.clock.set(now);
      await runPipeline(services);
      const version = await services.registry.version(CPU, (await championOf(services)) ?? '');
      const artifact = await services.objects.get(version?.artifact_key ?? '');
      const answers = [];
      for (const model of [
        'auto',
        'naive',
        'day-naive',
        'baseline',
        'profile-ar',
        'ses',
        'median',
      ]) {
        const request = { metric: 'cpu', model, periods: 36, levels: [0.5, 0.95] };
        answers.push(await predict(services, PredictRequestSchema.parse(request)));
      }
      return JSON.stringify([Buffer.from(artifact ?? []).toString('hex'), answers]);
    };
    const calm = await bits(SHAPE.slice(60));
    expect(await bits([1, 0, 1, 0.123_456, 0, 0, 1])).toBe(calm);
  });

  it('changes no bit of a forecast made before a training', async () => {
    const bits = async (future: readonly number[]) => {
      const services = await hours(60);
      const now = services.clock.now();
      services.clock.set(addMs(now, HOUR, future.length));
      await feed(services, { cpu: future }, { start: now });
      services.clock.set(now);
      const request = PredictRequestSchema.parse({ metric: 'cpu', periods: 36 });
      return JSON.stringify(await predict(services, request));
    };
    expect(await bits([1, 0, 1])).toBe(await bits(SHAPE.slice(60)));
  });
});
