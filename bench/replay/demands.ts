import { makeSeries, type Series } from '#core/series/series.ts';
import { webshopSlots } from '#core/simulate/webshop.ts';
import { WEBSHOP_STEP } from '#core/simulate/webshop-parameters.ts';
import { DAY, epochMs } from '#core/time.ts';
import { loadFolder } from '../forecast/protocol.ts';

/** The series of a folder; what was interpolated is missing. @throws {DomainError} `IMPORT_INVALID` */
export function demandsOf(directory: string): readonly Series[] {
  return loadFolder(directory).series.map(({ series, filled }) => ({
    ...series,
    values: series.values.map((value, i) => (filled[i] === 1 ? Number.NaN : value)),
  }));
}

const SEED = 20_260_101;
const START = epochMs(Date.UTC(2026, 0, 1));
const DAYS = 28;

/** Four weeks of requests of the simulated web shop. */
export function sampleDemand(): Series {
  const values: number[] = [];
  const length = (DAYS * DAY) / WEBSHOP_STEP;
  for (const slot of webshopSlots({ seed: SEED, start: START })) {
    values.push(slot.values.request_rate);
    if (values.length === length) break;
  }
  return makeSeries({
    id: 'sample webshop (simulated)',
    unit: 'per_second',
    start: START,
    step: WEBSHOP_STEP,
    values,
  });
}
