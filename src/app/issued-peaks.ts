import * as z from 'zod';
import type { IssuedForecast } from '#contracts/http/catalog.ts';
import { addMs, durationMs, type EpochMs, epochMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import { parseRecord, updateRecord } from './catalog-records.ts';
import type { ModelSubject } from './model-registry.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

const PARTITION = 'issued-peaks';

const PeakSchema = z.strictObject({
  issued_ms: z.number(),
  at_ms: z.number(),
  /** The last step of the forecast. */
  until_ms: z.number(),
  value: z.number(),
  upper: z.number().nullable(),
  level: z.number().nullable(),
});

/** The greatest value of a forecast as issued, and when it is reached first. */
export type IssuedPeak = z.infer<typeof PeakSchema>;

const RecordSchema = z.strictObject({ by_metric: z.record(z.string(), PeakSchema) });

/** The peaks of the last forecasts of all workloads: one small record each, listed by one query. */
export interface IssuedPeaks {
  /** Notes the peak of a forecast, unless a later forecast has been noted. */
  note(subject: ModelSubject, forecast: IssuedForecast): Promise<void>;
  /** By workload, then by metric. */
  list(): Promise<ReadonlyMap<WorkloadKey, Readonly<Record<string, IssuedPeak>>>>;
}

export function createIssuedPeaks(catalog: CatalogStore): IssuedPeaks {
  return {
    async note({ workload, metric }, forecast) {
      const peak = peakOf(forecast);
      if (!peak) return;
      await updateRecord(catalog, RecordSchema, { partition: PARTITION, id: workload }, (known) => {
        const last = known?.by_metric[metric];
        if (last && last.issued_ms >= peak.issued_ms) return undefined;
        return { by_metric: { ...known?.by_metric, [metric]: peak } };
      });
    },
    async list() {
      const records = await catalog.list(PARTITION);
      return new Map(
        records.map((record) => [record.id, parseRecord(RecordSchema, record).by_metric]),
      );
    },
  };
}

/** The peak of a forecast; undefined where it has no step. */
export function peakOf(forecast: IssuedForecast): IssuedPeak | undefined {
  const { values, upper_bounds, level } = forecast;
  const highest = values.reduce(
    (best, value, i) => (value > (values[best] ?? value) ? i : best),
    0,
  );
  const value = values[highest];
  if (value === undefined) return undefined;
  const cutoff: EpochMs = epochMs(Date.parse(forecast.data_as_of));
  const step = durationMs(forecast.step_seconds * 1_000);
  return {
    issued_ms: Date.parse(forecast.issued_at),
    at_ms: addMs(cutoff, step, highest + 1),
    until_ms: addMs(cutoff, step, values.length),
    value,
    upper: upper_bounds?.[highest] ?? null,
    level: upper_bounds ? level : null,
  };
}
