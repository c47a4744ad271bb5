import { type EpochMs, toIso } from '#core/time.ts';
import { nodeTimers, type Sleep, type Timers, untilAborted } from '#server/timers.ts';
import { openScope, runConcurrently } from './concurrency.ts';
import type { StateMachineEvent } from './events.ts';
import { createExpressions } from './expression.ts';
import { copyPayload } from './json.ts';
import { runMap } from './map-state.ts';
import { parseDefinition } from './parse-definition.ts';
import { retryCounter } from './retry.ts';
import type {
  Catcher,
  ChoiceState,
  Flow,
  MapState,
  ParallelState,
  State,
  TaskState,
} from './schema.ts';
import { matchesError, StateError } from './state-error.ts';
import { runTask } from './task-state.ts';
import type { TaskRunner } from './tasks.ts';
import {
  countEvents,
  evaluateField,
  evaluateNumber,
  labelOf,
  type ReadObject,
  type Visit,
  type WriteObject,
} from './visit.ts';

/** One execution of a state machine. */
export interface StateMachineRun {
  /** Amazon States Language, with every placeholder bound (`bindDefinition`). */
  readonly definition: unknown;
  readonly input: unknown;
  readonly execution: {
    readonly id: string;
    readonly name: string;
    readonly startTime: EpochMs;
  };
  readonly tasks: TaskRunner;
  readonly readObject: ReadObject;
  readonly writeObject: WriteObject;
  /** Waits of Wait states and between retries. */
  readonly sleep: Sleep;
  /** Numbers in [0, 1) for jitter, `$random` and `$uuid`. */
  readonly random: () => number;
  /** For `TimeoutSeconds`. */
  readonly timers?: Timers;
  /** Bound on the concurrency of every Map, whatever its `MaxConcurrency` says; default 40. */
  readonly maxConcurrency?: number;
  readonly onEvent?: (event: StateMachineEvent) => void;
  /** Ends the run early: it fails with the error `Aborted`. */
  readonly signal?: AbortSignal;
}

/** How an execution ended. */
export type StateMachineResult =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string };

/** What Step Functions runs at most at once in an INLINE Map, and so a fair bound for one process. */
const DEFAULT_MAX_CONCURRENCY = 40;

/**
 * Runs a state machine in this process as Step Functions would run it: the definition is the very
 * object that is deployed. A task that outlives its timeout or its run is no longer waited for.
 *
 * @throws {DomainError} `CONFIG_INVALID` when the definition has a field this interpreter does not
 * run. Everything that happens during the run is in the result instead.
 */
export async function runStateMachine(run: StateMachineRun): Promise<StateMachineResult> {
  const machine = parseDefinition(run.definition);
  const timers = run.timers ?? nodeTimers();
  const scope = openScope(run.signal);
  let timeout: unknown;
  try {
    const input = copyPayload(run.input, 'the input of the execution');
    if (machine.TimeoutSeconds !== undefined) {
      timeout = timers.set(() => {
        const cause = `the execution took longer than ${machine.TimeoutSeconds} s`;
        scope.abort(new StateError('States.Timeout', cause));
      }, machine.TimeoutSeconds * 1_000);
    }
    const output = await runFlow(machine, input, {
      engine: {
        expressions: createExpressions(run.random),
        tasks: run.tasks,
        readObject: run.readObject,
        writeObject: run.writeObject,
        sleep: (ms, signal) => untilAborted(run.sleep(ms, signal), signal),
        random: run.random,
        timers,
        maxConcurrency: run.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY,
        emit: run.onEvent ?? (() => {}),
      },
      path: [],
      context: {
        Execution: {
          Id: run.execution.id,
          Input: input,
          Name: run.execution.name,
          StartTime: toIso(run.execution.startTime),
        },
      },
      variables: {},
      signal: scope.signal,
      history: { events: 0 },
    });
    return { status: 'SUCCEEDED', output };
  } catch (thrown) {
    if (run.signal?.aborted) {
      return { status: 'FAILED', error: 'Aborted', cause: String(run.signal.reason) };
    }
    const error: unknown = scope.signal.aborted ? scope.signal.reason : thrown;
    if (!(error instanceof StateError)) throw error;
    return { status: 'FAILED', error: error.name, cause: error.cause };
  } finally {
    timers.clear(timeout);
    scope.release();
  }
}

/** What a state leaves behind. Without `next` its level ends. */
interface Outcome {
  readonly output: unknown;
  readonly assigned: Readonly<Record<string, unknown>>;
  readonly next: string | undefined;
}

async function runFlow(flow: Flow, input: unknown, level: Visit): Promise<unknown> {
  let variables = level.variables;
  let payload = input;
  let name: string | undefined = flow.StartAt;
  while (name !== undefined) {
    level.signal.throwIfAborted();
    // StateEntered and StateExited.
    countEvents(level.history, 2);
    const state = stateNamed(flow, name);
    const visit: Visit = {
      ...level,
      path: [...level.path, name],
      context: { ...level.context, State: { Name: name } },
      variables,
    };
    level.engine.emit({ type: 'entered', path: visit.path });
    const outcome = await runState(visit, state, payload).catch((error: unknown) => {
      if (error instanceof StateError && !level.signal.aborted) {
        const { name: failure, cause } = error;
        level.engine.emit({ type: 'failed', path: visit.path, error: failure, cause });
      }
      throw error;
    });
    level.engine.emit({ type: 'exited', path: visit.path });
    variables = { ...variables, ...outcome.assigned };
    payload = outcome.output;
    name = outcome.next;
  }
  return payload;
}

