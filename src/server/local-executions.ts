import * as z from 'zod';
import { parseRecord, updateRecord } from '#app/catalog-records.ts';
import type { CatalogRecord, CatalogStore } from '#app/ports/catalog-store.ts';
import type { Executions } from '#app/ports/executions.ts';
import type { ObjectStore } from '#app/ports/object-store.ts';
import type { Reason } from '#contracts/http/common.ts';
import { BUCKET_PLACEHOLDER, functionPlaceholder } from '#contracts/pipeline/definition.ts';
import type { Clock } from '#core/time.ts';
import { durableTasks } from './durable-tasks.ts';
import type { LocalMachine } from './local-machines.ts';
import { bindDefinition } from './state-machine/bind-definition.ts';
import type { StateMachineEvent } from './state-machine/events.ts';
import { runStateMachine } from './state-machine/interpreter.ts';
import { lambdaTasks } from './state-machine/tasks.ts';
import type { TaskPool } from './task-pool.ts';
import { nodeTimers, sleepWith } from './timers.ts';

/** A run that takes the process down with it is not started for ever. */
const MAX_STARTS = 3;

const ExecutionSchema = z.strictObject({
  input: z.record(z.string(), z.unknown()),
  /** How often it was started and not ended in order: by a kill, not by a shutdown. */
  starts: z.number().int(),
});
type Input = z.infer<typeof ExecutionSchema>['input'];

export interface LocalExecutions extends Executions {
  /** Starts again what a killed process left unfinished. */
  resume(): Promise<readonly string[]>;
  /** Stops the executions under way; the next start resumes them. */
  close(): Promise<void>;
}

/** The records that a machine's executions keep of themselves, by name. */
export interface ExecutionRecords {
  get(name: string): Promise<{ readonly finished_at: string | null } | undefined>;
  /** Closes the record of an execution that ended without doing so. */
  finished(name: string, error: Reason | null): Promise<unknown>;
}

/**
 * Step Functions in this process: interprets the definition that CDK deploys. An execution is
 * written down before it is acknowledged, and its tasks when they are done, so that a kill at any
 * moment only delays it.
 */
export function createLocalExecutions(options: {
  readonly catalog: CatalogStore;
  readonly objects: ObjectStore;
  readonly machine: LocalMachine;
  readonly runs: ExecutionRecords;
  readonly pool: TaskPool;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onEvent: (runId: string, event: StateMachineEvent) => void;
  readonly onError: (error: unknown, runId: string) => void;
}): LocalExecutions {
  const { catalog, objects, runs, pool, clock, machine } = options;
  const abort = new AbortController();
  const running = new Map<string, Promise<void>>();
  const bucket = 'local';
  const definition = bindDefinition(machine.definition, {
    [BUCKET_PLACEHOLDER]: bucket,
    ...Object.fromEntries(machine.functions.map((name) => [functionPlaceholder(name), name])),
  });
  const tasksOf = (execution: string) => {
    const durable = durableTasks(catalog, execution);
    return lambdaTasks(
      Object.fromEntries(
        machine.functions.map((name) => [
          name,
          (payload: unknown) => durable.run(name, payload, () => pool.run(name, payload)),
        ]),
      ),
    );
  };
  const keyOf = (name: string) => ({ partition: machine.partition, id: name });

  const countStart = (name: string, change: 1 | -1) =>
    updateRecord(catalog, ExecutionSchema, keyOf(name), (current) =>
      current ? { ...current, starts: current.starts + change } : undefined,
    );

  /** The record last: as long as it is there, the next start comes back to this. */
  const forget = async (name: string) => {
    await durableTasks(catalog, name).forget();
    await catalog.delete(keyOf(name));
  };

  const execute = async (name: string, input: Input) => {
    const result = await runStateMachine({
      definition,
      input,
      execution: { id: `local:${name}`, name, startTime: clock.now() },
      tasks: tasksOf(name),
      readObject: (_, key) => objects.get(key),
      writeObject: (_, key, bytes) => objects.put(key, bytes),
      sleep: sleepWith(nodeTimers()),
      random: options.random,
      onEvent: (event) => options.onEvent(name, event),
      signal: abort.signal,
    });
    // Shut down under way: the record stays, and the next start resumes it.
    if (abort.signal.aborted) {
      await countStart(name, -1);
      return;
    }
    const run = await runs.get(name);
    if (result.status === 'FAILED' && run?.finished_at === null) {
      await runs.finished(name, { code: result.error, message: result.cause.slice(0, 500) });
    }
    await forget(name);
  };

  const launch = (name: string, input: Input) => {
    const done = execute(name, input)
      .catch((error: unknown) => {
        if (!abort.signal.aborted) options.onError(error, name);
      })
      .finally(() => running.delete(name));
    running.set(name, done);
  };

  /** @returns whether it runs again */
  const resumeOne = async (record: CatalogRecord): Promise<boolean> => {
    const name = record.id;
    const { input, starts } = parseRecord(ExecutionSchema, record);
    if (running.has(name)) return false;
    const run = await runs.get(name);
    const isGivenUp = starts >= MAX_STARTS;
    if (isGivenUp && run?.finished_at === null) {
      const message = `the process ended ${starts} times during this run`;
      await runs.finished(name, { code: 'INTERRUPTED', message });
    }
    // Finished and not yet crossed off: running it again would train twice.
    if (isGivenUp || run?.finished_at) {
      await forget(name);
      return false;
    }
    await countStart(name, 1);
    launch(name, input);
    return true;
  };

  return {
    async start(name, input) {
      if ((await runs.get(name))?.finished_at) return 'exists';
      const stored = await catalog.put(
        keyOf(name),
        { input, starts: 1 },
        { condition: { ifAbsent: true } },
      );
      if (!stored) return 'exists';
      launch(name, input);
      return 'started';
    },

    async resume() {
      const resumed: string[] = [];
      for (const record of await catalog.list(machine.partition)) {
        try {
          if (await resumeOne(record)) resumed.push(record.id);
        } catch (error) {
          // One record that cannot be read must not keep the others, and the server, from starting.
          options.onError(error, record.id);
        }
      }
      return resumed;
    },

    async close() {
      abort.abort();
      await Promise.all(running.values());
    },
  };
}
