import * as z from 'zod';
import { metricsWithin } from '#core/cost/metrics-requested.ts';
import { type Clock, type EpochMs, toIso } from '#core/time.ts';
import { readRecord, updateRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';
import type { MetricsAllowance } from '../ports/metrics-allowance.ts';

const PARTITION = 'metrics-requested';

const MonthSchema = z.strictObject({
  requested: z.number().int().min(0),
  /** Metrics that were not requested, because the budget did not hold them. */
  refused: z.number().int().min(0),
});
export type MetricsOfMonth = z.infer<typeof MonthSchema>;

/** How many metrics were requested from CloudWatch, by calendar month in UTC, as AWS bills. */
export interface MetricsLedger extends MetricsAllowance {
  ofMonth(at: EpochMs): Promise<MetricsOfMonth>;
}

/**
 * A ledger in the catalog, one record a month, which all readers count in before they request: by
 * conditional writes, so that together they never pass the budget, however many run at once.
 */
export function createMetricsLedger(
  catalog: CatalogStore,
  clock: Clock,
  monthlyBudgetUsd: number,
): MetricsLedger {
  const limit = metricsWithin(monthlyBudgetUsd);
  const keyOf = (at: EpochMs) => ({ partition: PARTITION, id: monthName(at) });
  const change = (add: (month: MetricsOfMonth) => MetricsOfMonth) =>
    updateRecord(catalog, MonthSchema, keyOf(clock.now()), (current) => add(current ?? NONE));
  return {
    async ofMonth(at) {
      return (await readRecord(catalog, MonthSchema, keyOf(at))) ?? NONE;
    },
    async take(metrics) {
      let isTaken = false;
      await change((month) => {
        isTaken = month.requested + metrics <= limit;
        return isTaken
          ? { ...month, requested: month.requested + metrics }
          : { ...month, refused: month.refused + metrics };
      });
      return isTaken;
    },
    async giveBack(metrics) {
      await change((month) => ({ ...month, requested: Math.max(0, month.requested - metrics) }));
    },
  };
}

const NONE: MetricsOfMonth = { requested: 0, refused: 0 };

/** A month as it is written: `2026-11`. */
export function monthName(at: EpochMs): string {
  return toIso(at).slice(0, 7);
}
