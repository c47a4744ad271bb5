import { describe, expect, it } from '@jest/globals';
import { createMemoryObservationStore } from '#adapters/local/memory-observation-store.ts';
import { heartbeatPlans } from '#adapters/sources/heartbeat-source.ts';
import { type ScoreHeartbeatDeps, scoreHeartbeat } from '#app/heartbeat/score-heartbeat.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import { health } from '#app/queries/health.ts';
import { listModels } from '#app/queries/models.ts';
import { type CollectPlan, collect } from '#app/scheduled/collect.ts';
import { dispatch } from '#app/scheduled/dispatch.ts';
import { fitDetectors } from '#app/training/fit-detectors.ts';
import { HealthSchema } from '#contracts/http/catalog.ts';
import { DomainError } from '#core/errors.ts';
import {
  HEARTBEAT_KEY,
  HEARTBEAT_METRIC,
  HEARTBEAT_WORKLOAD,
  injectionOf,
} from '#core/simulate/heartbeat.ts';
import { addMs, durationMs, type EpochMs, HOUR, MINUTE, toIso } from '#core/time.ts';
import { copyStores, type ReadableStores, readableStores } from '#test/helpers/copy-stores.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';
import { recordingExecutions } from '#test/helpers/recording-executions.ts';
import { recordingQueue } from '#test/helpers/recording-queue.ts';
import { runPipeline, runStagesBefore } from '#test/helpers/run-pipeline.ts';

const CYCLE = durationMs(5 * MINUTE);
/** Its anomaly is injected at a time of this day that only the signal knows. */
const DAY_OF_TEST = at('2026-03-20T12:00:00Z');
const PLAN = heartbeatPlans({ enabled: true }).get(HEARTBEAT_KEY) as CollectPlan;
const SUBJECT = { workload: HEARTBEAT_KEY, metric: HEARTBEAT_METRIC };

let trained: Promise<ReadableStores> | undefined;

/** Stores in which the heartbeat was collected and trained an hour and a half before its injection. */
async function trainedStores(): Promise<ReadableStores> {
  const stores = readableStores();
  const services = memoryServices(START, stores);
  await collect(services, HEARTBEAT_KEY, { ...PLAN, since: addMs(START, HOUR, -HOURS) });
  const result = await runPipeline(services, {
    request: { ...HEARTBEAT_WORKLOAD, model: 'ses' },
  });
  if (result.status === 'FAILED') throw new Error(result.cause);
  // The night's whole line-up wins against naive; this one member need not, and costs a second.
  const pointer = await services.registry.pointer(SUBJECT);
  await services.registry.promote(SUBJECT, pointer?.latest ?? null, null);
  // A run for one model leaves the detectors as they are: another one fits them alone.
  const options = { runId: 'run-2', request: HEARTBEAT_WORKLOAD };
  const item = await runStagesBefore(services, 'fit-statistical', HEARTBEAT_KEY, options);
  const { detectors } = await fitDetectors(services, item, () => Infinity);
  if (!detectors) throw new Error('no detector was fitted');
  await services.detectors.publish(HEARTBEAT_KEY, {
    version: detectors.artifact.sha256.slice(0, 16),
    artifact: detectors.artifact,
    trained_until: detectors.trained_until,
    trained_at: toIso(START),
    run_id: 'run-2',
  });
  return stores;
}

/** The last days of the heartbeat, in a store of their own. */
async function observed() {
  const store = createMemoryObservationStore();
  const range = { from: addMs(START, HOUR, -HOURS), to: START };
  const request = { workload: HEARTBEAT_WORKLOAD, metrics: [], range };
  const { step, observations } = await PLAN.source.collect(request);
  await store.merge(HEARTBEAT_WORKLOAD, step, observations, START);
  return store;
}

/** Of history: what the detector of residuals wants at least. */
const HOURS = 100;

const INJECTED = injectionOf(DAY_OF_TEST);
const START = addMs(INJECTED.start, MINUTE, -92);

/** A deployment that lives by the schedule; `broken` replaces what a test breaks. */
type World = Awaited<ReturnType<typeof deployment>>;

