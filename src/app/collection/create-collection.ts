import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import { type Clock, type DurationMs, durationMs, MINUTE } from '#core/time.ts';
import {
  createDiscoveredWorkloads,
  type DiscoveredWorkloads,
} from '../discovery/discovered-workloads.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';
import { type CadenceLog, createCadenceLog } from './cadence-log.ts';
import { createMetricsLedger, type MetricsLedger } from './metrics-ledger.ts';
import { type Watched, watchedWorkloads } from './watched.ts';

/** What is read from CloudWatch, how often, and for how much. */
export interface Collection {
  readonly watched: Watched;
  readonly discovered: DiscoveredWorkloads;
  readonly ledger: MetricsLedger;
  readonly cadences: CadenceLog;
  /** From one round to the next. */
  readonly every: DurationMs;
  readonly monthlyBudgetUsd: number;
}

/** Builds the repositories of the collection over a catalog. Does no I/O. */
export function createCollection(
  catalog: CatalogStore,
  clock: Clock,
  {
    workloads,
    collection,
    schedules,
  }: Pick<HeliosConfig, 'workloads' | 'collection' | 'schedules'>,
): Collection {
  const discovered = createDiscoveredWorkloads(catalog);
  const monthlyBudgetUsd = collection.monthly_budget_usd;
  return {
    watched: watchedWorkloads(workloads, discovered),
    discovered,
    ledger: createMetricsLedger(catalog, clock, monthlyBudgetUsd),
    cadences: createCadenceLog(catalog),
    every: durationMs(schedules.collect_every_minutes * MINUTE),
    monthlyBudgetUsd,
  };
}
