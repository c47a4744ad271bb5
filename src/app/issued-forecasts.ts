import { type IssuedForecast, IssuedForecastSchema } from '#contracts/http/catalog.ts';
import type { PredictResponse } from '#contracts/http/predict.ts';
import { addMs, DAY, type EpochMs, epochMs, toIso } from '#core/time.ts';
import { parseRecord } from './catalog-records.ts';
import { createIssuedPeaks } from './issued-peaks.ts';
import type { ModelSubject } from './model-registry.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

/** As long as the observations that judge them. */
const LIFETIME_DAYS = 35;

/** Forecasts kept exactly as they were issued, so that they can be judged by what came after. */
export interface IssuedForecasts {
  add(subject: ModelSubject, forecast: IssuedForecast): Promise<void>;
  /** Newest first; `before` continues a list after a forecast of that time. */
  list(subject: ModelSubject, limit: number, before?: EpochMs): Promise<readonly IssuedForecast[]>;
}

export function createIssuedForecasts(catalog: CatalogStore): IssuedForecasts {
  const peaks = createIssuedPeaks(catalog);
  const partition = (subject: ModelSubject) => `forecast#${subject.workload}#${subject.metric}`;
  return {
    async add(subject, forecast) {
      const issued: EpochMs = epochMs(Date.parse(forecast.issued_at));
      await catalog.put({ partition: partition(subject), id: forecast.issued_at }, forecast, {
        // Issued once: a second scoring of the same moment must not rewrite history.
        condition: { ifAbsent: true },
        expiresAt: addMs(issued, DAY, LIFETIME_DAYS),
      });
      await peaks.note(subject, forecast);
    },
    async list(subject, limit, before) {
      const after = before === undefined ? {} : { after: toIso(before) };
      const records = await catalog.list(partition(subject), { limit, descending: true, ...after });
      return records.map((record) => parseRecord(IssuedForecastSchema, record));
    },
  };
}

/** What is kept of an answer. */
export function issuedFrom(response: PredictResponse): IssuedForecast {
  const bounds = (side: 'lower_bound' | 'upper_bound') => {
    const values = response.predictions.flatMap((step) => step[side] ?? []);
    return values.length === response.predictions.length ? values.map(round) : null;
  };
  return {
    issued_at: response.generated_at,
    data_as_of: response.data_as_of,
    model: response.model,
    version: response.version,
    step_seconds: response.step_seconds,
    level: response.level,
    values: response.predictions.map(({ value }) => round(value)),
    lower_bounds: bounds('lower_bound'),
    upper_bounds: bounds('upper_bound'),
  };
}

/** Seven digits, as observations are kept. */
function round(value: number): number {
  return Number(value.toPrecision(7));
}
