import { epochMs } from '#core/time.ts';
import type { StateMachineEvent } from '#server/state-machine/events.ts';
import {
  runStateMachine,
  type StateMachineResult,
  type StateMachineRun,
} from '#server/state-machine/interpreter.ts';

/** What a test run gave, with everything the interpreter did on the way. */
export interface Recorded {
  readonly result: StateMachineResult;
  readonly sleeps: readonly number[];
  readonly events: readonly StateMachineEvent[];
}

export const INVOKE = 'arn:aws:states:::lambda:invoke';

/** A definition of these states that starts with the first. */
export function machine(states: Record<string, unknown>, more: Record<string, unknown> = {}) {
  return { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...more };
}

/** Runs a definition. Sleeping takes no time and is written down. */
export async function run(
  definition: unknown,
  options: Partial<StateMachineRun> = {},
): Promise<Recorded> {
  const sleeps: number[] = [];
  const events: StateMachineEvent[] = [];
  const result = await runStateMachine({
    definition,
    input: {},
    execution: { id: 'arn:run-1', name: 'run-1', startTime: epochMs(0) },
    tasks: async (_, args) => args,
    readObject: async () => undefined,
    writeObject: async () => {},
    sleep: async (ms) => {
      sleeps.push(ms);
    },
    random: () => 0.25,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { result, sleeps, events };
}

/** The output of a run that must succeed. */
export async function outputOf(definition: unknown, options: Partial<StateMachineRun> = {}) {
  const { result } = await run(definition, options);
  if (result.status !== 'SUCCEEDED') throw new Error(`${result.error}: ${result.cause}`);
  return result.output;
}

/** An error under the name that a definition matches. */
export function named(name: string, message = 'no message'): Error {
  return Object.assign(new Error(message), { name });
}
