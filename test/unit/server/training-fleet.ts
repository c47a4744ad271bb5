import { expect } from '@jest/globals';
import { createArtifactStore } from '#adapters/artifact-store.ts';
import { canonicalJson } from '#adapters/canonical-json.ts';
import type { PipelineFunction } from '#contracts/pipeline/definition.ts';
import { type WorkloadItem, WorkloadItemSchema } from '#contracts/tasks/items.ts';
import { addMs, HOUR } from '#core/time.ts';
import { parseWorkloadKey, workloadPath } from '#core/workload.ts';
import { createLocalExecutions } from '#server/local-executions.ts';
import { TRAINING_MACHINE } from '#server/local-machines.ts';
import type { LambdaFunction } from '#server/state-machine/tasks.ts';
import {
  contentsOf,
  copyStores,
  type ReadableStores,
  readableStores,
} from '#test/helpers/copy-stores.ts';
import { feed } from '#test/helpers/feed.ts';
import { CPU, SHAPE, START } from '#test/helpers/first-training.ts';
import { memoryServices } from '#test/helpers/memory-services.ts';
import { taskHandlers } from '#test/helpers/run-pipeline.ts';
import { until } from '#test/helpers/until.ts';

/** Hours of history: enough for members without a season. */
const HOURS = 40;
export const NOW = addMs(START, HOUR, HOURS);
export const RUN = 'run-1';

/** Stores that know `shop/web` and `fleet/w00`, `w01` …; `short` has two values only. */
export async function fleet(
  deployments: readonly string[],
  short: string,
): Promise<ReadableStores> {
  const stores = readableStores();
  const services = memoryServices(NOW, stores);
  await feed(services, { cpu: SHAPE.slice(0, HOURS) }, { start: START });
  for (const deployment of deployments) {
    const cpu = deployment === short ? [0.1, 0.2] : SHAPE.slice(0, HOURS);
    await feed(services, { cpu }, { start: START, deployment, namespace: 'fleet' });
  }
  return stores;
}

export const names = (count: number) =>
  Array.from({ length: count }, (_, i) => `w${String(i).padStart(2, '0')}`);

export const keyOf = (deployment: string) => `default#fleet#${deployment}#*`;

/**
 * The real handlers for `shop/web`, and for the others stand-ins for what costs time: plan, validate
 * and finish are real for all, and each stage is written down as the real one does.
 */
export function tasksOver(stores: ReadableStores): Record<PipelineFunction, LambdaFunction> {
  const services = memoryServices(NOW, stores);
  const real = taskHandlers(services);
  const standIn = (name: 'engineer' | 'evaluate' | 'register'): LambdaFunction => {
    return async (payload, options) => {
      const item = WorkloadItemSchema.parse(payload);
      if (item.workload === CPU.workload) return real[name](payload, options);
      await services.runs.stageStarted(item.run_id, item.workload, name);
      if (name === 'register') await services.objects.put(modelKey(item), new Uint8Array([1]));
      const outcome = name === 'register' ? { outcome: 'trained' as const } : {};
      await services.runs.stageEnded(item.run_id, item.workload, name, { summary: {}, ...outcome });
      return item;
    };
  };
  const realForWeb = (name: PipelineFunction): LambdaFunction => {
    return async (payload, options) =>
      Object(payload).workload === CPU.workload ? real[name](payload, options) : payload;
  };
  return {
    ...real,
    engineer: standIn('engineer'),
    'fit-statistical': realForWeb('fit-statistical'),
    'fit-boosting': realForWeb('fit-boosting'),
    'fit-recurrent': realForWeb('fit-recurrent'),
    'fit-detectors': realForWeb('fit-detectors'),
    evaluate: standIn('evaluate'),
    register: standIn('register'),
  };
}

const modelKey = ({ workload }: WorkloadItem) =>
  `models/${workloadPath(parseWorkloadKey(workload))}/stand-in`;

/** Fails for one workload, each time or the first `times`. */
export function failing(task: LambdaFunction, workload: string, error: string, times = Infinity) {
  let failures = 0;
  const replaced: LambdaFunction = async (payload, options) => {
    if (Object(payload).workload !== workload || failures >= times) return task(payload, options);
    failures++;
    throw Object.assign(new Error(`${error} of the test`), { name: error });
  };
  return replaced;
}

