import { beforeAll, describe, expect, it } from '@jest/globals';
import { predict } from '#app/serving/predict.ts';
import { register } from '#app/training/register.ts';
import { type Evaluation, EvaluationSchema } from '#contracts/artifacts/stage-outputs.ts';
import { PredictRequestSchema, PredictResponseSchema } from '#contracts/http/predict.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { addMs, HOUR } from '#core/time.ts';
import {
  contentsOf,
  copyStores,
  killedAfter,
  type ReadableStores,
  readableStores,
} from '#test/helpers/copy-stores.ts';
import { dailyShape, feed } from '#test/helpers/feed.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';
import { runStagesBefore } from '#test/helpers/run-pipeline.ts';

const START = at('2026-03-02T00:00:00Z');
const STEPS = 54;
const NOW = addMs(START, HOUR, STEPS);
const WEB = 'default#shop#web#*';
const CPU = { workload: WEB, metric: 'cpu_utilization' };
const WON = { against: 'naive', skill: 0.5, cases: 99 } as const;
const LOST = { against: 'naive', skill: 0, cases: 99 } as const;

/** Two metrics, everything done but `register`. */
let prepared: { readonly stores: ReadableStores; readonly item: WorkloadItem };

beforeAll(async () => {
  const stores = readableStores();
  const services = memoryServices(NOW, stores);
  await feed(services, { cpu: dailyShape(STEPS), memory: dailyShape(STEPS) }, { start: START });
  prepared = { stores, item: await runStagesBefore(services, 'register', WEB) };
});

type Metric = Evaluation['metrics'][string];

/** A copy in which the backtest of cpu came out as given; of memory it is left as it was. */
async function evaluatedAs(changes: Partial<Metric>) {
  const stores = await copyStores(prepared.stores);
  const services = memoryServices(NOW, stores);
  const ref = prepared.item.backtest;
  if (!ref) throw new Error('not evaluated');
  const { metrics } = EvaluationSchema.parse(await stores.artifacts.load(ref.key, ref.sha256));
  const { cpu_utilization: cpu, ...others } = metrics;
  const changed = { metrics: { ...others, cpu_utilization: { ...cpu, ...changes } } };
  const item = { ...prepared.item, backtest: await stores.artifacts.save('test', changed) };
  return { stores, services, item };
}

async function actionsOf(services: MemoryServices): Promise<Readonly<Record<string, string>>> {
  const [detail] = (await services.runs.detail('run-1')).details;
  const stage = detail?.stages.find(({ name }) => name === 'register');
  const metrics = Object(stage?.summary.metrics) as Record<string, { readonly action: string }>;
  return Object.fromEntries(Object.entries(metrics).map(([name, { action }]) => [name, action]));
}

async function answerOf(services: MemoryServices) {
  const request = PredictRequestSchema.parse({ metric: 'cpu', periods: 2 });
  return PredictResponseSchema.parse(await predict(services, request));
}

/** A bundle of detectors that knows everything up to so many hours after the start. */
function detectorsUntil(hours: number, name = 'a') {
  const sha256 = name.repeat(64);
  const artifact = { key: `detectors/${name}`, sha256, bytes: 9 };
  return { artifact, trained_until: addMs(START, HOUR, hours) };
}

describe('detectors', () => {
  it('are published with where they came from, once', async () => {
    const { services, item } = await evaluatedAs({});
    const detectors = detectorsUntil(53);
    await register(services, { ...item, detectors });
    const pointer = await services.detectors.get(WEB);
    expect(pointer).toEqual({
      version: 'aaaaaaaaaaaaaaaa',
      artifact: detectors.artifact,
      trained_at: '2026-03-04T06:00:00.000Z',
      trained_until: detectors.trained_until,
      run_id: 'run-1',
    });
    services.clock.set(addMs(NOW, HOUR));
    await register(services, { ...item, detectors });
    expect(await services.detectors.get(WEB)).toEqual(pointer);
  });

  it('that have learned from newer data stand, and the run says so', async () => {
    const { services, item } = await evaluatedAs({});
    await register(services, { ...item, detectors: detectorsUntil(53) });
    await register(services, { ...item, detectors: detectorsUntil(52, 'b') });
    expect((await services.detectors.get(WEB))?.version).toBe('aaaaaaaaaaaaaaaa');
    const [detail] = (await services.runs.detail('run-1')).details;
    const { summary } = detail?.stages.find(({ name }) => name === 'register') ?? {};
    expect(summary?.detectors).toEqual({
      version: 'bbbbbbbbbbbbbbbb',
      serves: 'aaaaaaaaaaaaaaaa',
      bytes: 9,
    });
  });

  it('that there are none of leave those that serve', async () => {
    const { services, item } = await evaluatedAs({});
    await register(services, { ...item, detectors: detectorsUntil(53) });
    await register(services, item);
    expect((await services.detectors.get(WEB))?.version).toBe('aaaaaaaaaaaaaaaa');
  });
});

