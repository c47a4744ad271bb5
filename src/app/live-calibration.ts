import * as z from 'zod';
import { type Calibration, CalibrationSchema } from '#core/evaluate/conformal.ts';
import { readRecord } from './catalog-records.ts';
import type { ModelSubject } from './model-registry.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

const LiveCalibrationSchema = z.strictObject({
  /** The version and the member of it whose forecasts were judged. */
  version: z.string(),
  member: z.string(),
  calibration: CalibrationSchema,
});

/** A champion's calibration as its own forecasts have moved it since it was trained. */
export type LiveCalibration = z.infer<typeof LiveCalibrationSchema>;

/** The calibrations that live errors have moved: one a subject, of the version that serves. */
export interface LiveCalibrations {
  /** Undefined until a forecast of exactly this version and member has met its actuals. */
  get(subject: ModelSubject, version: string, member: string): Promise<Calibration | undefined>;
  put(subject: ModelSubject, live: LiveCalibration): Promise<void>;
}

export function createLiveCalibrations(catalog: CatalogStore): LiveCalibrations {
  const keyOf = ({ workload, metric }: ModelSubject) => ({
    partition: 'live-calibration',
    id: `${workload}#${metric}`,
  });
  return {
    async get(subject, version, member) {
      const live = await readRecord(catalog, LiveCalibrationSchema, keyOf(subject));
      return live?.version === version && live.member === member ? live.calibration : undefined;
    },
    async put(subject, live) {
      await catalog.put(keyOf(subject), live);
    },
  };
}