async function deployment(
  broken: (services: MemoryServices) => Partial<ScoreHeartbeatDeps> = () => ({}),
) {
  trained ??= trainedStores();
  // The copy shares its observations, and some of these tests store wrong ones.
  const stores = { ...(await copyStores(await trained)), observations: await observed() };
  const services = memoryServices(START, stores);
  const told: { at: EpochMs; ok: number }[] = [];
  const verdicts: string[] = [];
  const executions = recordingExecutions();
  const deps: ScoreHeartbeatDeps = {
    ...services,
    training: { ...services, executions, newSuffix: () => 'abc' },
    metrics: {
      emit: ({ at: when, values, dimensions }) => {
        expect(dimensions).toEqual({
          cluster: 'default',
          namespace: 'helios',
          deployment: 'heartbeat',
        });
        expect(Object.keys(values)).toEqual(['HeartbeatOk']);
        told.push({ at: when, ok: values.HeartbeatOk?.[0] ?? Number.NaN });
      },
    },
    ...broken(services),
  };
  const round = async (plan: CollectPlan | null = PLAN) => {
    services.clock.set(addMs(services.clock.now(), CYCLE));
    const queue = recordingQueue();
    const scheduled = { ...services, queue, collected: [HEARTBEAT_KEY] };
    await dispatch(scheduled, { task: 'collect-and-score' });
    // The score that does not wait for the collection comes first here: the harder order.
    for (const kind of ['score', 'collect', 'score'] as const) {
      if (kind === 'collect') {
        if (plan) await collect(services, HEARTBEAT_KEY, plan);
        continue;
      }
      const { verdict } = await scoreHeartbeat(deps, CYCLE);
      verdicts.push(verdict.stage ?? verdict.state);
    }
    expect(queue.sent).toEqual([
      { kind: 'collect', workload: HEARTBEAT_KEY },
      { kind: 'score', workload: HEARTBEAT_KEY },
    ]);
  };
  /** The dead man's alarm: the minimum of the last two rounds, silence included. */
  const isAlarmed = () => {
    const from = services.clock.now() - 2 * CYCLE;
    const heard = told.filter((each) => each.at > from);
    return heard.length === 0 || heard.some(({ ok }) => ok < 1);
  };
  const stageOf = async () => (await services.heartbeats.read(services.clock.now()))?.stage;
  return { services, deps, round, isAlarmed, stageOf, verdicts, told };
}

/** Rounds until the alarm fires; a round without a plan is one in which collecting fails. */
async function roundsUntilAlarm(world: World, plan?: CollectPlan | 'none'): Promise<number> {
  for (let rounds = 1; rounds <= 5; rounds++) {
    await world.round(plan === 'none' ? null : plan);
    if (world.isAlarmed()) return rounds;
  }
  return Number.POSITIVE_INFINITY;
}

describe('a heartbeat that is well', () => {
  it('comes through every stage in each round, with its injected anomaly found and over', async () => {
    const world = await deployment();
    // From 92 minutes before the injection until an hour and 25 minutes after it began.
    for (let i = 0; i < 36; i++) await world.round();
    expect(new Set(world.verdicts)).toEqual(new Set(['ok']));
    expect(world.isAlarmed()).toBe(false);
    expect(world.told).toHaveLength(72);
    const incidents = await world.services.incidents.ofWorkload(HEARTBEAT_KEY, INJECTED.start);
    expect(incidents).toHaveLength(1);
    expect(incidents[0]).toMatchObject({
      simulated: true,
      start: toIso(INJECTED.start),
      end: toIso(INJECTED.end),
    });
  });

  it('is part of no fleet, cost, grade or list, but of its own', async () => {
    const { services, round } = await deployment();
    await round();
    expect(await services.directory.list()).toEqual([]);
    expect((await services.directory.all()).map(({ key }) => key)).toEqual([HEARTBEAT_KEY]);
    expect(await listModels(services, {})).toEqual([]);
    expect(await listModels(services, { namespace: 'helios' })).toHaveLength(1);
    const about = { startedAt: START, codeVersion: '1.2.3' };
    expect(HealthSchema.parse(await health({ ...services, ...about }))).toMatchObject({
      status: 'healthy',
      workloads: 0,
      models_loaded: 0,
      heartbeat: { state: 'ok', stage: null },
    });
  });
});

