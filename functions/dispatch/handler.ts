import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { type DispatchDeps, dispatch } from '#app/scheduled/dispatch.ts';
import { ScheduleEventSchema } from '#contracts/events.ts';

/** Deals the work of a schedule out to the queues. */
export function createHandler(deps: DispatchDeps, logger: EventLogger) {
  const work = async (scheduled: Parameters<typeof dispatch>[1]) => {
    const messages = await dispatch(deps, scheduled);
    logger.info('work dispatched', { task: scheduled.task, messages });
    return { messages };
  };
  return createTaskHandler('dispatch', ScheduleEventSchema, work, logger);
}
