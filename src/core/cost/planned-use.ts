import type { PlannedUse } from './cost-plan.ts';
import { dispatchUse, requestUse, trainingUse } from './planned-calls.ts';
import { type PlannedDeployment, workloadsOf } from './planned-deployment.ts';
import { heartbeatUse } from './planned-heartbeat.ts';
import { jobsUse } from './planned-jobs.ts';
import { storageUse } from './planned-storage.ts';
import { keyUse, queueUse, watchingUse } from './planned-watching.ts';

/** Everything a deployment uses in a month. Times and sizes are measured, see `plan-work.ts`. */
export function plannedUse(of: PlannedDeployment): readonly PlannedUse[] {
  const workloads = workloadsOf(of);
  return [
    ...jobsUse(of),
    ...dispatchUse(of, workloads),
    ...requestUse(of),
    ...trainingUse(of, workloads),
    ...storageUse(of),
    ...watchingUse(of, workloads),
    ...queueUse(of, workloads),
    ...(of.hasHeartbeat ? heartbeatUse(of) : []),
    ...(of.hasCustomerKey ? keyUse() : []),
  ].filter(({ quantity }) => quantity > 0);
}
