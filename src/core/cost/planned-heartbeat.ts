import type { PricedItem } from './aws-prices.ts';
import type { PlannedUse } from './cost-plan.ts';
import { trainingUse } from './planned-calls.ts';
import {
  collectionsOf,
  type Fleet,
  type PlannedDeployment,
  ROLL_UPS,
} from './planned-deployment.ts';
import { jobsUse } from './planned-jobs.ts';
import { storageUse } from './planned-storage.ts';

/** The heartbeat is a workload with one metric, which is asked of nobody. */
const HEARTBEAT: Fleet = { workloads: 1, metrics: 1, metricsRequested: 0, stepSeconds: 300 };

/** What Helios' watching itself uses, beside its alarm and its custom metric, which are counted with the others. */
export function heartbeatUse(of: PlannedDeployment): readonly PlannedUse[] {
  const alone = { ...of, fleets: [HEARTBEAT], requestsPerDay: 0, authorizedPerDay: 0 };
  const jobs = jobsUse(alone);
  const messages = (3 * collectionsOf(of) + ROLL_UPS) * 3;
  const quantities = new Map<PricedItem, number>([['sqs.requests', messages]]);
  for (const { item, quantity } of [
    ...jobs,
    // Once as it is collected, and once whatever became of that.
    ...jobs.filter(({ by }) => by === 'score'),
    ...trainingUse(alone, 1),
    ...storageUse(alone),
  ]) {
    quantities.set(item, (quantities.get(item) ?? 0) + quantity);
  }
  return [...quantities].map(([item, quantity]) => ({
    item,
    by: 'heartbeat',
    quantity,
    formula: 'as of 1 workload with 1 metric, scored twice a round',
    assumption: 'Helios watches itself; heartbeat.enabled: false leaves it out',
  }));
}
