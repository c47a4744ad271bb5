import { describe, expect, it } from '@jest/globals';
import { saveRequest } from '#app/training/stage.ts';
import { type PoolOptions, trainPools } from '#app/training/train-pools.ts';
import type { TrainParameters } from '#contracts/http/train.ts';
import { parsePool } from '#core/forecast/registry.ts';
import { cutoffOf } from '#core/series/series.ts';
import { addMs, DEFAULT_STEP, type DurationMs, durationMs, HOUR, MINUTE } from '#core/time.ts';
import { dailyShape, feed } from '#test/helpers/feed.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';
import { standInPooled } from '#test/helpers/stand-in-pool.ts';

const START = at('2026-03-02T00:00:00Z');
const INPUT = { run_id: 'r1', manifest_key: 'runs/r1/manifest.json', workloads: 2 };
const KIND = 'xgboost-pool';
const hour = (count: number) => addMs(START, HOUR, count);

type Hours = readonly (number | null)[];

/** Two days of hours each, so that a day is left to learn from. */
async function observed(
  deployments: Readonly<Record<string, Hours>> = { web: dailyShape(48), api: dailyShape(48) },
) {
  const services = memoryServices(hour(48));
  await plan(services);
  for (const [deployment, cpu] of Object.entries(deployments)) {
    await feed(services, { cpu }, { start: START, deployment });
  }
  const standIn = standInPooled();
  return { services: { ...services, ...standIn }, trainings: standIn.trainings };
}

/** What `plan` leaves of the request of a run. */
async function plan({ objects }: MemoryServices, parameters: TrainParameters = {}): Promise<void> {
  await saveRequest(objects, INPUT.run_id, { trigger: 'schedule', request: { parameters } });
}

/** Of each history shown to a training: whose it is, its first moment and its last, in hours. */
function shown(training: ReturnType<typeof standInPooled>['trainings'][number] | undefined) {
  return training?.histories.map(({ target }) => [
    target.id,
    (target.start - START) / HOUR,
    (cutoffOf(target) - START) / HOUR,
  ]);
}

const fiveMinutes = (hours: number) => dailyShape(hours * 12, { stepsPerDay: 288 });

describe('the pools of a run', () => {
  it('learn from the first half of the longest history, so that the second can judge them', async () => {
    const { services, trainings } = await observed({
      web: dailyShape(48),
      // Began a day and a half ago: a half of it lies within the first half of the longest.
      api: [...new Array<null>(12).fill(null), ...dailyShape(36)],
      // Began when that half was over.
      late: [...new Array<null>(24).fill(null), ...dailyShape(24)],
    });
    expect(await trainPools(services, INPUT)).toEqual(INPUT);
    expect(trainings).toHaveLength(1);
    expect(shown(trainings[0])).toEqual([
      ['default#shop#web#*/cpu_utilization', 0, 23],
      ['default#shop#api#*/cpu_utilization', 12, 23],
    ]);
    expect(await services.pools.current(KIND, HOUR)).toMatchObject({
      kind: KIND,
      step_ms: HOUR,
      at: hour(48),
      trained_until: hour(23),
      series: 2,
    });
  });

  it('never see what came after, whatever it was', async () => {
    const plain = await observed();
    await trainPools(plain.services, INPUT);
    const changed = dailyShape(48).map((value, i) => (i < 24 ? value : 1 - value));
    const other = await observed({ web: changed, api: changed });
    await trainPools(other.services, INPUT);
    expect(other.trainings).toEqual(plain.trainings);
  });

  it('are artifacts that can be restored', async () => {
    const { services } = await observed();
    await trainPools(services, INPUT);
    const record = await services.pools.current(KIND, HOUR);
    const { key = '', sha256 = '' } = record?.artifact ?? {};
    expect(parsePool(await services.artifacts.load(key, sha256))).toMatchObject({
      kind: KIND,
      id: record?.id,
      trainedUntil: record?.trained_until,
    });
  });

  it('learn nothing of values that cannot be true', async () => {
    const impossible = dailyShape(48).map((value, i) => (i === 5 ? 7 : value));
    const { services, trainings } = await observed({ web: impossible, api: dailyShape(48) });
    await trainPools(services, INPUT);
    const web = trainings[0]?.histories.find(({ target }) => target.id.includes('#web#'));
    expect(web?.target.values[4]).not.toBeNaN();
    expect(web?.target.values[5]).toBeNaN();
  });

  it('reach back no farther than a training does', async () => {
    const { services, trainings } = await observed();
    const settings = { ...services.settings, windowDays: 1 };
    await trainPools({ ...services, settings }, INPUT);
    // The last day begins at hour 24; its half ends at 36.
    expect(shown(trainings[0])?.map(([, ...hours]) => hours)).toEqual([
      [24, 35],
      [24, 35],
    ]);
  });
});

