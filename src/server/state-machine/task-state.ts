import { untilAborted } from '#server/timers.ts';
import { openScope } from './concurrency.ts';
import { copyPayload } from './json.ts';
import type { TaskState } from './schema.ts';
import { StateError } from './state-error.ts';
import { countEvents, evaluateField, evaluateNumber, labelOf, type Visit } from './visit.ts';

/**
 * Runs a Task state: its arguments and its result are copies, and after its timeout or the end of its
 * level nobody waits for it any more.
 *
 * @throws {StateError} what the task failed with, `States.Timeout`, `States.QueryEvaluationError`,
 * `States.DataLimitExceeded`
 */
export async function runTask(visit: Visit, state: TaskState, input: unknown): Promise<unknown> {
  // TaskScheduled, TaskStarted, and TaskSucceeded or TaskFailed.
  countEvents(visit.history, 3);
  const { engine } = visit;
  const label = labelOf(visit);
  const args =
    state.Arguments === undefined
      ? input
      : await evaluateField(visit, 'Arguments', state.Arguments, { input });
  const copy = copyPayload(args, `the arguments of ${label}`);
  const scope = openScope(visit.signal);
  let timeout: unknown;
  try {
    if (state.TimeoutSeconds !== undefined) {
      const range = { min: 1, max: 99_999_999, integer: true };
      const { TimeoutSeconds: field } = state;
      const seconds = await evaluateNumber(visit, 'TimeoutSeconds', field, input, range);
      timeout = engine.timers.set(() => {
        scope.abort(new StateError('States.Timeout', `${label} took longer than ${seconds} s`));
      }, seconds * 1_000);
    }
    const result = await untilAborted(
      callTask(visit, state.Resource, copy, scope.signal),
      scope.signal,
    );
    return copyPayload(result, `the result of ${label}`);
  } finally {
    engine.timers.clear(timeout);
    scope.release();
  }
}

async function callTask(
  visit: Visit,
  resource: string,
  args: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return await visit.engine.tasks(resource, args, { signal });
  } catch (error) {
    if (error instanceof StateError) throw error;
    if (error instanceof Error) throw new StateError(error.name, error.message);
    throw new StateError('States.TaskFailed', String(error));
  }
}