describe('register', () => {
  it('publishes a version that won, with its provenance, and lets it serve', async () => {
    const { services, item } = await evaluatedAs({ gate: [WON], incumbent: null });
    await register(services, item);
    const pointer = await services.registry.pointer(CPU);
    expect(pointer).toMatchObject({ champion: pointer?.latest, previous: [null] });
    const version = await services.registry.version(CPU, pointer?.champion ?? '');
    expect(version).toMatchObject({
      id: `default~shop~web~*~cpu_utilization~${pointer?.champion}`,
      trained_at: '2026-03-04T06:00:00.000Z',
      training: {
        from: '2026-03-02T00:00:00.000Z',
        to: '2026-03-04T05:00:00.000Z',
        steps: STEPS,
      },
      decision: { code: 'WON' },
      run_id: 'run-1',
    });
    // The version is the beginning of the hash that its artifact is verified by.
    expect(version?.sha256.slice(0, 16)).toBe(pointer?.champion);
    expect(await answerOf(services)).toMatchObject({
      stage: 'champion',
      version: pointer?.champion,
      model: version?.model,
    });
    expect((await services.runs.detail('run-1')).details[0]?.outcome).toBe('trained');
  });

  it('keeps a version that did not win as a candidate, and naive serves', async () => {
    const { services, item } = await evaluatedAs({ gate: [LOST], incumbent: null });
    await register(services, item);
    expect(await services.registry.pointer(CPU)).toMatchObject({ champion: null, previous: [] });
    const answer = await answerOf(services);
    expect(answer).toMatchObject({ model: 'naive', stage: 'candidate' });
    expect(answer.reasons[0]?.code).toBe('NOT_BETTER');
  });

  it('takes down an incumbent that is no better than naive', async () => {
    const gate = [LOST, { against: 'incumbent', skill: 0.1, cases: 99 } as const];
    const { services, item } = await evaluatedAs({ gate, incumbent: 'old' });
    await services.registry.promote(CPU, 'old', null);
    await register(services, item);
    expect(await actionsOf(services)).toMatchObject({ cpu_utilization: 'demote' });
    expect(await services.registry.pointer(CPU)).toMatchObject({
      champion: null,
      previous: [null, 'old'],
    });
  });

  it.each([
    ['promoted', [WON], 'theirs'],
    ['rolled back', [WON], null],
    ['promoted while it would have stepped down', [LOST], 'theirs'],
  ] as const)('lets the champion stand that somebody %s meanwhile', async (_, lost, theirs) => {
    const gate = [...lost, { against: 'incumbent', skill: 0.1, cases: 99 } as const];
    const { services, item } = await evaluatedAs({ gate, incumbent: 'old' });
    await services.registry.promote(CPU, 'old', null);
    if (theirs) await services.registry.promote(CPU, theirs, 'old');
    else await services.registry.rollback(CPU);
    await register(services, item);
    expect(await actionsOf(services)).toMatchObject({ cpu_utilization: 'keep' });
    expect((await services.registry.pointer(CPU))?.champion).toBe(theirs);
  });

  it('twice is register once', async () => {
    const { stores, services, item } = await evaluatedAs({ gate: [WON], incumbent: null });
    await register(services, item);
    const once = await contentsOf(stores);
    await register(services, item);
    expect(await contentsOf(stores)).toEqual(once);
  });

  it('of the same data again changes nothing about the champion', async () => {
    const { services, item } = await evaluatedAs({ gate: [WON], incumbent: null });
    await register(services, item);
    const pointer = await services.registry.pointer(CPU);
    const before = await services.registry.version(CPU, pointer?.champion ?? '');
    const again = await evaluatedAs({
      gate: [LOST, { against: 'incumbent', skill: null, cases: 0 }],
      incumbent: pointer?.champion ?? null,
    });
    services.clock.set(addMs(NOW, HOUR));
    const ref = again.item.backtest;
    if (!ref) throw new Error('not evaluated');
    const evaluation = await again.stores.artifacts.load(ref.key, ref.sha256);
    const backtest = await services.artifacts.save('again', evaluation);
    await register(services, { ...item, backtest });
    expect(await services.registry.pointer(CPU)).toEqual(pointer);
    expect(await services.registry.version(CPU, pointer?.champion ?? '')).toEqual(before);
  });
});

describe('a kill at any write of register', () => {
  it.each([
    ['with no champion before', undefined],
    ['with a champion before', 'incumbent'],
  ])(
    '%s shows the old state or the new one, and a retry ends as if it never was',
    async (_, before) => {
      // First a run that nothing interrupts.
      const won = { gate: [WON], incumbent: null };
      const first = await evaluatedAs(won);
      let incumbent: string | null = null;
      let base = first;
      if (before) {
        await register(first.services, first.item);
        incumbent = (await first.services.registry.pointer(CPU))?.champion ?? null;
        // Another version of the same metric: it serves another member.
        const next = await evaluatedAs({ gate: [WON], incumbent, serves: 'ses' });
        const ref = next.item.backtest;
        if (!ref) throw new Error('not evaluated');
        const evaluation = await next.stores.artifacts.load(ref.key, ref.sha256);
        const backtest = await first.stores.artifacts.save('next', evaluation);
        base = { ...first, item: { ...first.item, backtest } };
      }
      const whole = await copyStores(base.stores);
      await register(memoryServices(NOW, whole), base.item);
      const expected = await contentsOf(whole);
      const champion = (await memoryServices(NOW, whole).registry.pointer(CPU))?.champion;
      expect(champion).not.toBe(incumbent);

      let writes = 0;
      for (; writes < 50; writes++) {
        const stores = await copyStores(base.stores);
        const killed = killedAfter(stores, writes);
        const failure = await register(memoryServices(NOW, killed), base.item).catch(
          () => 'killed',
        );
        const survivors = memoryServices(NOW, stores);
        const serving = (await survivors.registry.pointer(CPU))?.champion ?? null;
        expect([incumbent, champion]).toContain(serving);
        // Whatever the pointers name can be served: there is no half model.
        const answer = await answerOf(survivors);
        if (serving) expect(answer).toMatchObject({ stage: 'champion', version: serving });
        else expect(answer.model).toBe('naive');
        await register(survivors, base.item);
        expect(await contentsOf(stores)).toEqual(expected);
        if (failure !== 'killed') break;
      }
      // Stage start and end, and of each metric the artifact, the entry and the pointer.
      expect(writes).toBeGreaterThanOrEqual(before ? 5 : 8);
      expect(writes).toBeLessThan(50);
    },
  );
});
