import { afterEach, describe, expect, it } from '@jest/globals';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createMemoryObjectStore } from '#adapters/local/memory-object-store.ts';
import { createRunLog } from '#app/run-log.ts';
import { createLocalExecutions, type LocalExecutions } from '#server/local-executions.ts';
import { TRAINING_MACHINE } from '#server/local-machines.ts';
import type { TaskPool } from '#server/task-pool.ts';
import { until } from '#test/helpers/until.ts';
import { virtualTime } from './virtual-time.ts';

/** Their timers would keep the test waiting. */
const processes: LocalExecutions[] = [];
afterEach(async () => {
  await Promise.all(processes.splice(0).map((each) => each.close()));
});

const PARTITION = 'local-executions';
const INPUT = { trigger: 'request', request: {} };
const PLANNED = { run_id: 'run', manifest_key: 'manifest.json', workloads: 0 };

/** A task that never answers, as of a process that is killed meanwhile. */
const never = () => new Promise<never>(() => {});

/**
 * A data directory with one run that trains no workload: its tasks are plan, fit-boosting (for the
 * pools) and finish. Each `process` is a new one on the same directory; an old one that is left behind
 * counts as killed.
 */
async function dataDirectory() {
  const catalog = createMemoryCatalogStore();
  const objects = createMemoryObjectStore();
  await objects.put('manifest.json', new TextEncoder().encode('[]'));
  const clock = virtualTime();
  const runs = createRunLog(catalog, clock);
  await runs.create('run', 'request');
  const calls: string[] = [];
  const errors: (readonly [string, unknown])[] = [];

  const startProcess = (tasks: Partial<Record<string, () => Promise<unknown>>> = {}) => {
    const answers: Partial<Record<string, () => Promise<unknown>>> = {
      plan: async () => PLANNED,
      'fit-boosting': async () => PLANNED,
      finish: () => runs.finished('run', null),
      ...tasks,
    };
    const pool: TaskPool = {
      run: async (name) => {
        calls.push(name);
        return answers[name]?.();
      },
      close: async () => {},
    };
    const executions = createLocalExecutions({
      machine: TRAINING_MACHINE,
      catalog,
      objects,
      runs,
      pool,
      clock,
      random: () => 0,
      onEvent: () => {},
      onError: (error, run) => errors.push([run, error]),
    });
    processes.push(executions);
    return executions;
  };
  const called = (...names: readonly string[]) =>
    until(5_000, `the tasks ${names.join(', ')}`, () => calls.join() === names.join());
  const ended = () =>
    until(5_000, 'the execution to end', async () => (await catalog.list(PARTITION)).length === 0);
  const partitions = async () => [
    await catalog.list(PARTITION),
    await catalog.list('local-execution#run'),
  ];
  return { catalog, runs, calls, errors, startProcess, called, ended, partitions };
}

describe('an execution', () => {
  it('runs its tasks, and is forgotten when it has ended', async () => {
    const { calls, runs, startProcess, ended, partitions } = await dataDirectory();
    expect(await startProcess().start('run', INPUT)).toBe('started');
    await ended();
    expect(calls).toEqual(['plan', 'fit-boosting', 'finish']);
    expect(await runs.get('run')).toMatchObject({ state: 'succeeded' });
    expect(await partitions()).toEqual([[], []]);
  });

  it('is started once, whether it still runs or has ended', async () => {
    const { calls, startProcess, ended } = await dataDirectory();
    const executions = startProcess();
    expect(await executions.start('run', INPUT)).toBe('started');
    expect(await executions.start('run', INPUT)).toBe('exists');
    await ended();
    expect(await executions.start('run', INPUT)).toBe('exists');
    expect(calls).toEqual(['plan', 'fit-boosting', 'finish']);
  });

  it('goes on after a kill with the tasks that are left', async () => {
    const { calls, runs, startProcess, called, ended, partitions } = await dataDirectory();
    await startProcess({ finish: never }).start('run', INPUT);
    await called('plan', 'fit-boosting', 'finish');
    expect(await startProcess().resume()).toEqual(['run']);
    await ended();
    expect(calls).toEqual(['plan', 'fit-boosting', 'finish', 'finish']);
    expect(await runs.get('run')).toMatchObject({ state: 'succeeded' });
    expect(await partitions()).toEqual([[], []]);
  });

  it('remembers no failure: what has failed is tried again', async () => {
    const { calls, runs, startProcess, ended } = await dataDirectory();
    let isBusy = true;
    const plan = async () => {
      if (isBusy) {
        isBusy = false;
        throw Object.assign(new Error('busy'), { name: 'STORE_UNAVAILABLE' });
      }
      return PLANNED;
    };
    await startProcess({ plan }).start('run', INPUT);
    await ended();
    expect(calls).toEqual(['plan', 'plan', 'fit-boosting', 'finish']);
    expect(await runs.get('run')).toMatchObject({ state: 'succeeded' });
  });

  it('is given up when the process was killed three times during it', async () => {
    const { runs, startProcess, partitions } = await dataDirectory();
    await startProcess({ plan: never }).start('run', INPUT);
    expect(await startProcess({ plan: never }).resume()).toEqual(['run']);
    expect(await startProcess({ plan: never }).resume()).toEqual(['run']);
    expect(await startProcess().resume()).toEqual([]);
    expect(await runs.get('run')).toMatchObject({
      state: 'failed',
      error: { code: 'INTERRUPTED', message: 'the process ended 3 times during this run' },
    });
    expect(await partitions()).toEqual([[], []]);
  });

  it('survives any number of shutdowns', async () => {
    const { runs, startProcess, ended } = await dataDirectory();
    const first = startProcess({ plan: never });
    await first.start('run', INPUT);
    await first.close();
    for (let i = 0; i < 5; i++) {
      const next = startProcess({ plan: never });
      expect(await next.resume()).toEqual(['run']);
      await next.close();
    }
    expect(await startProcess().resume()).toEqual(['run']);
    await ended();
    expect(await runs.get('run')).toMatchObject({ state: 'succeeded' });
  });

  it('that has ended is not run again when only its record is left', async () => {
    const { catalog, calls, runs, startProcess, partitions } = await dataDirectory();
    await runs.finished('run', null);
    await catalog.put({ partition: PARTITION, id: 'run' }, { input: INPUT, starts: 1 });
    expect(await startProcess().resume()).toEqual([]);
    expect(calls).toEqual([]);
    expect(await partitions()).toEqual([[], []]);
  });

  it('is not kept from going on by the record of another that cannot be read', async () => {
    const { catalog, errors, startProcess } = await dataDirectory();
    await catalog.put({ partition: PARTITION, id: 'another' }, { form: 'of an older version' });
    await startProcess({ plan: never }).start('run', INPUT);
    expect(await startProcess({ plan: never }).resume()).toEqual(['run']);
    expect(errors).toMatchObject([['another', { code: 'STATE_INCOMPATIBLE' }]]);
  });
});
