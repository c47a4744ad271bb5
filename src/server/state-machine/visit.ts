import type { Timers } from '#server/timers.ts';
import type { StateMachineEvent, StatePath } from './events.ts';
import type { Expressions, StatesVariable } from './expression.ts';
import { StateError } from './state-error.ts';
import type { TaskRunner } from './tasks.ts';

/** Reads an object that an `ItemReader` names; undefined when there is none. */
export type ReadObject = (bucket: string, key: string) => Promise<Uint8Array | undefined>;

/** Writes an object that a `ResultWriter` names. */
export type WriteObject = (bucket: string, key: string, bytes: Uint8Array) => Promise<unknown>;

/** What the interpreter needs from outside, the same for a whole run. */
export interface Engine {
  readonly expressions: Expressions;
  readonly tasks: TaskRunner;
  readonly readObject: ReadObject;
  readonly writeObject: WriteObject;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly timers: Timers;
  /** Bound on the concurrency of every Map. */
  readonly maxConcurrency: number;
  readonly emit: (event: StateMachineEvent) => void;
}

/** `$states.context`, as far as it is supported. */
export interface ContextObject {
  readonly Execution: {
    readonly Id: string;
    readonly Input: unknown;
    readonly Name: string;
    readonly StartTime: string;
  };
  readonly State?: { readonly Name: string };
  readonly Map?: { readonly Item: { readonly Index: number; readonly Value: unknown } };
}

/** Where the interpreter is: what the states of one level share, or one state sees. */
export interface Visit {
  readonly engine: Engine;
  readonly path: StatePath;
  readonly context: ContextObject;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Aborted when this level is to end early; its reason is what the level fails with. */
  readonly signal: AbortSignal;
  readonly history: History;
}

/** Counts the events of an execution. */
export interface History {
  events: number;
}

/** Step Functions ends a Standard execution whose history grows beyond this. */
export const MAX_HISTORY_EVENTS = 25_000;

/**
 * Counts events against the limit of Step Functions, which also ends a loop that never would.
 * @throws {StateError} `States.Runtime`
 */
export function countEvents(history: History, events: number): void {
  history.events += events;
  if (history.events > MAX_HISTORY_EVENTS) {
    throw new StateError(
      'States.Runtime',
      `the execution has more than ${MAX_HISTORY_EVENTS} history events`,
    );
  }
}

/** The name of a state, as errors call it. */
export function labelOf(visit: Visit): string {
  return visit.path.join('/');
}

/** Evaluates one field of the visited state. @throws {StateError} `States.QueryEvaluationError` */
export function evaluateField(
  visit: Visit,
  field: string,
  template: unknown,
  states: Omit<StatesVariable, 'context'>,
): Promise<unknown> {
  return visit.engine.expressions.evaluate(
    template,
    { states: { ...states, context: visit.context }, variables: visit.variables },
    `${field} of ${labelOf(visit)}`,
  );
}

/** Evaluates a field that must be a number. @throws {StateError} `States.QueryEvaluationError` */
export async function evaluateNumber(
  visit: Visit,
  field: string,
  template: number | string,
  input: unknown,
  range: { readonly min: number; readonly max: number; readonly integer: boolean },
): Promise<number> {
  const value = await evaluateField(visit, field, template, { input });
  const isRight =
    typeof value === 'number' &&
    value >= range.min &&
    value <= range.max &&
    (!range.integer || Number.isInteger(value));
  if (isRight) return value;
  throw new StateError(
    'States.QueryEvaluationError',
    `${field} of ${labelOf(visit)} must be ${range.integer ? 'a whole number' : 'a number'} from ` +
      `${range.min} to ${range.max}, got ${JSON.stringify(value)}`,
  );
}
