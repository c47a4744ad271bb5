import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Collection } from '#app/collection/create-collection.ts';
import type { CollectPlan } from '#app/scheduled/collect.ts';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import { type Clock, DAY, durationMs, SECOND } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import { clientsByPlace, type PlaceSettings, placeSettings } from '../aws/places.ts';
import { cloudWatchSource } from './cloudwatch-source.ts';

/** How a workload is read, if it is read at all. */
export type PlanLookup = (key: WorkloadKey) => Promise<CollectPlan | undefined>;

/** A client of CloudWatch whose tries are counted by its caller, and so has none of its own. */
export function cloudWatchClient(settings: PlaceSettings): CloudWatchClient {
  return new CloudWatchClient({
    ...settings,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000 },
  });
}

/** How the workloads are read that are configured or were discovered. Clients are built when needed. */
export function cloudWatchPlans(
  config: Pick<HeliosConfig, 'accounts' | 'collection'>,
  { watched, ledger }: Pick<Collection, 'watched' | 'ledger'>,
  clock: Clock,
  createClient: (settings: PlaceSettings) => CloudWatchClient = cloudWatchClient,
): PlanLookup {
  const { settle_seconds, reread_seconds, backfill_days } = config.collection;
  const source = cloudWatchSource({
    clientOf: clientsByPlace(createClient, placeSettings(config.accounts, clock)),
    clock,
    workloadOf: (key) => watched.get(key),
    allowance: ledger,
    settle: durationMs(settle_seconds * SECOND),
  });
  return async (key) => {
    const workload = await watched.get(key);
    if (!workload) return undefined;
    return {
      source,
      metrics: Object.keys(workload.metrics),
      backfill: durationMs(backfill_days * DAY),
      reread: durationMs(reread_seconds * SECOND),
    };
  };
}
