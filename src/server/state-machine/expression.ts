import jsonata from 'jsonata';
import { DomainError } from '#core/errors.ts';
import { StateError } from './state-error.ts';
import { stepFunctionsLibrary } from './step-functions-library.ts';

/** What `$states` holds while a field is evaluated. */
export interface StatesVariable {
  readonly input: unknown;
  readonly result?: unknown;
  readonly errorOutput?: unknown;
  readonly context: unknown;
}

/** What an expression can see: `$states`, and each assigned variable under its name. */
export interface Bindings {
  readonly states: StatesVariable;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Evaluates the fields of a definition that may hold expressions. */
export interface Expressions {
  /**
   * Compiles everything in `template` and evaluates nothing.
   * @throws {DomainError} `CONFIG_INVALID` for a syntax error, `$eval`, or a half-open expression
   */
  check(template: unknown, path: string): void;
  /**
   * A copy of `template` in which every string that is wholly `{% … %}` is replaced by its value.
   * @param field - names the field in the error, e.g. `Output of Plan`
   * @throws {StateError} `States.QueryEvaluationError`, also where an expression gives nothing
   */
  evaluate(template: unknown, bindings: Bindings, field: string): Promise<unknown>;
}

const EXPRESSION = /^\{%([\s\S]*)%\}$/;

/**
 * A cache of compiled JSONata expressions.
 *
 * @param random - gives numbers in [0, 1) to `$random` and `$uuid`
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export function createExpressions(random: () => number): Expressions {
  const compiled = new Map<string, jsonata.Expression>();
  const library = stepFunctionsLibrary(random);

  const compile = (source: string, path: string): jsonata.Expression => {
    const cached = compiled.get(source);
    if (cached !== undefined) return cached;
    const expression = parse(source, path);
    for (const { name, signature, implementation } of library) {
      expression.registerFunction(name, implementation, signature);
    }
    compiled.set(source, expression);
    return expression;
  };

  const evaluateOne = async (source: string, bindings: Bindings, field: string) => {
    const fail = (why: string) =>
      new StateError(
        'States.QueryEvaluationError',
        `the expression '${source}' of ${field} ${why}`,
      );
    let value: unknown;
    try {
      value = await compile(source, field).evaluate(undefined, {
        ...bindings.variables,
        states: bindings.states,
      });
      value = value === undefined ? undefined : toPlainJson(value);
    } catch (error) {
      throw fail(`failed: ${messageOf(error)}`);
    }
    if (value === undefined) throw fail('returned nothing (undefined)');
    return value;
  };

  const evaluate: Expressions['evaluate'] = async (template, bindings, field) => {
    if (typeof template === 'string') {
      const source = EXPRESSION.exec(template)?.[1];
      return source === undefined ? template : evaluateOne(source, bindings, field);
    }
    if (Array.isArray(template)) {
      return Promise.all(template.map((item) => evaluate(item, bindings, field)));
    }
    if (typeof template !== 'object' || template === null) return template;
    const entries = Object.entries(template).map(async ([key, item]) => [
      key,
      await evaluate(item, bindings, field),
    ]);
    return Object.fromEntries(await Promise.all(entries));
  };

  const check: Expressions['check'] = (template, path) => {
    if (typeof template === 'string') {
      const source = EXPRESSION.exec(template)?.[1];
      if (source !== undefined) compile(source, path);
      else if (/^\s*\{%|%\}\s*$/.test(template)) {
        throw invalid(
          path,
          'an expression opens with {% and closes with %}, without spaces around',
        );
      }
    } else if (Array.isArray(template)) {
      template.forEach((item, index) => {
        check(item, `${path}[${index}]`);
      });
    } else if (typeof template === 'object' && template !== null) {
      for (const [key, item] of Object.entries(template)) check(item, `${path}.${key}`);
    }
  };

  return { check, evaluate };
}

function parse(source: string, path: string): jsonata.Expression {
  let expression: jsonata.Expression;
  try {
    expression = jsonata(source);
  } catch (error) {
    throw invalid(path, messageOf(error));
  }
  if (mentionsEval(expression.ast(), new Set())) {
    throw invalid(path, '$eval is not allowed: data must never run as code');
  }
  return expression;
}

/** Whether `$eval` is named anywhere in a syntax tree, also as a value to be called later. */
function mentionsEval(node: unknown, seen: Set<unknown>): boolean {
  if (typeof node !== 'object' || node === null || seen.has(node)) return false;
  seen.add(node);
  if ('type' in node && node.type === 'variable' && 'value' in node && node.value === 'eval') {
    return true;
  }
  return Object.values(node).some((child) => mentionsEval(child, seen));
}

// JSONata's arrays carry hidden marks, which would turn a copy of one element into the element.
function toPlainJson(value: unknown): unknown {
  const text = JSON.stringify(value, (_, item: unknown) => {
    const isFunction =
      typeof item === 'function' ||
      (typeof item === 'object' &&
        item !== null &&
        ('_jsonata_function' in item || '_jsonata_lambda' in item));
    if (isFunction) throw new TypeError('a function is not data');
    if (typeof item === 'number' && !Number.isFinite(item)) {
      throw new RangeError(`JSON has no number ${item}`);
    }
    return item;
  });
  return JSON.parse(text);
}

function messageOf(error: unknown): string {
  // JSONata throws plain objects, not errors.
  if (typeof error === 'object' && error !== null && 'message' in error) {
    return String(error.message);
  }
  return String(error);
}

function invalid(path: string, why: string): DomainError {
  return new DomainError('CONFIG_INVALID', `state machine: ${path}: ${why}`, { path });
}
