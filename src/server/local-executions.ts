import * as z from 'zod';
import { parseRecord, updateRecord } from '#app/catalog-records.ts';
import type { CatalogStore } from '#app/ports/catalog-store.ts';
import type { Executions } from '#app/ports/executions.ts';
import type { ObjectStore } from '#app/ports/object-store.ts';
import type { RunLog } from '#app/run-log.ts';
import {
  BUCKET_PLACEHOLDER,
  functionPlaceholder,
  PIPELINE_FUNCTIONS,
  TRAINING_PIPELINE,
} from '#contracts/pipeline/definition.ts';
import type { Clock } from '#core/time.ts';
import { bindDefinition } from './state-machine/bind-definition.ts';
import type { StateMachineEvent } from './state-machine/events.ts';
import { runStateMachine } from './state-machine/interpreter.ts';
import { lambdaTasks } from './state-machine/tasks.ts';
import type { TaskPool } from './task-pool.ts';
import { nodeTimers, sleepWith } from './timers.ts';

const PARTITION = 'local-executions';
/** A run that takes the process down with it is not started for ever. */
const MAX_STARTS = 3;

const ExecutionSchema = z.strictObject({
  input: z.record(z.string(), z.unknown()),
  starts: z.number().int(),
});

export interface LocalExecutions extends Executions {
  /** Starts again what a killed process left unfinished. */
  resume(): Promise<readonly string[]>;
  /** Waits for the executions under way; aborts them first if asked to. */
  close(): Promise<void>;
}

/**
 * Step Functions in this process: interprets the definition that CDK deploys. An execution is
 * written down before it is acknowledged, so that a kill at any moment only delays it.
 */
export function createLocalExecutions(options: {
  readonly catalog: CatalogStore;
  readonly objects: ObjectStore;
  readonly runs: RunLog;
  readonly pool: TaskPool;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onEvent: (runId: string, event: StateMachineEvent) => void;
  readonly onError: (error: unknown, runId: string) => void;
}): LocalExecutions {
  const { catalog, objects, runs, pool, clock } = options;
  const abort = new AbortController();
  const running = new Map<string, Promise<void>>();
  const bucket = 'local';
  const definition = bindDefinition(TRAINING_PIPELINE, {
    [BUCKET_PLACEHOLDER]: bucket,
    ...Object.fromEntries(PIPELINE_FUNCTIONS.map((name) => [functionPlaceholder(name), name])),
  });
  const tasks = lambdaTasks(
    Object.fromEntries(
      PIPELINE_FUNCTIONS.map((name) => [name, (payload: unknown) => pool.run(name, payload)]),
    ),
  );
  const keyOf = (name: string) => ({ partition: PARTITION, id: name });

  const execute = async (name: string, input: Readonly<Record<string, unknown>>) => {
    const result = await runStateMachine({
      definition,
      input,
      execution: { id: `local:${name}`, name, startTime: clock.now() },
      tasks,
      readObject: (_, key) => objects.get(key),
      sleep: sleepWith(nodeTimers()),
      random: options.random,
      onEvent: (event) => options.onEvent(name, event),
      signal: abort.signal,
    });
    // Shut down under way: the record stays, and the next start resumes it.
    if (abort.signal.aborted) return;
    const run = await runs.get(name);
    if (result.status === 'FAILED' && run?.finished_at === null) {
      await runs.finished(name, { code: result.error, message: result.cause.slice(0, 500) });
    }
    await catalog.delete(keyOf(name));
  };

  const launch = (name: string, input: Readonly<Record<string, unknown>>) => {
    const done = execute(name, input)
      .catch((error: unknown) => {
        if (!abort.signal.aborted) options.onError(error, name);
      })
      .finally(() => running.delete(name));
    running.set(name, done);
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
      for (const record of await catalog.list(PARTITION)) {
        const { input, starts } = parseRecord(ExecutionSchema, record);
        if (running.has(record.id)) continue;
        if (starts >= MAX_STARTS) {
          await runs.finished(record.id, {
            code: 'INTERRUPTED',
            message: `the process ended ${starts} times during this run`,
          });
          await catalog.delete(keyOf(record.id));
          continue;
        }
        await updateRecord(catalog, ExecutionSchema, keyOf(record.id), (current) =>
          current ? { ...current, starts: current.starts + 1 } : undefined,
        );
        launch(record.id, input);
        resumed.push(record.id);
      }
      return resumed;
    },

    async close() {
      abort.abort();
      await Promise.all(running.values());
    },
  };
}
