import { isDomainError } from '#core/errors.ts';
import { isHeartbeat } from '#core/simulate/heartbeat.ts';
import { type Clock, type EpochMs, toIso } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import type { HeartbeatLog } from '../heartbeat/heartbeat-log.ts';
import type { ModelRegistry } from '../model-registry.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { sourcesOf, type WorkloadDirectory } from '../workload-directory.ts';

export interface HealthDeps {
  readonly directory: WorkloadDirectory;
  readonly registry: ModelRegistry;
  readonly heartbeats: Pick<HeartbeatLog, 'read'>;
  readonly catalog: CatalogStore;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly startedAt: EpochMs;
  readonly codeVersion: string;
}

/** Whether the service answers, what it knows, and how old its newest observation is. */
export async function health(deps: HealthDeps) {
  const now = deps.clock.now();
  const workloads = await deps.directory.list();
  const subjects = await deps.registry.subjects();
  const served = subjects.filter(
    ({ workload, pointer }) =>
      pointer.champion !== null && !isHeartbeat(parseWorkloadKey(workload)),
  );
  const heartbeat = await deps.heartbeats.read(now);
  const isWell = heartbeat === null || ['ok', 'starting'].includes(heartbeat.state);
  const newest = Math.max(...workloads.map((workload) => workload.lastSeen));
  const sources = new Set(workloads.flatMap(sourcesOf));
  return {
    status: isWell ? ('healthy' as const) : ('degraded' as const),
    version: deps.codeVersion,
    timestamp: toIso(now),
    uptime_seconds: Math.round((now - deps.startedAt) / 1_000),
    models_loaded: served.length,
    workloads: workloads.length,
    sources: [...sources].sort(),
    data_age_seconds:
      workloads.length === 0 ? null : Math.max(0, Math.round((now - newest) / 1_000)),
    heartbeat,
  };
}

/** Whether the catalog and the object store answer. Never throws: a failed check is the answer. */
export async function ready(deps: HealthDeps) {
  const checks = await Promise.all([
    check('catalog', () => deps.catalog.get({ partition: 'workloads', id: 'ready' })),
    check('objects', () => deps.objects.get('models/ready')),
  ]);
  return { ready: checks.every(({ ok }) => ok), checks };
}

async function check(name: string, probe: () => Promise<unknown>) {
  try {
    await probe();
    return { name, ok: true, message: 'answers' };
  } catch (error) {
    // The route is open to anybody: what an unexpected error says is not for them.
    return { name, ok: false, message: isDomainError(error) ? error.message : 'does not answer' };
  }
}
