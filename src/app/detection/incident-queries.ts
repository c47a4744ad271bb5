import type { Incident, IncidentDetail, IncidentQuery } from '#contracts/http/incidents.ts';
import { HEARTBEAT_WORKLOAD, isHeartbeat } from '#core/simulate/heartbeat.ts';
import { addMs, type Clock, durationMs, type EpochMs, epochMs, HOUR, toIso } from '#core/time.ts';
import type { WorkloadId } from '#core/workload.ts';
import type { IncidentLog } from '../incident-log.ts';
import { selectorParts, selectWorkload } from '../select-workload.ts';
import { requireWorkload, type WorkloadDirectory } from '../workload-directory.ts';
import type { DetectDeps } from './detect-deps.ts';

export interface IncidentDeps {
  readonly incidents: IncidentLog;
  readonly directory: WorkloadDirectory;
  readonly clock: Clock;
}

/**
 * Incidents, newest first: of the workload that a deployment names, otherwise of all workloads of the
 * namespace, cluster and container named, if any.
 *
 * @throws {DomainError} `NOT_FOUND` for an unknown workload, `REQUEST_INVALID`
 */
export async function listIncidents(
  deps: IncidentDeps,
  { state, severity, from, to, limit, ...selector }: IncidentQuery,
): Promise<{ incidents: readonly Incident[] }> {
  const { deployment, ...parts } = selectorParts(selector);
  const which =
    deployment === undefined
      ? { matches: hasParts(parts) }
      : { workload: (await requireWorkload(deps.directory, selectWorkload(selector))).key };
  // What opens while this is answered may be listed or not; nothing opens later than that.
  const now = epochMs(deps.clock.now() + 1);
  const incidents = await deps.incidents.list({
    ...which,
    ...(state === 'all' ? {} : { state }),
    ...(severity ? { severity } : {}),
    ...(from ? { from: momentOf(from) } : {}),
    before: to ? epochMs(Math.min(momentOf(to), now)) : now,
    limit,
  });
  return { incidents };
}

/** How long before an incident a deployment may have to do with it. */
const DEPLOYED_BEFORE = durationMs(6 * HOUR);

/** One incident with the deployments near it. @throws {DomainError} `NOT_FOUND` */
export async function getIncident(
  {
    incidents,
    marks,
    clock,
  }: Pick<IncidentDeps, 'incidents' | 'clock'> & Pick<DetectDeps, 'marks'>,
  id: string,
): Promise<IncidentDetail> {
  const incident = await incidents.get(id);
  const from = addMs(momentOf(incident.start), DEPLOYED_BEFORE, -1);
  const to = incident.end === null ? clock.now() : momentOf(incident.end);
  const at = await marks.deployments(incident.workload, { from, to });
  return { incident, deployments: { from: toIso(from), to: toIso(to), at: at.map(toIso) } };
}

function hasParts(asked: Omit<ReturnType<typeof selectorParts>, 'deployment'>) {
  // Its incidents are injected: they are listed for who asks for it.
  const withHeartbeat = asked.namespace === HEARTBEAT_WORKLOAD.namespace;
  return ({ namespace, cluster, container, deployment }: WorkloadId) =>
    (withHeartbeat || !isHeartbeat({ namespace, cluster, container, deployment })) &&
    (asked.namespace ?? namespace) === namespace &&
    (asked.cluster ?? cluster) === cluster &&
    (asked.container ?? container) === container;
}

/** Times before 1970 mean its beginning: nothing was observed earlier. */
function momentOf(timestamp: string): EpochMs {
  return epochMs(Math.max(0, Date.parse(timestamp)));
}
