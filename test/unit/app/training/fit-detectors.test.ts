import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadDetectorBundle } from '#app/detection/restore-detectors.ts';
import type { ReconstructionTrainer } from '#app/ports/reconstruction-trainer.ts';
import { fitDetectors } from '#app/training/fit-detectors.ts';
import { saveRequest, toStored } from '#app/training/stage.ts';
import type { DetectorBundle } from '#contracts/artifacts/detector-bundle.ts';
import type { RunWorkload, TrainRequest } from '#contracts/http/train.ts';
import type { PipelineInput, WorkloadItem } from '#contracts/tasks/items.ts';
import { DomainError } from '#core/errors.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import type { Frame } from '#core/series/frame.ts';
import { type DurationMs, epochMs, HOUR } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';
import { seriesOf } from '#test/helpers/series-of.ts';
import { tinyReconstruction } from '#test/helpers/tiny-reconstruction.ts';

const NOW = at('2026-03-02T10:00:00Z');
const WEB = 'default#shop#web#*';
/** Two weeks of hours: enough for every detector. */
const HOURS = 336;
/** Memory was measured later than the rest. */
const LATE = 5;

type Columns = Readonly<
  Record<string, { values: Float64Array; from?: number; observed?: boolean }>
>;

/** Three metrics that follow one load. */
function service(): Columns {
  const random = seededRandom(7, 'fit-detectors');
  const load = Float64Array.from({ length: HOURS }, (_, hour) =>
    Math.exp(0.5 * Math.sin((2 * Math.PI * hour) / 24) + 0.1 * normal(random)),
  );
  const following = (factor: number) =>
    load.map((each) => factor * each * (1 + 0.03 * normal(random)));
  return {
    request_rate: { values: following(50) },
    cpu_utilization: { values: following(0.2) },
    memory_bytes: { values: following(1e9).slice(LATE), from: LATE },
    'cpu_utilization.hourly': { values: new Float64Array(10).fill(1) },
  };
}

/** Too little for the two detectors of core; the engine of these tests takes anything. */
const SHORT: Columns = {
  request_rate: { values: Float64Array.of(1, 2, 3) },
  cpu_utilization: { values: Float64Array.of(4, 5, 6) },
};

interface Setting {
  readonly columns?: Columns;
  readonly step?: DurationMs;
  readonly request?: TrainRequest;
  readonly trigger?: PipelineInput['trigger'];
  readonly trainer?: Partial<ReconstructionTrainer>;
  readonly remainingMs?: number;
  /** Earlier runs are of the same workload. */
  readonly services?: MemoryServices;
}

let runs = 0;

/** Runs the stage, with what the engine was given and what is left in the stores. */
async function fitted(setting: Setting = {}) {
  const { columns = SHORT, step = HOUR, request = {}, trigger = 'request' } = setting;
  const services = setting.services ?? memoryServices(NOW);
  const run_id = `r${++runs}`;
  await services.runs.create(run_id, trigger);
  await saveRequest(services.objects, run_id, { trigger, request });
  const metrics = Object.fromEntries(
    Object.entries(columns).map(([metric, { values, from = 0, observed }]) => {
      const series = toStored(seriesOf(values, { from, step }));
      // As prepared where asked for; what was observed stands beside it.
      const prepared = { ...series, values: series.values.map(() => 0) };
      const both = observed ? { series: prepared, observed: series } : { series };
      return [metric, { ...both, data_sha256: 'a', seasons: [], detected: [] }];
    }),
  );
  const features = await services.artifacts.save('test', { metrics });
  const frames: Frame[] = [];
  const reconstruction: ReconstructionTrainer = {
    async fit(frame) {
      frames.push(frame);
      return tinyReconstruction(frame);
    },
    ...setting.trainer,
  };
  const left = await fitDetectors(
    { ...services, reconstruction },
    { run_id, workload: WEB, features },
    () => setting.remainingMs ?? Infinity,
  );
  const [detail] = (await services.runs.detail(run_id)).details;
  return { services, left, frames, detail, bundle: await bundleOf(services, left) };
}

