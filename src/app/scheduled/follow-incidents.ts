import type { DetectionConfig } from '#contracts/config/detection.ts';
import type { Incident } from '#contracts/http/incidents.ts';
import type { ScoredRow } from '#core/detect/assess.ts';
import { FEEDBACK_MEMORY, heldBack } from '#core/detect/expected.ts';
import type { IncidentPolicy } from '#core/detect/incident-policy.ts';
import {
  type IncidentChange,
  type IncidentTrackerState,
  trackIncidents,
} from '#core/detect/incidents.ts';
import { addMs, type EpochMs } from '#core/time.ts';
import { concludeFeedback, judged } from '../detection/conclude-feedback.ts';
import { policyOf } from '../detection/policy-of.ts';
import { toIncident } from '../detection/to-incident.ts';
import type { IncidentLog } from '../incident-log.ts';
import type { Workload } from '../workload-directory.ts';

/** Where rows have led a workload's tracker. */
export interface FollowedIncidents {
  readonly tracker: IncidentTrackerState;
  /** The incidents that have opened, moved on or closed, each once as it is now. */
  readonly changed: readonly Incident[];
}

/**
 * Moves a workload's tracker on over newer rows. What people have marked as expected is respected: it
 * opens nothing else while it lasts, and a like incident at its time of day opens as expected, too.
 */
export async function followIncidents(
  deps: {
    readonly incidents: Pick<IncidentLog, 'ofWorkload'>;
    readonly detection: DetectionConfig;
  },
  workload: Workload,
  tracker: IncidentTrackerState,
  rows: readonly ScoredRow[],
  now: EpochMs,
): Promise<FollowedIncidents> {
  const policy = policyOf(deps.detection);
  const plain = trackIncidents(tracker, rows, policy);
  const first = rows[0];
  // Feedback matters only where an incident opens, which is rare: it is not read before.
  if (!first || !plain.changes.some(({ kind }) => kind === 'opened')) {
    return { tracker: plain.state, changed: changedBy(workload, plain.changes) };
  }
  const since = addMs(first.at, FEEDBACK_MEMORY, -1);
  const past = await deps.incidents.ofWorkload(workload.key, since);
  return withFeedback(workload, tracker, rows, { policy, past, now });
}

/** Row by row, because each incident that ends may hold the next one back. */
function withFeedback(
  workload: Workload,
  start: IncidentTrackerState,
  rows: readonly ScoredRow[],
  options: {
    readonly policy: IncidentPolicy;
    readonly past: readonly Incident[];
    readonly now: EpochMs;
  },
): FollowedIncidents {
  const { policy, now } = options;
  const known = new Map(options.past.map((incident) => [incident.id, incident]));
  const changed = new Map<string, Incident>();
  let tracker = start;
  for (const row of rows) {
    const { state, changes } = trackIncidents(tracker, [row], policy, {
      heldBack: (at) => heldBack([...known.values()].map(judged), at, policy.refractory),
    });
    tracker = state;
    for (const change of changes) {
      const incident = toIncident(workload, change.incident);
      const others = [...known.values()].filter(({ id }) => id !== incident.id);
      const feedback =
        change.kind === 'opened'
          ? concludeFeedback(incident, others, now)
          : (known.get(incident.id)?.feedback ?? null);
      const followed = { ...incident, feedback };
      known.set(incident.id, followed);
      changed.set(incident.id, followed);
    }
  }
  return { tracker, changed: [...changed.values()] };
}

function changedBy(workload: Workload, changes: readonly IncidentChange[]): readonly Incident[] {
  const incidents = changes.map(({ incident }) => toIncident(workload, incident));
  return [...new Map(incidents.map((incident) => [incident.id, incident])).values()];
}
