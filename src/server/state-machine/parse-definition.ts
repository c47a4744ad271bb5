import type * as z from 'zod';
import { DomainError } from '#core/errors.ts';
import { createExpressions, type Expressions } from './expression.ts';
import { type Flow, type State, type StateMachine, StateMachineSchema } from './schema.ts';

/**
 * Checks a definition as Step Functions does when it is deployed, and refuses every field and state
 * type that the interpreter does not run.
 *
 * @throws {DomainError} `CONFIG_INVALID`, `details.path` names the field
 */
export function parseDefinition(definition: unknown): StateMachine {
  const parsed = StateMachineSchema.safeParse(definition);
  if (!parsed.success) throw fromZod(parsed.error);
  const names = new Set<string>();
  // Nothing is evaluated here, so no number is ever drawn.
  const expressions = createExpressions(() => 0);
  checkFlow(parsed.data, '', { names, expressions, outerVariables: new Set() });
  return parsed.data;
}

interface Checks {
  /** Every state name seen so far: names are unique in the whole state machine. */
  readonly names: Set<string>;
  readonly expressions: Expressions;
  /** Variables that the levels around this one assign and that it can see. */
  readonly outerVariables: ReadonlySet<string>;
}

function checkFlow(flow: Flow, path: string, checks: Checks): void {
  const at = path === '' ? 'States' : `${path}.States`;
  if (!Object.hasOwn(flow.States, flow.StartAt)) {
    throw invalid(path === '' ? 'StartAt' : `${path}.StartAt`, `no state ${flow.StartAt}`);
  }
  const variables = new Set(
    Object.values(flow.States).flatMap((state) => assignmentsOf(state).flatMap(Object.keys)),
  );
  for (const name of variables) {
    if (checks.outerVariables.has(name)) {
      throw invalid(
        at,
        `$${name} is assigned outside of this level, so it cannot be assigned here`,
      );
    }
  }
  const reached = reachable(flow);
  for (const [name, state] of Object.entries(flow.States)) {
    const here = `${at}.${name}`;
    if (checks.names.has(name)) throw invalid(here, 'another state has the same name');
    checks.names.add(name);
    checkTransitions(flow, state, here);
    if (!reached.has(name)) throw invalid(here, 'no state leads here');
    checkExpressions(state, here, checks.expressions);
    if (state.Type === 'Map') checkMapMode(state, here);
    checkInner(state, here, {
      ...checks,
      outerVariables: new Set([...checks.outerVariables, ...variables]),
    });
  }
}

function checkTransitions(flow: Flow, state: State, path: string): void {
  const isLast = state.Type === 'Succeed' || state.Type === 'Fail';
  if (!isLast && state.Type !== 'Choice') {
    if ((state.Next === undefined) === (state.End === undefined)) {
      throw invalid(path, 'exactly one of Next and End is needed');
    }
  }
  for (const next of targetsOf(state)) {
    if (!Object.hasOwn(flow.States, next)) throw invalid(path, `no state ${next} on this level`);
  }
}

function targetsOf(state: State): string[] {
  const targets = [
    'Next' in state ? state.Next : undefined,
    'Default' in state ? state.Default : undefined,
    ...('Choices' in state ? state.Choices.map((choice) => choice.Next) : []),
    ...('Catch' in state ? state.Catch.map((catcher) => catcher.Next) : []),
  ];
  return targets.filter((target) => target !== undefined);
}

function reachable(flow: Flow): Set<string> {
  const reached = new Set([flow.StartAt]);
  // A set that grows while it is walked: each state is visited once.
  for (const name of reached) {
    const state = flow.States[name];
    for (const target of state === undefined ? [] : targetsOf(state)) reached.add(target);
  }
  return reached;
}

function assignmentsOf(state: State): Readonly<Record<string, unknown>>[] {
  const assignments = [
    'Assign' in state ? state.Assign : undefined,
    ...('Choices' in state ? state.Choices.map((choice) => choice.Assign) : []),
    ...('Catch' in state ? state.Catch.map((catcher) => catcher.Assign) : []),
  ];
  return assignments.filter((assignment) => assignment !== undefined);
}

/** Every field of a state that is evaluated; the others are names, numbers and inner states. */
const PLAIN_FIELDS = new Set([
  'Type',
  'Comment',
  'QueryLanguage',
  'Resource',
  'Next',
  'End',
  'Default',
  'Retry',
  'Label',
  'Branches',
  'ItemProcessor',
]);

function checkExpressions(state: State, path: string, expressions: Expressions): void {
  for (const [field, value] of Object.entries(state)) {
    if (!PLAIN_FIELDS.has(field)) expressions.check(value, `${path}.${field}`);
  }
}

function checkMapMode(state: Extract<State, { Type: 'Map' }>, path: string): void {
  if (state.Items !== undefined && state.ItemReader !== undefined) {
    throw invalid(path, 'at most one of Items and ItemReader is allowed');
  }
  if (state.ItemProcessor.ProcessorConfig.Mode === 'DISTRIBUTED') return;
  for (const field of [
    'ItemReader',
    'ItemBatcher',
    'ResultWriter',
    'ToleratedFailurePercentage',
    'ToleratedFailureCount',
    'Label',
  ] as const) {
    if (state[field] !== undefined) {
      throw invalid(`${path}.${field}`, 'only a DISTRIBUTED Map has this field');
    }
  }
}

function checkInner(state: State, path: string, checks: Checks): void {
  if (state.Type === 'Parallel') {
    state.Branches.forEach((branch, index) => {
      checkFlow(branch, `${path}.Branches[${index}]`, checks);
    });
  }
  if (state.Type === 'Map') {
    const isDistributed = state.ItemProcessor.ProcessorConfig.Mode === 'DISTRIBUTED';
    checkFlow(state.ItemProcessor, `${path}.ItemProcessor`, {
      ...checks,
      // Child executions see no variable of their parent, so they may use its names.
      outerVariables: isDistributed ? new Set() : checks.outerVariables,
    });
  }
}

function fromZod(error: z.ZodError): DomainError {
  const issues = error.issues.map((issue) => ({ path: pathOf(issue), message: messageOf(issue) }));
  const first = issues[0] ?? { path: '', message: error.message };
  return new DomainError('CONFIG_INVALID', `state machine: ${first.path}: ${first.message}`, {
    path: first.path,
    issues,
  });
}

function pathOf(issue: z.core.$ZodIssue): string {
  const path =
    issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
  return path.reduce<string>((joined, part) => {
    if (typeof part === 'number') return `${joined}[${part}]`;
    return joined === '' ? String(part) : `${joined}.${String(part)}`;
  }, '');
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'the interpreter does not know this field';
  if (issue.code === 'invalid_union' && issue.path.at(-1) === 'Type') {
    return 'the interpreter does not know this type of state';
  }
  return issue.message;
}

function invalid(path: string, why: string): DomainError {
  return new DomainError('CONFIG_INVALID', `state machine: ${path}: ${why}`, { path });
}