async function bundleOf(
  { artifacts }: MemoryServices,
  { detectors }: WorkloadItem,
): Promise<DetectorBundle | undefined> {
  return detectors && loadDetectorBundle(artifacts, detectors.artifact);
}

/** Makes what a stage left serve, as `register` does. */
async function serve({ services, left }: Awaited<ReturnType<typeof fitted>>) {
  if (!left.detectors) throw new Error('nothing was fitted');
  const { artifact, trained_until } = left.detectors;
  const version = artifact.sha256.slice(0, 16);
  const trained_at = '2026-03-02T10:00:00.000Z';
  const pointer = { version, artifact, trained_at, trained_until, run_id: 'r' };
  await services.detectors.publish(WEB, pointer);
  return services;
}

const failing = (error: Error): Partial<ReconstructionTrainer> => ({
  fit: async () => {
    throw error;
  },
});

describe('all metrics of a workload', () => {
  const columns = service();
  let run: Awaited<ReturnType<typeof fitted>>;

  beforeAll(async () => {
    run = await fitted({ columns });
  });

  it('are what each detector is fitted to', () => {
    const { bundle, detail } = run;
    const metrics = ['cpu_utilization', 'memory_bytes', 'request_rate'];
    expect(bundle).toMatchObject({ workload: WEB, step_ms: HOUR, left_out: [] });
    for (const name of ['residual', 'reconstruction', 'service'] as const) {
      expect(bundle?.[name]?.provenance).toMatchObject({
        training: { from: 0, to: (HOURS - 1) * HOUR, steps: HOURS },
        metrics,
        code_version: 'test',
        seed: 1,
      });
    }
    expect(bundle?.residual?.state.metrics.map(({ metric }) => metric)).toEqual(metrics);
    expect(bundle?.service?.state.metrics.map(({ metric }) => metric)).toEqual(metrics);
    expect(detail?.left_out).toEqual([]);
    expect(detail?.stages).toMatchObject([{ name: 'fit-detectors', state: 'succeeded' }]);
    expect(detail?.stages[0]?.summary).toMatchObject({
      rows: HOURS,
      detectors: {
        residual: { outcome: 'fitted', metrics, skipped: [], deployments: 0 },
        reconstruction: {
          outcome: 'fitted',
          metrics: ['cpu_utilization'],
          skipped: [{ metric: 'memory_bytes' }, { metric: 'request_rate' }],
          copies: [],
          held_out: 50,
        },
        service: { outcome: 'fitted', metrics, left_out: [] },
      },
    });
  });

  it('lie on one grid, missing before they were measured', () => {
    const [frame] = run.frames;
    expect([...(frame?.series.keys() ?? [])]).toEqual([
      'cpu_utilization',
      'memory_bytes',
      'request_rate',
    ]);
    const memory = frame?.series.get('memory_bytes')?.values ?? new Float64Array();
    expect(memory).toHaveLength(HOURS);
    expect([...memory.subarray(0, LATE)].every(Number.isNaN)).toBe(true);
    expect(memory.subarray(LATE)).toEqual(columns.memory_bytes?.values);
  });

  it('give an immutable bundle, named by its contents', () => {
    const { artifact, trained_until } = run.left.detectors ?? {};
    const version = artifact?.sha256.slice(0, 16);
    expect(artifact?.key).toBe(`detectors/default/shop/web/_all/${version}.json.gz`);
    expect(trained_until).toBe((HOURS - 1) * HOUR);
  });

  it('are not compared across known deployments', async () => {
    const services = memoryServices(NOW);
    const deployment = epochMs(3 * HOUR);
    await services.marks.add(parseWorkloadKey(WEB), [deployment], epochMs(HOURS * HOUR));
    const { bundle, detail } = await fitted({ columns, services });
    expect(Object(detail?.stages[0]?.summary.detectors).residual.deployments).toBe(1);
    expect(bundle?.residual?.state).not.toEqual(run.bundle?.residual?.state);
    expect(bundle?.residual?.provenance.data_sha256).not.toBe(
      run.bundle?.residual?.provenance.data_sha256,
    );
  });
});

it('fits the same bundle to the same data', async () => {
  const [first, second] = [await fitted(), await fitted()];
  expect(second.left.detectors).toEqual(first.left.detectors);
});

