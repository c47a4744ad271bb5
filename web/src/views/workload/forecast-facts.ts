import type { PredictResponse } from '#contracts/http/predict.ts';

/** How much of what came the band has held, over all horizons that were measured. */
export interface MeasuredCoverage {
  readonly share: number;
  readonly cases: number;
  readonly level: number;
}

/** The coverage of one level, pooled over horizons by their cases; undefined where none was measured. */
export function pooledCoverage(
  coverage: PredictResponse['coverage'],
  level: number,
): MeasuredCoverage | undefined {
  let [held, cases] = [0, 0];
  for (const bucket of coverage) {
    if (bucket.coverage === null || Math.abs(bucket.level - level) > 1e-9) continue;
    held += bucket.coverage * bucket.cases;
    cases += bucket.cases;
  }
  return cases > 0 ? { share: held / cases, cases, level } : undefined;
}

/** The greatest value that is forecast, and when. */
export function peakOf({ predictions }: PredictResponse) {
  return predictions.reduce<(typeof predictions)[number] | undefined>(
    (best, step) => (best && best.value >= step.value ? best : step),
    undefined,
  );
}