describe('the pools of several grids', () => {
  async function mixed(): Promise<{
    readonly services: MemoryServices;
    readonly trainings: ReturnType<typeof standInPooled>['trainings'];
  }> {
    const { services, trainings } = await observed({ web: dailyShape(48), api: dailyShape(48) });
    for (const deployment of ['a', 'b']) {
      const options = { start: START, step: DEFAULT_STEP, deployment };
      await feed(services, { cpu: fiveMinutes(48) }, options);
    }
    return { services, trainings };
  }

  it('are one for each, and one for the hours of all', async () => {
    const { services, trainings } = await mixed();
    await trainPools(services, INPUT);
    const byStep = trainings.map(({ horizon, histories }) => ({
      horizon,
      steps: histories.map(({ target }) => target.step),
    }));
    // A day of five minutes; a month of hours, which both grids have.
    expect(byStep).toHaveLength(2);
    expect(byStep).toEqual(
      expect.arrayContaining([
        { horizon: 288, steps: [DEFAULT_STEP, DEFAULT_STEP] },
        { horizon: 720, steps: [HOUR, HOUR, HOUR, HOUR] },
      ]),
    );
  });

  it('hold the hourly means of finer grids', async () => {
    const { services, trainings } = await mixed();
    await trainPools(services, INPUT);
    const hourly = trainings.find(({ horizon }) => horizon === 720);
    const a = hourly?.histories.find(({ target }) => target.id.includes('#a#'))?.target;
    expect(a?.values).toHaveLength(24);
    const first = fiveMinutes(1);
    const mean = first.reduce((sum, value) => sum + value, 0) / 12;
    expect(a?.values[0]).toBeCloseTo(mean, 6);
  });

  it.each<[string, DurationMs]>([
    ['a minute', MINUTE],
    ['half an hour', durationMs(30 * MINUTE)],
  ])('are kept apart by step, as %s is from an hour', async (_, step) => {
    const { services } = await observed();
    await trainPools(services, INPUT);
    expect(await services.pools.current(KIND, step)).toBeUndefined();
  });
});

describe('a pool that is there', () => {
  it('is kept by day and replaced by the next night', async () => {
    const { services, trainings } = await observed();
    await trainPools(services, INPUT);
    const first = await services.pools.current(KIND, HOUR);
    services.clock.set(addMs(hour(48), HOUR, 19));
    await trainPools(services, INPUT);
    expect(trainings).toHaveLength(1);
    services.clock.set(addMs(hour(48), HOUR, 20));
    await trainPools(services, INPUT);
    expect(trainings).toHaveLength(2);
    const second = await services.pools.current(KIND, HOUR);
    expect(second).toMatchObject({ at: hour(68) });
    expect(second?.id).not.toBe(first?.id);
    // Versions that refer to the first still find it.
    const { key = '', sha256 = '' } = first?.artifact ?? {};
    expect(parsePool(await services.artifacts.load(key, sha256))).toBeDefined();
  });

  it('stays when there is too little for a new one', async () => {
    const { services } = await observed({ web: dailyShape(48) });
    await services.pools.publish({
      id: 'earlier',
      artifact: { key: 'k', sha256: 's', bytes: 1 },
      kind: KIND,
      step_ms: HOUR,
      at: START,
      trained_until: START,
      series: 2,
      fit_ms: 1,
    });
    await trainPools(services, INPUT);
    expect(await services.pools.current(KIND, HOUR)).toMatchObject({ id: 'earlier' });
  });
});

describe('the engine of a pool', () => {
  it('is the one that the run asks for, or the default', async () => {
    const { services } = await observed();
    const asked: unknown[] = [];
    const pooled = (options: PoolOptions) => {
      asked.push(options.engine);
      return services.pooled(options);
    };
    await trainPools({ ...services, pooled }, INPUT);
    await plan(services, { boosting: { engine: 'xgboost' } });
    services.clock.set(addMs(hour(48), HOUR, 24));
    await trainPools({ ...services, pooled }, INPUT);
    expect(asked).toEqual([undefined, 'xgboost']);
  });
});

describe('no pool', () => {
  it('is no failure', async () => {
    const { services, trainings } = await observed({ web: dailyShape(48) });
    await expect(trainPools(services, INPUT)).resolves.toEqual(INPUT);
    expect(trainings).toHaveLength(1);
    expect(await services.pools.current(KIND, HOUR)).toBeUndefined();
  });

  it('is made of no workload', async () => {
    const { services, trainings } = await observed({});
    await expect(trainPools(services, INPUT)).resolves.toEqual(INPUT);
    expect(trainings).toEqual([]);
  });

  it('hides no fault of the engine', async () => {
    const { services } = await observed();
    const pooled = () => ({
      kind: KIND,
      fitPool: () => Promise.reject(new TypeError('a bug')),
    });
    await expect(trainPools({ ...services, pooled }, INPUT)).rejects.toThrow('a bug');
  });
});
