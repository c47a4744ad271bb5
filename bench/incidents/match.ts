import type { Incident as HeliosIncident } from '#contracts/http/incidents.ts';
import type { Incident } from '#core/simulate/incident.ts';
import { WEBSHOP_STEP } from '#core/simulate/webshop-parameters.ts';
import { durationMs, MINUTE } from '#core/time.ts';

/** So long after its end, an incident may still be told. */
const GRACE = durationMs(15 * MINUTE);

/** What became of one labelled incident. */
export interface MatchedLabel {
  readonly label: Incident;
  /** The incident that it was found by; undefined when it was missed. */
  readonly found: HeliosIncident | undefined;
  /** From its start to the end of the slot in which it was found; null when it was missed. */
  readonly delayMinutes: number | null;
}

/** The labels with what they were found by, and the incidents that no label explains. */
export interface Matches {
  readonly labels: readonly MatchedLabel[];
  readonly unexplained: readonly HeliosIncident[];
}

/** Compares what was opened with the truth. An incident may explain several labels, as people would. */
export function matchIncidents(
  labels: readonly Incident[],
  incidents: readonly HeliosIncident[],
): Matches {
  const matched = labels.map((label): MatchedLabel => {
    const moments = incidents
      .map((incident) => ({ incident, at: tellsAt(label, incident) }))
      .filter((each): each is { incident: HeliosIncident; at: number } => each.at !== undefined)
      .sort((a, b) => a.at - b.at);
    const [first] = moments;
    if (!first) return { label, found: undefined, delayMinutes: null };
    const delayMinutes = (first.at + WEBSHOP_STEP - label.start) / MINUTE;
    return { label, found: first.incident, delayMinutes };
  });
  const unexplained = incidents.filter((incident) =>
    labels.every((label) => tellsAt(label, incident) === undefined),
  );
  return { labels: matched, unexplained };
}

/** When an incident tells of a label: as it opens, or as it peaks because of it. */
function tellsAt(label: Incident, { opened_at, peak }: HeliosIncident): number | undefined {
  const isDuring = (at: number) => at >= label.start && at < label.end + GRACE;
  const opened = Date.parse(opened_at);
  if (isDuring(opened)) return opened;
  const peaked = Date.parse(peak.at);
  const isOurs = label.metrics.some((metric) => metric === peak.metric);
  return opened < label.start && isDuring(peaked) && isOurs ? peaked : undefined;
}