function stateNamed(flow: Flow, name: string): State {
  const state = flow.States[name];
  if (state === undefined) throw new RangeError(`no state ${name}`);
  return state;
}

async function runState(visit: Visit, state: State, input: unknown): Promise<Outcome> {
  switch (state.Type) {
    case 'Pass':
      return leave(visit, state, { input }, state.Next, input);
    case 'Succeed':
      return leave(visit, state, { input }, undefined, input);
    case 'Fail': {
      const [error, cause] = await Promise.all([
        evaluateField(visit, 'Error', state.Error, { input }),
        evaluateField(visit, 'Cause', state.Cause, { input }),
      ]);
      throw new StateError(String(error), String(cause));
    }
    case 'Wait': {
      const range = { min: 0, max: 99_999_999, integer: true };
      const seconds = await evaluateNumber(visit, 'Seconds', state.Seconds, input, range);
      await visit.engine.sleep(seconds * 1_000, visit.signal);
      return leave(visit, state, { input }, state.Next, input);
    }
    case 'Choice':
      return choose(visit, state, input);
    case 'Task':
      return recovering(visit, state, input, () => runTask(visit, state, input));
    case 'Parallel':
      return recovering(visit, state, input, () => runParallel(visit, state, input));
    case 'Map':
      return recovering(visit, state, input, () => runMap(visit, state, input, runFlow));
  }
}

/** Output and Assign see the same values: a variable assigned here is new in the next state only. */
async function leave(
  visit: Visit,
  fields: {
    readonly Output?: unknown;
    readonly Assign?: Readonly<Record<string, unknown>> | undefined;
  },
  states: { readonly input: unknown; readonly result?: unknown; readonly errorOutput?: unknown },
  next: string | undefined,
  otherwise: unknown,
): Promise<Outcome> {
  const output =
    fields.Output === undefined
      ? otherwise
      : await evaluateField(visit, 'Output', fields.Output, states);
  const assigned = await evaluateField(visit, 'Assign', fields.Assign ?? {}, states);
  return {
    output: copyPayload(output, `the output of ${labelOf(visit)}`),
    assigned: Object(copyPayload(assigned, `what ${labelOf(visit)} assigns`)),
    next,
  };
}

async function choose(visit: Visit, state: ChoiceState, input: unknown): Promise<Outcome> {
  for (const choice of state.Choices) {
    const isMet = await evaluateField(visit, 'Condition', choice.Condition, { input });
    if (typeof isMet !== 'boolean') {
      throw new StateError(
        'States.QueryEvaluationError',
        `a Condition of ${labelOf(visit)} must be true or false, got ${JSON.stringify(isMet)}`,
      );
    }
    if (isMet) return leave(visit, choice, { input }, choice.Next, input);
  }
  if (state.Default === undefined) {
    throw new StateError('States.NoChoiceMatched', `no choice of ${labelOf(visit)} matched`);
  }
  return leave(visit, state, { input }, state.Default, input);
}

/** Runs a state that has `Retry` and `Catch`. */
async function recovering(
  visit: Visit,
  state: TaskState | ParallelState | MapState,
  input: unknown,
  attempt: () => Promise<unknown>,
): Promise<Outcome> {
  const { emit, random, sleep } = visit.engine;
  const retries = retryCounter(state.Retry, random);
  for (;;) {
    try {
      const result = await attempt();
      return await leave(visit, state, { input, result }, state.Next, result);
    } catch (error) {
      // An error of the level around this state is not this state's to catch.
      if (visit.signal.aborted) throw visit.signal.reason;
      if (!(error instanceof StateError)) throw error;
      const { name, cause } = error;
      const retry = retries.next(name);
      if (retry === undefined) {
        const catcher = state.Catch.find((rule) => matchesError(rule.ErrorEquals, name));
        if (catcher === undefined) throw error;
        return await recover(visit, catcher, input, error);
      }
      emit({ type: 'retried', path: visit.path, error: name, cause, ...retry });
      await sleep(retry.delayMs, visit.signal);
    }
  }
}

async function recover(
  visit: Visit,
  catcher: Catcher,
  input: unknown,
  error: StateError,
): Promise<Outcome> {
  const { name, cause } = error;
  visit.engine.emit({ type: 'caught', path: visit.path, error: name, cause, next: catcher.Next });
  const errorOutput = { Error: name, Cause: cause };
  return leave(visit, catcher, { input, errorOutput }, catcher.Next, errorOutput);
}

async function runParallel(visit: Visit, state: ParallelState, input: unknown): Promise<unknown> {
  const args =
    state.Arguments === undefined
      ? input
      : await evaluateField(visit, 'Arguments', state.Arguments, { input });
  const results: unknown[] = state.Branches.map(() => null);
  const count = state.Branches.length;
  await runConcurrently({ count, limit: count, parent: visit.signal }, async (index, signal) => {
    const branch = state.Branches[index];
    if (branch === undefined) return;
    const branchInput = copyPayload(args, `the input of a branch of ${labelOf(visit)}`);
    results[index] = await runFlow(branch, branchInput, {
      ...visit,
      path: [...visit.path, String(index)],
      signal,
    });
  });
  return copyPayload(results, `the result of ${labelOf(visit)}`);
}
