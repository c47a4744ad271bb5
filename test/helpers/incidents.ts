import { incidentId } from '#app/incident-keys.ts';
import type { Incident } from '#contracts/http/incidents.ts';
import { type EpochMs, toIso } from '#core/time.ts';
import { parseWorkloadKey, type WorkloadKey } from '#core/workload.ts';

/** An open incident of one metric. */
export function openIncidentAt(
  start: EpochMs,
  { key = 'default#shop#web#*', ...changes }: Partial<Incident> & { key?: WorkloadKey } = {},
): Incident {
  return {
    id: incidentId({ workload: key, start }),
    workload: parseWorkloadKey(key),
    simulated: false,
    start: toIso(start),
    end: null,
    opened_at: toIso(start),
    peak: { at: toIso(start), score: 3.5, metric: 'cpu_utilization' },
    severity: 'high',
    direction: 'above',
    state: 'open',
    ended_because: null,
    metrics: [
      {
        metric: 'cpu_utilization',
        score: 3.5,
        share: 1,
        value: 0.9,
        expected_value: 0.5,
        lower_bound: 0.4,
        upper_bound: 0.6,
        direction: 'above',
      },
    ],
    detectors: ['residual'],
    message: 'cpu_utilization is 80 % above what is usual',
    feedback: null,
    ...changes,
  };
}

/** The same incident once it has ended. */
export function closedAt(incident: Incident, end: EpochMs): Incident {
  return { ...incident, end: toIso(end), state: 'closed', ended_because: 'recovered' };
}
