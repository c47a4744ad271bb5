import type { EventLogger } from '#adapters/lambda/logger.ts';
import { type DispatchDeps, dispatch } from '#app/scheduled/dispatch.ts';
import { ScheduleEventSchema } from '#contracts/events.ts';

/** Deals the work of a schedule out to the queues. */
export function createHandler(deps: DispatchDeps, logger: EventLogger) {
  return async (event: unknown) => {
    const scheduled = ScheduleEventSchema.parse(event);
    const messages = await dispatch(deps, scheduled);
    logger.info('work dispatched', { task: scheduled.task, messages });
    return { messages };
  };
}
