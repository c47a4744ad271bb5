import type { FoundIncident, Incident } from '#contracts/http/incidents.ts';
import type { IncidentRecord } from '#core/detect/incident-record.ts';
import { toIso } from '#core/time.ts';
import { incidentId } from '../incident-keys.ts';
import type { Workload } from '../workload-directory.ts';

/** An incident of a workload in the form in which it is stored and answered, not yet judged by anybody. */
export function toIncident(
  workload: Pick<Workload, 'id' | 'key' | 'simulated'>,
  record: IncidentRecord,
): Incident {
  return {
    id: incidentId({ workload: workload.key, start: record.start }),
    workload: workload.id,
    simulated: workload.simulated,
    ...toFoundIncident(record),
    feedback: null,
  };
}

/** An incident in the wire's words. */
export function toFoundIncident(record: IncidentRecord): FoundIncident {
  return {
    start: toIso(record.start),
    end: record.end === null ? null : toIso(record.end),
    opened_at: toIso(record.openedAt),
    peak: { ...record.peak, at: toIso(record.peak.at) },
    severity: record.severity,
    direction: record.direction,
    state: record.state,
    ended_because: record.endedBecause,
    metrics: record.metrics.map(({ expected, lower, upper, ...metric }) => ({
      ...metric,
      expected_value: expected,
      lower_bound: lower,
      upper_bound: upper,
    })),
    detectors: [...record.detectors],
    message: record.message,
  };
}
