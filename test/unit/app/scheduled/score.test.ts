import { describe, expect, it } from '@jest/globals';
import { score } from '#app/scheduled/score.ts';
import { IssuedForecastSchema } from '#contracts/http/catalog.ts';
import { addMs, DAY, HOUR, MINUTE, toIso } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { feed } from '#test/helpers/feed.ts';
import { afterFirstTraining, CPU, SHAPE, START, WEB } from '#test/helpers/first-training.ts';
import { type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';
import { recordingExecutions } from '#test/helpers/recording-executions.ts';
import { recordingMetrics } from '#test/helpers/recording-metrics.ts';

function scoring(services: MemoryServices) {
  const executions = recordingExecutions();
  const training = { ...services, executions, newSuffix: () => 'random' };
  return { ...services, training, executions, metrics: recordingMetrics() };
}

describe('scoring', () => {
  it('issues a forecast of a day of steps and keeps it as it was answered', async () => {
    const deps = scoring(await afterFirstTraining());
    expect(await score(deps, WEB)).toMatchObject({
      issued: ['cpu_utilization'],
      notYet: [],
      recalibrated: [],
      trainingRun: null,
    });
    const [issued] = await deps.issued.list(CPU, 10);
    expect(IssuedForecastSchema.parse(issued)).toMatchObject({
      issued_at: toIso(addMs(START, HOUR, 60)),
      data_as_of: toIso(addMs(START, HOUR, 59)),
      version: (await deps.registry.pointer(CPU))?.champion,
      step_seconds: 3_600,
      level: 0.8,
    });
    expect(issued?.values).toHaveLength(288);
    expect(issued?.lower_bounds).toHaveLength(288);
    // Seven digits, as observations are kept.
    for (const value of issued?.values ?? []) expect(value).toBe(Number(value.toPrecision(7)));
  });

  it('issues once an hour, however often it is asked', async () => {
    const deps = scoring(await afterFirstTraining());
    const issuedAt = async (minute: number) => {
      deps.clock.set(addMs(START, MINUTE, 3_600 + minute));
      return (await score(deps, WEB)).issued.length;
    };
    expect(await issuedAt(0)).toBe(1);
    expect(await issuedAt(0)).toBe(0);
    expect(await issuedAt(59)).toBe(0);
    expect(await issuedAt(60)).toBe(1);
    expect(await deps.issued.list(CPU, 10)).toHaveLength(2);
  });

  it('issues nothing again where nothing new was observed', async () => {
    const deps = scoring(await afterFirstTraining(72));
    await score(deps, WEB);
    deps.clock.set(addMs(START, HOUR, 75));
    expect((await score(deps, WEB)).issued).toEqual([]);
  });

  it('of too little history is not yet a forecast, and no error', async () => {
    const services = memoryServices(addMs(START, HOUR, 2));
    await feed(services, { cpu: [0.1, 0.2] }, { start: START });
    expect(await score(scoring(services), WEB)).toMatchObject({
      issued: [],
      notYet: [{ metric: 'cpu_utilization', code: 'HISTORY_TOO_SHORT' }],
      recalibrated: [],
      trainingRun: null,
    });
  });

  it('goes on with the other metrics when one model cannot be read', async () => {
    const services = await afterFirstTraining();
    const champion = (await services.registry.pointer(CPU))?.champion ?? '';
    const version = await services.registry.version(CPU, champion);
    await services.objects.put(version?.artifact_key ?? '', new Uint8Array([1]));
    await feed(services, { memory: [0.1, 0.2, 0.3] }, { start: addMs(START, HOUR, 57) });
    expect(await score(scoring(services), WEB)).toMatchObject({
      issued: ['memory_utilization'],
      notYet: [{ metric: 'cpu_utilization', code: 'ARTIFACT_CORRUPT' }],
    });
  });

  it('fails where something outside does, so that the message comes again', async () => {
    const deps = scoring(await afterFirstTraining());
    const list = () => Promise.reject(new Error('gone'));
    await expect(score({ ...deps, issued: { ...deps.issued, list } }, WEB)).rejects.toThrow('gone');
    expect(await rejectionOf(score(deps, 'default#shop#nope#*'))).toBe('NOT_FOUND');
  });
});

describe('a training', () => {
  /** Forty untrained hours, scored at the end. */
  const untrained = async () => {
    const services = memoryServices(addMs(START, HOUR, 40));
    await feed(services, { cpu: SHAPE.slice(0, 40) }, { start: START });
    return scoring(services);
  };

  it('that is due is started for this workload only', async () => {
    const deps = await untrained();
    const { trainingRun } = await score(deps, WEB);
    expect(trainingRun).toMatch(/^20260303T160000Z-[0-9a-f]{12}$/);
    expect(deps.executions.started).toEqual([
      {
        name: trainingRun,
        input: {
          trigger: 'due',
          request: {
            cluster: 'default',
            namespace: 'shop',
            deployment: 'web',
            container: '*',
            run_id: trainingRun,
          },
        },
      },
    ]);
    expect(await deps.runs.get(trainingRun ?? '')).toMatchObject({ trigger: 'due' });
  });

  it('is started once, although messages come twice', async () => {
    const deps = await untrained();
    const first = await score(deps, WEB);
    deps.clock.set(addMs(START, MINUTE, 40 * 60 + 5));
    expect((await score(deps, WEB)).trainingRun).toBe(first.trainingRun);
    expect(deps.executions.started).toHaveLength(1);
  });

  it('that did not get as far as looking at the data is started again an hour later', async () => {
    const deps = await untrained();
    await score(deps, WEB);
    deps.clock.set(addMs(START, HOUR, 41));
    await score(deps, WEB);
    expect(deps.executions.started).toHaveLength(2);
  });

  it('is started again within the hour when the history has doubled since', async () => {
    const deps = await untrained();
    const first = await score(deps, WEB);
    await deps.attempts.record(WEB, {
      at: deps.clock.now(),
      from: START,
      to: addMs(START, HOUR, 19),
    });
    const second = await score(deps, WEB);
    expect(second.trainingRun).not.toBe(first.trainingRun);
    expect(deps.executions.started).toHaveLength(2);
  });

  it('is not due again right after one', async () => {
    const deps = await untrained();
    const now = deps.clock.now();
    await deps.attempts.record(WEB, { at: now, from: START, to: addMs(now, HOUR, -1) });
    expect((await score(deps, WEB)).trainingRun).toBeNull();
    deps.clock.set(addMs(now, DAY, 9));
    // Nothing was observed in those nine days.
    expect((await score(deps, WEB)).trainingRun).toBeNull();
  });

  it('of two workloads is two', async () => {
    const deps = await untrained();
    await feed(deps, { cpu: SHAPE.slice(0, 40) }, { start: START, deployment: 'api' });
    await score(deps, WEB);
    await score(deps, 'default#shop#api#*');
    expect(new Set(deps.executions.started.map(({ name }) => name)).size).toBe(2);
  });
});

describe('what is measured', () => {
  const valuesOf = (deps: ReturnType<typeof scoring>) => deps.metrics.emitted.at(-1)?.values;

  it('goes out under the name of the deployment with every scoring', async () => {
    const deps = scoring(await afterFirstTraining());
    await score(deps, WEB);
    expect(deps.metrics.emitted).toEqual([
      {
        at: addMs(START, HOUR, 60),
        dimensions: { cluster: 'default', namespace: 'shop', deployment: 'web' },
        // The newest observation is the one stored for hour 71.
        values: {
          OpenIncidents: [0],
          DataAgeSeconds: [0],
          AnomalyScore: [0],
          // Trained at this moment, and no forecast has met its actuals yet.
          ChampionAgeSeconds: [0],
          ForecastSkill: [],
          ForecastCoverage: [],
          ForecastValue: [],
          ObservedValue: [],
        },
      },
    ]);
  });

  it('is the age of the data, until the workload must be taken to be gone', async () => {
    const deps = scoring(await afterFirstTraining(72));
    await score(deps, WEB);
    expect(valuesOf(deps)).toMatchObject({ DataAgeSeconds: [3_600], OpenIncidents: [0] });
    deps.clock.set(addMs(START, HOUR, 71 + 48));
    await score(deps, WEB);
    expect(valuesOf(deps)).toMatchObject({ DataAgeSeconds: [2 * 86_400] });
    deps.clock.set(addMs(START, HOUR, 71 + 49));
    await score(deps, WEB);
    expect(valuesOf(deps)).toEqual({});
  });
});

describe('a champion that has drifted', () => {
  /** Issues a forecast an hour, each wrong by this much, and scores at each of them. */
  async function drifting(by: number, hours: number) {
    const services = await afterFirstTraining();
    const deps = scoring(services);
    const champion = (await services.registry.pointer(CPU))?.champion ?? '';
    const version = await services.registry.version(CPU, champion);
    const drifted: string[] = [];
    for (let hour = 72; hour < 72 + hours; hour++) {
      const now = addMs(START, HOUR, hour + 1);
      deps.clock.set(now);
      const value = SHAPE[hour % SHAPE.length] ?? 0;
      await feed(services, { cpu: [value] }, { start: addMs(START, HOUR, hour) });
      // So that only drift can start a training.
      await services.attempts.record(WEB, { at: now, from: START, to: now });
      const outcome = await score(deps, WEB);
      drifted.push(...outcome.drifted.map(({ side }) => `${side} at ${hour}`));
      await services.catalog.put(
        { partition: `forecast#${WEB}#cpu_utilization`, id: toIso(now) },
        {
          issued_at: toIso(now),
          data_as_of: toIso(addMs(START, HOUR, hour)),
          model: version?.model ?? '',
          version: champion,
          step_seconds: 3_600,
          level: null,
          values: [(SHAPE[(hour + 1) % SHAPE.length] ?? 0) + by],
          lower_bounds: null,
          upper_bounds: null,
        },
      );
    }
    return { deps, drifted };
  }

  it('is trained again, once', async () => {
    const { deps, drifted } = await drifting(0.5, 46);
    // Forty forecasts have met their actuals at the 41st scoring, and two looks later it is sure.
    expect(drifted).toEqual(['worse at 114']);
    expect(deps.executions.started).toHaveLength(1);
    expect(deps.executions.started[0]?.input).toMatchObject({
      trigger: 'drift',
      request: { deployment: 'web', namespace: 'shop' },
    });
  });
});