describe('a stage that breaks is named, and the alarm fires within two periods', () => {
  it('collect: nothing arrives', async () => {
    const world = await deployment();
    await world.round();
    // The first round without is when it is late; two periods later is the third.
    expect(await roundsUntilAlarm(world, 'none')).toBe(3);
    expect(await world.stageOf()).toBe('collect');
  });

  it('collect: what arrives is not what the source said', async () => {
    const world = await deployment();
    await world.round();
    const source: MetricSource = {
      name: 'heartbeat',
      collect: async (request) => {
        const collected = await PLAN.source.collect(request);
        const observations = collected.observations.map((each) => ({
          ...each,
          value: each.value * 1.01,
        }));
        return { ...collected, observations };
      },
    };
    expect(await roundsUntilAlarm(world, { ...PLAN, source })).toBe(1);
    expect(await world.stageOf()).toBe('collect');
  });

  it('train: there is no champion an hour after the first check', async () => {
    const world = await deployment();
    for (let i = 0; i < 12; i++) await world.round();
    const champion = (await world.services.registry.pointer(SUBJECT))?.champion ?? '';
    await world.services.registry.promote(SUBJECT, null, champion);
    expect(await roundsUntilAlarm(world)).toBe(1);
    expect(await world.stageOf()).toBe('train');
  });

  it('train: nothing was learned for more than a day', async () => {
    const world = await deployment();
    await world.round();
    world.services.clock.set(addMs(world.services.clock.now(), HOUR, 25));
    await world.round();
    expect(world.verdicts.slice(-1)).not.toContain('train');
    world.services.clock.set(addMs(world.services.clock.now(), HOUR));
    await world.round();
    expect(world.verdicts.at(-1)).toBe('train');
    expect(world.isAlarmed()).toBe(true);
  });

  it('serve: the forecast is far from the truth', async () => {
    const world = await deployment(() => ({
      events: [
        {
          name: 'a wrong event',
          deployment: HEARTBEAT_WORKLOAD.deployment,
          namespace: HEARTBEAT_WORKLOAD.namespace,
          start: toIso(START),
          end: toIso(addMs(START, HOUR, 8)),
          factor: 1.5,
        },
      ],
    }));
    expect(await roundsUntilAlarm(world)).toBeLessThanOrEqual(2);
    expect(await world.stageOf()).toBe('serve');
  });

  it('detect: the injected anomaly opens no incident', async () => {
    // As if the trained detectors had never been published: what is left does not find it.
    const world = await deployment(() => ({ detectorsOf: async () => undefined }));
    for (let i = 0; i < 17; i++) await world.round();
    expect(world.isAlarmed()).toBe(false);
    // 17 rounds from 92 minutes before the injection on: the last was 7 minutes before it.
    const rounds = await roundsUntilAlarm(world);
    // Its first slot is whole after 5 minutes, so collected 8 minutes after it began; the alarm is at 18.
    expect(rounds).toBe(5);
    expect(await world.stageOf()).toBe('detect');
  });

  it('score: the scoring itself fails, and its message is tried again', async () => {
    const world = await deployment((services) => ({
      observations: {
        ...services.observations,
        read: async () => {
          throw new DomainError('STORE_UNAVAILABLE', 'the table does not answer', {});
        },
      },
    }));
    await expect(world.round()).rejects.toThrow('the table does not answer');
    expect(world.isAlarmed()).toBe(true);
    expect(await world.stageOf()).toBe('score');
  });

  it('the schedule: nothing is heard of any stage', async () => {
    const world = await deployment();
    await world.round();
    world.services.clock.set(addMs(world.services.clock.now(), CYCLE, 2));
    expect(world.isAlarmed()).toBe(true);
    world.services.clock.set(addMs(world.services.clock.now(), MINUTE));
    const about = { startedAt: START, codeVersion: '1.2.3' };
    expect(await health({ ...world.services, ...about })).toMatchObject({
      status: 'degraded',
      heartbeat: { state: 'late', stage: 'score' },
    });
  });
});

describe('what is no failure raises no alarm', () => {
  it('a round that is left out', async () => {
    const world = await deployment();
    await world.round();
    // The next one would be due; the one after it comes instead, and scores before it collects.
    world.services.clock.set(addMs(world.services.clock.now(), CYCLE));
    expect(world.isAlarmed()).toBe(false);
    await world.round();
    expect(new Set(world.verdicts)).toEqual(new Set(['ok']));
    expect(world.isAlarmed()).toBe(false);
  });

  it('a training that runs, while the last one is of this day', async () => {
    const world = await deployment();
    await world.services.runs.create('night', 'schedule');
    await world.services.runs.stageStarted('night', HEARTBEAT_KEY, 'engineer');
    await world.round();
    expect(new Set(world.verdicts)).toEqual(new Set(['ok']));
  });
});

describe('a clock that was wrong', () => {
  it('for a day does not make the heartbeat new for another day, nor its last check the newest', async () => {
    const world = await deployment();
    const right = world.services.clock.now();
    const ok = { state: 'ok', stage: null, message: '' } as const;
    const ahead = addMs(right, HOUR, 24);
    await world.services.heartbeats.note(ahead, addMs(ahead, CYCLE, 2), ok);
    // It says nothing of now.
    expect(await world.stageOf()).toBe('score');
    world.services.registry.pointer = async () => undefined;
    await world.round();
    expect(await world.stageOf()).toBeNull();
    world.services.clock.set(addMs(world.services.clock.now(), HOUR));
    await world.round();
    expect(await world.stageOf()).toBe('train');
  });
});

describe('a new heartbeat', () => {
  it('is starting for as long as its first model may take, and raises no alarm', async () => {
    const services = memoryServices(START);
    const told: number[] = [];
    const deps: ScoreHeartbeatDeps = {
      ...services,
      training: { ...services, executions: recordingExecutions(), newSuffix: () => 'abc' },
      metrics: { emit: ({ values }) => told.push(...(values.HeartbeatOk ?? [])) },
    };
    expect((await scoreHeartbeat(deps, CYCLE)).verdict.state).toBe('starting');
    await collect(services, HEARTBEAT_KEY, { ...PLAN, since: addMs(START, HOUR, -4) });
    expect((await scoreHeartbeat(deps, CYCLE)).verdict).toMatchObject({ state: 'starting' });
    expect(told).toEqual([1, 1]);
    // It has asked for its training.
    expect(deps.training.executions).toMatchObject({ started: [{ input: { trigger: 'due' } }] });
  });
});
