import type { FeedbackRequest, Incident } from '#contracts/http/incidents.ts';
import { type Clock, toIso } from '#core/time.ts';
import type { IncidentLog } from '../incident-log.ts';

/** Who gives feedback without saying so. */
const UNKNOWN = 'unknown';

/**
 * Records what somebody says of an incident, or takes it back. Saying the same again changes nothing.
 *
 * @param caller - who the credentials of the request belong to, which wins over what it says itself
 * @throws {DomainError} `NOT_FOUND`
 */
export function giveFeedback(
  deps: { readonly incidents: IncidentLog; readonly clock: Clock },
  id: string,
  { label, note, by = UNKNOWN }: FeedbackRequest,
  caller: string | undefined,
): Promise<Incident> {
  const at = toIso(deps.clock.now());
  if (label === 'none') return deps.incidents.giveFeedback(id, null);
  return deps.incidents.giveFeedback(id, { label, by: caller ?? by, at, note: note ?? null });
}
