import * as z from 'zod';
import { StateError } from './state-error.ts';

/**
 * Does what a Task state names. `resource` is the state's `Resource`, `args` its evaluated
 * `Arguments`. An Error's name is the error name that `Retry` and `Catch` match. The signal is
 * aborted when nobody waits for the result any more.
 */
export type TaskRunner = (
  resource: string,
  args: unknown,
  options: { readonly signal: AbortSignal },
) => Promise<unknown>;

/** A function behind `lambda:invoke`: payload in, payload out. */
export type LambdaFunction = (
  payload: unknown,
  options: { readonly signal: AbortSignal },
) => Promise<unknown>;

const LAMBDA_INVOKE = /^arn:[\w-]+:states:::lambda:invoke$/;

// Strict: a field such as InvocationType would change on AWS what happens here.
const InvokeSchema = z.strictObject({ FunctionName: z.string().min(1), Payload: z.unknown() });

/**
 * Runs `lambda:invoke` tasks on local functions, found by the `FunctionName` that the definition was
 * bound to. As on AWS the result is `{ Payload, StatusCode }`, and a failure's cause is the JSON text
 * of what Lambda reports: `errorType` (the error's name), `errorMessage` and `trace`, which stays
 * empty here.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
 */
export function lambdaTasks(functions: Readonly<Record<string, LambdaFunction>>): TaskRunner {
  return async (resource, args, options) => {
    if (!LAMBDA_INVOKE.test(resource)) {
      throw new StateError('States.Runtime', `no task runs ${resource} here`);
    }
    const parsed = InvokeSchema.safeParse(args);
    if (!parsed.success) {
      throw new StateError(
        'States.Runtime',
        `lambda:invoke takes FunctionName and Payload, got ${Object.keys(Object(args)).join(', ')}`,
      );
    }
    const { FunctionName: name, Payload: payload } = parsed.data;
    const invoke = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (invoke === undefined) {
      throw new StateError('Lambda.ResourceNotFoundException', `no function ${name}`);
    }
    try {
      return { Payload: await invoke(payload, options), StatusCode: 200 };
    } catch (error) {
      const errorType = error instanceof Error ? error.name : 'Error';
      const errorMessage = error instanceof Error ? error.message : String(error);
      throw new StateError(errorType, JSON.stringify({ errorType, errorMessage, trace: [] }));
    }
  };
}