it('learns from what was observed, not from what a request filled in or clipped', async () => {
  const columns = { ...SHORT, request_rate: { values: Float64Array.of(1, 2, 3), observed: true } };
  const { frames } = await fitted({ columns });
  expect(frames[0]?.series.get('request_rate')?.values).toEqual(Float64Array.of(1, 2, 3));
});

describe('a detector that cannot be fitted', () => {
  it('is left out by name, and the others are not', async () => {
    const { bundle, detail } = await fitted();
    expect(bundle).toMatchObject({ residual: null, service: null, reconstruction: {} });
    const refused = [
      { detector: 'residual', code: 'HISTORY_TOO_SHORT' },
      { detector: 'service', code: 'HISTORY_TOO_SHORT' },
    ];
    expect(bundle?.left_out).toMatchObject(refused);
    expect(detail?.left_out).toMatchObject(
      refused.map(({ detector, code }) => ({ metric: null, member: detector, code })),
    );
    expect(detail?.outcome).toBe('running');
  });

  it('leaves no bundle when no other can be either', async () => {
    const trainer = failing(new DomainError('FIT_DID_NOT_CONVERGE', 'no', {}));
    const { left, detail } = await fitted({ trainer });
    expect(left.detectors).toBeUndefined();
    expect(detail?.left_out.map(({ member }) => member)).toEqual([
      'residual',
      'reconstruction',
      'service',
    ]);
  });

  it('says so when there is one metric alone', async () => {
    const alone = { cpu_utilization: service().cpu_utilization ?? { values: new Float64Array() } };
    const { bundle, frames } = await fitted({ columns: alone });
    expect(bundle?.residual).not.toBeNull();
    expect(bundle?.left_out).toMatchObject([
      { detector: 'reconstruction', code: 'ONE_METRIC' },
      { detector: 'service', code: 'ONE_METRIC' },
    ]);
    expect(frames).toEqual([]);
  });

  it('says what is wrong with each metric when none can be learned', async () => {
    const trainer: Partial<ReconstructionTrainer> = {
      fit: async (frame) =>
        tinyReconstruction(frame, {
          targets: [],
          skipped: [
            { metric: 'cpu_utilization', reason: 'too_few_values' },
            { metric: 'request_rate', reason: 'constant' },
          ],
        }),
    };
    const { detail } = await fitted({ trainer });
    expect(detail?.left_out.find(({ member }) => member === 'reconstruction')).toMatchObject({
      code: 'HISTORY_TOO_SHORT',
      message: 'no metric to learn: cpu_utilization too few values, request_rate constant',
    });
  });

  it.each([
    [29_999, ['DEADLINE_EXCEEDED']],
    [30_000, []],
  ])('is one whose function has %i ms left: %j', async (remainingMs, codes) => {
    const trainer: Partial<ReconstructionTrainer> = {
      async fit(frame, { checkpoint }) {
        checkpoint();
        return tinyReconstruction(frame);
      },
    };
    const { detail } = await fitted({ trainer, remainingMs });
    const refused = detail?.left_out.filter(({ member }) => member === 'reconstruction');
    expect(refused?.map(({ code }) => code)).toEqual(codes);
  });

  it('fails the stage when it is our mistake', async () => {
    await expect(fitted({ trainer: failing(new TypeError('x is undefined')) })).rejects.toThrow(
      'x is undefined',
    );
  });
});

describe('the reconstruction', () => {
  const triggers = ['schedule', 'request', 'due', 'drift'] as const;

  it.each(triggers)('of a workload without detectors, in a run of %s', async (trigger) => {
    const { frames, detail } = await fitted({ trigger });
    const isFitted = trigger === 'schedule' || trigger === 'request';
    expect(frames).toHaveLength(isFitted ? 1 : 0);
    const refused = detail?.left_out.find(({ member }) => member === 'reconstruction');
    expect(refused?.code).toBe(isFitted ? undefined : 'FIRST_TRAINING');
  });

  it.each(triggers)('of a workload with detectors is fitted in a run of %s', async (trigger) => {
    const services = await serve(await fitted());
    expect((await fitted({ services, trigger })).frames).toHaveLength(1);
  });
});

