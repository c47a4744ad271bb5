import { describe, expect, it } from '@jest/globals';
import { bucketAt, gradeAt } from '#app/grades/grade-log.ts';
import { listGrades } from '#app/grades/list-grades.ts';
import { liveBuckets } from '#app/grades/live-buckets.ts';
import { regrade } from '#app/grades/regrade.ts';
import { score } from '#app/scheduled/score.ts';
import { GradeListSchema, GradeQuerySchema } from '#contracts/http/grades.ts';
import { DomainError } from '#core/errors.ts';
import { makeSeries } from '#core/series/series.ts';
import { addMs, HOUR, MINUTE, toIso } from '#core/time.ts';
import { calibrationOf } from '#test/helpers/calibration.ts';
import { feed } from '#test/helpers/feed.ts';
import { afterFirstTraining, CPU, START, WEB } from '#test/helpers/first-training.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';
import { bundleOf } from '#test/helpers/model-bundles.ts';
import { recordingExecutions } from '#test/helpers/recording-executions.ts';
import { recordingMetrics } from '#test/helpers/recording-metrics.ts';

const BEFORE = addMs(START, HOUR, -2);

const bundleOfServices = (services: MemoryServices) => ({
  ...services,
  bundleOf: async (version: Parameters<MemoryServices['bundles']>[0]) =>
    (await services.bundles(version)).bundle,
});

const list = async (services: MemoryServices, query: object = {}) =>
  GradeListSchema.parse(await listGrades(services, GradeQuerySchema.parse(query))).grades;

/** Scores of a backtest of a hundred forecasts, of a metric that is 1 high on average. */
const scores = (mae: number, skillVsNaive: number) => ({
  fromStep: 1,
  toStep: 1,
  mae,
  mse: null,
  rmse: null,
  mape: null,
  smape: null,
  wape: mae,
  mase: null,
  r2: null,
  skillVsNaive,
  skillVsSeasonalNaive: null,
  cases: 100,
});

/** Services with a champion whose band of ±0.2 holds, and that errs half as much as the last value. */
async function withChampion(): Promise<MemoryServices> {
  const services = memoryServices(START);
  await feed(services, { cpu: [1, 1] }, { start: BEFORE });
  const candidate = (name: string, mae: number, skill: number) => {
    const { fromStep, toStep, ...pooled } = scores(mae, skill);
    return { name, pooled, buckets: [{ fromStep, toStep, ...pooled }], failures: [] };
  };
  const errors = Array.from({ length: 40 }, (_, i) => (i % 2 ? 0.2 : -0.2));
  const bundle = bundleOf({
    serves: 'ridge',
    calibrations: { ridge: calibrationOf(1, { 1: errors }) },
    coverage: { ridge: [{ from_step: 1, to_step: 1, level: 0.8, coverage: 0.82, cases: 90 }] },
    backtest: {
      ...bundleOf().backtest,
      horizon: 1,
      naive: 'naive',
      candidates: [candidate('ridge', 0.1, 0.5), candidate('naive', 0.2, 0)],
    },
  });
  const ref = await services.artifacts.save('models/x', bundle);
  const trained = await afterFirstTraining();
  const other = (await trained.registry.versions(CPU))[0];
  if (!other) throw new Error('the first training has left no version');
  await services.registry.add(CPU, {
    ...other,
    version: 'v1',
    artifact_key: ref.key,
    sha256: ref.sha256,
  });
  await services.registry.promote(CPU, 'v1', null);
  return services;
}

const LIVE = { version: 'v1', member: 'ridge', buckets: [], hasDrifted: false } as const;

const minutes = (count: number) => addMs(START, MINUTE, count);