/**
 * A server process on these stores. It is dead after `cut` states were entered or left: from then on
 * nothing that it does has an effect, or an end.
 */
function startProcess(stores: ReadableStores, cut: number, done: string[]) {
  let left = cut;
  let bury = (_: Error) => {};
  const dead = new Promise<never>((_, reject) => {
    bury = reject;
  });
  dead.catch(() => {});
  const alive = <A extends readonly unknown[], R>(act: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => (left > 0 ? act(...args) : dead);
  };
  const { catalog, objects } = stores;
  const own: ReadableStores = {
    ...stores,
    catalog: {
      get: alive(catalog.get),
      put: alive(catalog.put),
      list: alive(catalog.list),
      delete: alive(catalog.delete),
    },
    objects: {
      get: alive(objects.get),
      put: alive(objects.put),
      list: alive(objects.list),
      delete: alive(objects.delete),
    },
  };
  const services = memoryServices(NOW, {
    ...own,
    artifacts: createArtifactStore(own.objects),
  });
  const stages = tasksOver(own);
  const tasks = {
    ...stages,
    'fit-statistical': failing(stages['fit-statistical'], keyOf('w01'), 'OutOfMemory'),
  };
  const errors: unknown[] = [];
  return {
    errors,
    isDead: () => left <= 0,
    /** Lets go of what waits for ever, and of its timers. */
    bury: () => bury(new Error('dead')),
    executions: createLocalExecutions({
      ...services,
      machine: TRAINING_MACHINE,
      pool: {
        run: async (name, payload) => {
          const task = tasks[name as PipelineFunction];
          const output = await task(payload, { signal: new AbortController().signal });
          if (left > 0) done.push(`${name} ${canonicalJson(payload)}`);
          return left > 0 ? output : dead;
        },
        close: async () => {},
      },
      random: () => 0,
      onEvent: () => {
        left--;
      },
      onError: (error) => errors.push(error),
    }),
  };
}

const INPUT = { trigger: 'request', request: {} };

/** Runs over one workload that trains, one that fails and one that is refused; killed once. */
export async function killedAt(fresh: ReadableStores, cut: number) {
  const stores = await copyStores(fresh);
  const done: string[] = [];
  const first = startProcess(stores, cut, done);
  // What a dead process does never ends.
  first.executions.start(RUN, INPUT).catch(() => {});
  const ended = async () => {
    const run = await memoryServices(NOW, stores).runs.get(RUN);
    const open = await stores.catalog.list('local-executions');
    return run?.finished_at != null && open.length === 0;
  };
  await until(20_000, `the kill at ${cut}`, async () => first.isDead() || (await ended()));
  const wasKilled = !(await ended());
  if (wasKilled) {
    const second = startProcess(stores, Infinity, done);
    await second.executions.resume();
    await until(20_000, `the end after ${cut}`, ended);
    if (second.errors.length > 0) throw second.errors[0];
    await second.executions.close();
  }
  const contents = await contentsOf(stores);
  const closed = first.executions.close().catch(() => {});
  first.bury();
  await closed;
  return { contents, done: [...done].sort(), wasKilled };
}

/**
 * Kills a run over three workloads, one that trains, one that fails and one that is refused, before
 * each `stride`th state, and compares what is left with a run that was spared.
 *
 * @returns how many states were entered or left in all
 */
export async function killEverywhere(stride: number): Promise<number> {
  const fresh = await fleet(['w00', 'w01', 'w02'], 'w02');
  await fresh.catalog.delete({ partition: 'workloads', id: CPU.workload });
  const spared = await killedAt(fresh, Infinity);
  expect(spared.wasKilled).toBe(false);
  const run: unknown = JSON.parse(spared.contents[`runs/${RUN}`] ?? '{}');
  expect(run).toMatchObject({ state: 'succeeded', trained: 1, refused: 1, failed: 1 });
  for (let cut = 1; ; cut += stride) {
    const killed = await killedAt(fresh, cut);
    if (!killed.wasKilled) return cut;
    expect({ cut, ...killed }).toEqual({ cut, ...spared, wasKilled: true });
  }
}
