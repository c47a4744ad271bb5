import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createMemoryObjectStore } from '#adapters/local/memory-object-store.ts';
import { systemClock } from '#adapters/system-clock.ts';
import { createRunLog } from '#app/run-log.ts';
import { createLocalExecutions } from '#server/local-executions.ts';
import { TRAINING_MACHINE } from '#server/local-machines.ts';
import type { StateMachineEvent } from '#server/state-machine/events.ts';
import { createTaskPool, type TaskPool } from '#server/task-pool.ts';
import { until } from '#test/helpers/until.ts';

const ODD = new URL('./fixtures/odd-task.mjs', import.meta.url);
const directory = mkdtempSync(join(tmpdir(), 'helios-isolation-'));
afterAll(() => rmSync(directory, { recursive: true }));

const pools: TaskPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function poolOf(options: Parameters<typeof createTaskPool>[0]): TaskPool {
  const pool = createTaskPool(options);
  pools.push(pool);
  return pool;
}

const oddPool = (env: Record<string, string> = {}) => poolOf({ size: 1, env, entry: ODD });

describe('a task of the pipeline', () => {
  it('sees the environment it was given, and nothing of the server', async () => {
    process.env.SECRET_OF_THE_SERVER = 'x';
    const env = { OBJECTS_URL: 'file:///objects' };
    expect(await oddPool(env).run('environment', {})).toEqual(env);
  });

  it('does not start as a real function without its own environment', async () => {
    process.env.OBSERVATIONS_TABLE_NAME = 'of-the-server';
    const started = poolOf({ size: 1, env: {} }).run('validate', {});
    await expect(started).rejects.toThrow('OBSERVATIONS_TABLE_NAME');
  });

  it('changes nothing of the server, neither globals nor environment nor payload', async () => {
    const pool = oddPool();
    const payload = { list: ['sent'] };
    expect([await pool.run('count', {}), await pool.run('count', {})]).toEqual([1, 2]);
    expect(await pool.run('change', payload)).toEqual({ list: ['sent', 'changed'] });
    expect('helios' in globalThis).toBe(false);
    expect(process.env.HELIOS_COUNT).toBeUndefined();
    expect(payload).toEqual({ list: ['sent'] });
  });

  it('reports an error by the name that Retry and Catch go by', async () => {
    await expect(oddPool().run('fail', {})).rejects.toMatchObject({
      name: 'STORE_UNAVAILABLE',
      message: 'the store is busy',
    });
  });
});

describe('a task that takes its thread down', () => {
  it('fails as Lambda says it of a function that died, and the next one gets a new thread', async () => {
    const pool = oddPool();
    const outcomes = await Promise.allSettled([pool.run('end', {}), pool.run('count', {})]);
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { name: 'Lambda.ServiceException' } },
      { status: 'fulfilled', value: 1 },
    ]);
  });

  it('is tried again by the state machine, and the run comes to a good end', async () => {
    const catalog = createMemoryCatalogStore();
    const objects = createMemoryObjectStore();
    await objects.put('manifest.json', new TextEncoder().encode('[]'));
    const events: StateMachineEvent[] = [];
    const executions = createLocalExecutions({
      machine: TRAINING_MACHINE,
      catalog,
      objects,
      runs: createRunLog(catalog, systemClock),
      pool: oddPool({ DIED_ONCE: join(directory, 'died-once') }),
      clock: systemClock,
      // The full jitter of a retry: 0 is no wait.
      random: () => 0,
      onEvent: (_, event) => events.push(event),
      onError: (error) => {
        throw error;
      },
    });
    expect(await executions.start('run', {})).toBe('started');
    await until(10_000, 'the execution to end', async () => {
      return (await catalog.list('local-executions')).length === 0;
    });
    expect(events.filter(({ type }) => ['retried', 'failed', 'caught'].includes(type))).toEqual([
      expect.objectContaining({ path: ['Plan'], error: 'Lambda.ServiceException', attempt: 1 }),
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'exited', path: ['Finish'] });
    await executions.close();
  });
});
