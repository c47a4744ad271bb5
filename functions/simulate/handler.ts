import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { type RunReplayDeps, runReplay } from '#app/replay/run-replay.ts';
import { ReplayTaskInputSchema } from '#contracts/tasks/replay.ts';

/** The task of a replay's state machine: minutes of arithmetic that no HTTP call can wait for. */
export function createHandler(deps: RunReplayDeps, logger: EventLogger) {
  return createTaskHandler(
    'simulate',
    ReplayTaskInputSchema,
    (input) => runReplay(deps, input),
    logger,
  );
}
