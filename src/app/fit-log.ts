import { type Fit, FitSchema } from '#contracts/http/fits.ts';
import { addMs, type Clock, DAY } from '#core/time.ts';
import { parseRecord } from './catalog-records.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

/** As long as the runs they belong to. */
const LIFETIME_DAYS = 90;

/** Every fit of every run, so that experiments can be compared long after their models are replaced. */
export interface FitLog {
  /** Records a fit. Doing it twice is doing it once. */
  add(fit: Fit): Promise<void>;
  /** The fits of a run, by workload, metric and model. */
  list(runId: string): Promise<readonly Fit[]>;
}

export function createFitLog(catalog: CatalogStore, clock: Clock): FitLog {
  return {
    async add(fit) {
      await catalog.put({ partition: `fits#${fit.run_id}`, id: fit.id }, fit, {
        expiresAt: addMs(clock.now(), DAY, LIFETIME_DAYS),
      });
    },
    async list(runId) {
      const records = await catalog.list(`fits#${runId}`);
      return records.map((record) => parseRecord(FitSchema, record));
    },
  };
}
