import type {
  Actuation,
  ActuationSwitch,
  ActuationSwitchRequest,
} from '#contracts/http/actuation.ts';
import { type Clock, toIso } from '#core/time.ts';
import type { ActuationLog } from './actuation-log.ts';

export interface ActuationQueryDeps {
  readonly actuation: ActuationLog;
  readonly clock: Clock;
}

/** Whether actuation is stopped, and what its last run did, or would have done. */
export async function readActuation({ actuation }: ActuationQueryDeps): Promise<Actuation> {
  return { switch: await actuation.switch(), last_run: (await actuation.lastRun()) ?? null };
}

/**
 * Stops all actuation, or lets it go on. Stopping takes effect with the next run, at most five
 * minutes later: it withdraws what has not run yet and takes back what has.
 *
 * @param caller - who asks, where the request was signed
 */
export async function switchActuation(
  { actuation, clock }: ActuationQueryDeps,
  stopped: boolean,
  { note }: ActuationSwitchRequest,
  caller: string | undefined,
): Promise<ActuationSwitch> {
  const next = {
    stopped,
    changed_at: toIso(clock.now()),
    changed_by: caller ?? null,
    note: note ?? null,
  };
  await actuation.setSwitch(next);
  return next;
}