describe('grades', () => {
  it('are of the champion, and say what it allows at each horizon', async () => {
    const services = await withChampion();
    await regrade(bundleOfServices(services), CPU, START);
    const record = await services.grades.get(CPU);
    expect(record).toMatchObject({ version: 'v1', member: 'ridge', step_ms: HOUR });
    expect(gradeAt(record, 1)).toEqual({ grade: 'predictable', allows: 'act' });
    expect(gradeAt(record, 2)).toEqual({ grade: 'too_little_data', allows: 'do_not' });
    expect(gradeAt(undefined, 1)).toEqual({ grade: 'too_little_data', allows: 'do_not' });
  });

  it('are looked at once in half an hour, and remember since when they hold', async () => {
    const services = await withChampion();
    const deps = bundleOfServices(services);
    const lookAt = async (minute: number, hasDrifted: boolean) => {
      await regrade(deps, CPU, minutes(minute), { ...LIVE, hasDrifted });
      const record = await services.grades.get(CPU);
      const bucket = record && bucketAt(record, 1);
      return [record?.looked_at, bucket?.state.grade, bucket?.since];
    };
    expect(await lookAt(0, false)).toEqual([START, 'predictable', START]);
    expect(await lookAt(29, true)).toEqual([START, 'predictable', START]);
    expect(await lookAt(40, false)).toEqual([minutes(40), 'predictable', START]);
    // A model that has drifted shows the trend only.
    expect(await lookAt(80, true)).toEqual([minutes(80), 'trend_only', minutes(80)]);
  });

  it('are of naive, which gains nothing over itself, once nothing serves', async () => {
    const services = await withChampion();
    const deps = bundleOfServices(services);
    await regrade(deps, CPU, START);
    await services.registry.promote(CPU, null, 'v1');
    await regrade(deps, CPU, minutes(1));
    const record = await services.grades.get(CPU);
    // 20 % off is not near: there is nothing to rely on.
    expect(record?.member).toBe('naive');
    expect(gradeAt(record, 1)).toEqual({ grade: 'unforecastable', allows: 'do_not' });
  });

  it('pass over live scores of another model', async () => {
    const services = await withChampion();
    const other = { ...LIVE, member: 'auto', hasDrifted: true };
    await regrade(bundleOfServices(services), CPU, START, other);
    expect(gradeAt(await services.grades.get(CPU), 1).grade).toBe('predictable');
  });

  it('stay as they are while a model cannot be read', async () => {
    const services = await withChampion();
    const deps = bundleOfServices(services);
    await regrade(deps, CPU, START);
    const bundleOf = () => Promise.reject(new DomainError('ARTIFACT_CORRUPT', 'gone'));
    await regrade({ ...deps, bundleOf }, CPU, minutes(60), { ...LIVE, hasDrifted: true });
    expect(gradeAt(await services.grades.get(CPU), 1).grade).toBe('predictable');
  });

  it('are made by a training, and moved on by the scheduled scoring', async () => {
    const services = await afterFirstTraining();
    const forecasts = async () => {
      const record = await services.grades.get(CPU);
      return record && bucketAt(record, 1)?.evidence.forecasts;
    };
    const inBacktest = (await forecasts()) ?? Number.NaN;
    const training = { ...services, executions: recordingExecutions(), newSuffix: () => 'x' };
    const deps = { ...services, training, metrics: recordingMetrics() };
    await score(deps, WEB);
    services.clock.set(addMs(START, HOUR, 64));
    await score(deps, WEB);
    expect((await services.grades.get(CPU))?.looked_at).toBe(addMs(START, HOUR, 64));
    // Issued at hour 60, the first step is known at hour 64.
    expect(await forecasts()).toBe(inBacktest + 1);
  });

  it('are listed by horizon, and of what was never trained', async () => {
    const services = await withChampion();
    await feed(services, { memory: [0.1, 0.2] }, { start: BEFORE });
    await regrade(bundleOfServices(services), CPU, START);
    const [first, second, ...more] = await list(services);
    expect(more).toEqual([]);
    expect(first).toEqual({
      workload: { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' },
      simulated: false,
      metric: 'cpu_utilization',
      step_seconds: 3_600,
      from_minutes: 0,
      to_minutes: 60,
      grade: 'predictable',
      allows: 'act',
      since: toIso(START),
      model: 'ridge',
      version: 'v1',
      measured_at: toIso(START),
      forecasts: 100,
      skill_vs_naive: 0.5,
      skill_vs_seasonal_naive: null,
      level: 0.8,
      coverage: 0.82,
      // From -0.2 to 0.2, of a metric that is 1 high.
      relative_width: 0.4,
      naive_relative_error: 0.2,
      reasons: [
        {
          code: 'BEATS_NAIVE',
          message: '50 % less error than the last value on 100 forecasts',
          details: { skill: 0.5, required: 0.05 },
        },
        {
          code: 'BAND_HOLDS',
          message: 'the 80 % band held 82 %',
          details: { level: 0.8, coverage: 0.82 },
        },
      ],
    });
    expect(second).toMatchObject({
      metric: 'memory_utilization',
      grade: 'too_little_data',
      allows: 'do_not',
      from_minutes: null,
      reasons: [{ code: 'NOT_TRAINED' }],
    });
    const matching = async (query: object) => (await list(services, query)).length;
    expect(await matching({ metric: 'cpu', horizon_minutes: 60 })).toBe(1);
    expect(await matching({ metric: 'cpu', horizon_minutes: 61 })).toBe(0);
    expect(await matching({ metric: 'memory' })).toBe(1);
    expect(await matching({ grade: 'unforecastable' })).toBe(0);
    expect(await matching({ namespace: 'elsewhere' })).toBe(0);
  });

  it('of a metric without a model are left as they are', async () => {
    const services = memoryServices(START);
    await regrade(bundleOfServices(services), CPU, START);
    expect(await services.grades.get(CPU)).toBeUndefined();
  });
});

describe('what became of issued forecasts', () => {
  const start = at('2026-03-02T00:00:00Z');
  const series = makeSeries({
    id: 'cpu',
    unit: 'ratio',
    start,
    step: HOUR,
    values: [10, 12, Number.NaN, 14],
  });
  const issued = {
    issued_at: toIso(start),
    data_as_of: toIso(start),
    model: 'auto',
    version: 'v',
    step_seconds: 3_600,
    level: 0.8,
    values: [11, 11, 11, 11],
    lower_bounds: [10, 10, 10, 10],
    upper_bounds: [12, 12, 12, 12],
  };

  it('is added up by horizon, as far as it is known', () => {
    // One step ahead: off by 1, naive by 2, inside. Three ahead: off by 3, naive by 4, outside.
    expect(liveBuckets([issued], series, 0.8)).toEqual([
      { fromStep: 1, toStep: 1, cases: 1, error: 1, naiveError: 2, banded: 1, inside: 1 },
      { fromStep: 2, toStep: 3, cases: 1, error: 3, naiveError: 4, banded: 1, inside: 0 },
    ]);
  });

  it('leaves out bands of another level, and forecasts off the grid', () => {
    const [first] = liveBuckets([{ ...issued, level: 0.95 }], series, 0.8);
    expect(first).toMatchObject({ cases: 1, banded: 0 });
    const off = { ...issued, data_as_of: toIso(addMs(start, MINUTE, 7)) };
    expect(liveBuckets([off], series, 0.8)).toEqual([]);
    expect(liveBuckets([], series, 0.8)).toEqual([]);
  });
});
