import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { type ActuateDeps, actuate } from '#app/actuation/actuate.ts';
import { ActuateEventSchema } from '#contracts/events.ts';

/** Raises the minimums of configured scalable targets for as long as that is recommended. */
export function createHandler(deps: ActuateDeps, logger: EventLogger) {
  const work = async () => {
    const { run, failures } = await actuate(deps);
    for (const { resource_id, because, steps } of run.targets) {
      if (steps.length === 0) continue;
      const name = run.dry_run ? 'minimum would be changed' : 'minimum changed';
      logger.info(name, { resource_id, ...because, steps });
    }
    for (const { target, error } of failures) {
      logger.error('target failed', { target, error: String(error) });
    }
    // Tried again as a whole, and seen by the alarm: doing it twice is doing it once.
    if (failures.length > 0) throw new Error(`${failures.length} scalable targets failed`);
    return { targets: run.targets.length, dry_run: run.dry_run, stopped: run.stopped };
  };
  return createTaskHandler('actuate', ActuateEventSchema, work, logger);
}