it('the engine of the reconstruction is the one that the request names, or the default', async () => {
  const asked: unknown[] = [];
  const fit: ReconstructionTrainer['fit'] = async (frame, { engine }) => {
    asked.push(engine);
    return tinyReconstruction(frame);
  };
  const trainer: Partial<ReconstructionTrainer> = { fit };
  await fitted({ trainer });
  await fitted({ trainer, request: { parameters: { boosting: { engine: 'xgboost' } } } });
  expect(asked).toEqual([undefined, 'xgboost']);
});

describe('a detector that serves', () => {
  const broken = failing(new DomainError('FIT_DID_NOT_CONVERGE', 'out of memory', {}));

  it('is kept, with what it was fitted on, where it cannot be fitted again', async () => {
    const columns = service();
    const earlier = await fitted({ columns });
    const services = await serve(earlier);
    const longer = { ...columns, request_rate: extended(columns.request_rate) };
    const { bundle, detail } = await fitted({ services, trainer: broken, columns: longer });
    expect(bundle?.reconstruction).toEqual(earlier.bundle?.reconstruction);
    expect(bundle?.residual?.provenance.training.steps).toBe(HOURS + 1);
    expect(bundle?.left_out).toEqual([]);
    expect(Object(detail?.stages[0]?.summary.detectors).reconstruction).toEqual({
      outcome: 'kept',
      // Hour 335 after the epoch, the last of the earlier run.
      since: '1970-01-14T23:00:00.000Z',
      code: 'FIT_DID_NOT_CONVERGE',
      message: 'out of memory',
    });
    expect(detail?.left_out).toEqual([
      {
        metric: null,
        member: 'reconstruction',
        code: 'FIT_DID_NOT_CONVERGE',
        message: 'out of memory',
      },
    ]);
  });

  it('goes on serving when none can be fitted again', async () => {
    const services = await serve(await fitted());
    const { left, detail } = await fitted({ services, trainer: broken });
    expect(left.detectors).toBeUndefined();
    expect(outcomeIn(detail)).toBe('kept');
  });

  it.each<[string, Setting]>([
    [
      'there are other metrics',
      { columns: { ...SHORT, restarts: { values: Float64Array.of(1) } } },
    ],
    ['the grid is another', { step: (HOUR / 2) as DurationMs }],
  ])('is not kept when %s', async (_, setting) => {
    const services = await serve(await fitted());
    const { detail } = await fitted({ services, trainer: broken, ...setting });
    expect(outcomeIn(detail)).toBe('left_out');
  });

  it('is not kept when it can no longer be read', async () => {
    const earlier = await fitted();
    const services = await serve(earlier);
    const key = earlier.left.detectors?.artifact.key ?? '';
    await services.objects.put(key, new Uint8Array([1, 2, 3]));
    const { detail } = await fitted({ services, trainer: broken });
    expect(outcomeIn(detail)).toBe('left_out');
  });
});

/** What became of the reconstruction. */
function outcomeIn(detail: RunWorkload | undefined): unknown {
  return Object(detail?.stages[0]?.summary.detectors).reconstruction.outcome;
}

function extended(column: Columns[string] | undefined): Columns[string] {
  return { values: Float64Array.of(...(column?.values ?? []), 50) };
}

describe('a run', () => {
  it.each<[string, TrainRequest]>([
    ['metrics', { metrics: ['cpu_utilization'] }],
    ['one metric', { metric: 'cpu_utilization' }],
    ['a target', { target: 'cpu_utilization' }],
    ['one model', { model: 'ses' }],
    ['one model type', { model_type: 'prophet' }],
  ])('for %s alone leaves the detectors as they are', async (_, request) => {
    const { left, frames, detail } = await fitted({ request });
    expect(left.detectors).toBeUndefined();
    expect(frames).toEqual([]);
    expect(detail?.left_out).toEqual([]);
    expect(detail?.stages[0]?.summary).toHaveProperty('unchanged');
  });

  it.each<TrainRequest>([{ model: 'auto' }, { model_type: 'ensemble' }, { hours: 24 }])(
    'for %j fits them',
    async (request) => {
      expect((await fitted({ request })).bundle?.reconstruction).not.toBeNull();
    },
  );
});
