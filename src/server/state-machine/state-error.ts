/**
 * What a state fails with: the error name that `Retry` and `Catch` match, and a cause for people.
 * The only kind of exception that a definition can catch; any other is a fault of the interpreter.
 */
export class StateError extends Error {
  override readonly name: string;
  override readonly cause: string;

  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.name = error;
    this.cause = cause;
  }
}

/**
 * Tells whether the error named `error` is meant by an `ErrorEquals` list. `States.TaskFailed`
 * stands for everything but a timeout; `States.ALL` for everything; neither for the two errors that
 * Step Functions treats as terminal, and `States.Runtime` cannot be named at all.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 * @example
 * ```ts
 * matchesError(['States.TaskFailed'], 'THROTTLED'); // => true
 * matchesError(['States.TaskFailed'], 'States.Timeout'); // => false
 * matchesError(['States.ALL'], 'States.DataLimitExceeded'); // => false
 * ```
 */
export function matchesError(errorEquals: readonly string[], error: string): boolean {
  if (error === 'States.Runtime') return false;
  if (errorEquals.includes(error)) return true;
  if (error === 'States.DataLimitExceeded') return false;
  if (errorEquals.includes('States.ALL')) return true;
  return errorEquals.includes('States.TaskFailed') && error !== 'States.Timeout';
}
