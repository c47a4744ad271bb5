import type { Feedback, Incident } from '#contracts/http/incidents.ts';
import { type JudgedIncident, recurrenceOf } from '#core/detect/expected.ts';
import { type EpochMs, epochMs, toIso } from '#core/time.ts';

/** Who says what was concluded from earlier feedback. */
export const HELIOS = 'helios';

/** An incident as the rules on expected ones see it. */
export function judged({ start, end, metrics, direction, feedback }: Incident): JudgedIncident {
  return {
    start: epochMs(Date.parse(start)),
    end: end === null ? null : epochMs(Date.parse(end)),
    metrics: metrics.map(({ metric }) => metric),
    direction,
    feedback: feedback && { label: feedback.label, byPerson: feedback.by !== HELIOS },
  };
}

/**
 * What earlier feedback says of an incident that opens: `expected`, with the incidents it is like, or
 * nothing.
 *
 * @param past - incidents of the same workload, of the last five weeks at least
 */
export function concludeFeedback(
  opening: Incident,
  past: readonly Incident[],
  now: EpochMs,
): Feedback | null {
  const seen = past.map((incident) => ({ ...judged(incident), id: incident.id }));
  const [newest, ...others] = recurrenceOf(judged(opening), seen);
  if (!newest) return null;
  const note = `like ${1 + others.length} at this time of day that were marked expected, the last of them ${newest.id}`;
  return { label: 'expected', by: HELIOS, at: toIso(now), note };
}
