import { mean, present, standardDeviation } from '../math/statistics.ts';
import type { SeriesQuality } from '../series/quality.ts';
import type { Series } from '../series/series.ts';
import type { Finding } from '../series/trainable.ts';

/** Demands on the data beyond those that every training makes. Each is made only when given. */
export interface QualityGates {
  /** Share of all grid points that must be usable, 0 to 1, those before the first value too. */
  readonly minCompleteness?: number;
  /** Largest coefficient of variation of the newest values: standard deviation (n − 1) / |mean|. */
  readonly maxVariation?: number;
  /** How many of the newest grid points that looks at; 20 unless given. */
  readonly stabilitySteps?: number;
}

const STABILITY_STEPS = 20;
/** Stands for variation around a mean of 0, which has no measure: a finding is plain JSON. */
const MOST_VARIATION = 1e6;

/**
 * The first gate that a series does not pass, or undefined when it passes all. MOrA's were 0.9 and a
 * variation of 0.1 over 20 values (its filter for experiments that had not settled).
 *
 * @param clean - the series without impossible values (`cleanSeries`)
 * @param quality - what was measured of the same series as observed
 */
export function failedGate(
  clean: Series,
  quality: SeriesQuality,
  { minCompleteness = 0, maxVariation, stabilitySteps = STABILITY_STEPS }: QualityGates,
): Finding | undefined {
  if (quality.completeness < minCompleteness) {
    const { usable, length } = quality;
    const message = `${usable} of the window's ${length} steps have a value, ${minCompleteness} of them are needed`;
    return { code: 'INCOMPLETE', message, have: quality.completeness, need: minCompleteness };
  }
  return maxVariation === undefined ? undefined : unstable(clean, maxVariation, stabilitySteps);
}

function unstable(clean: Series, maxVariation: number, steps: number): Finding | undefined {
  const newest = present(clean.values.subarray(Math.max(0, clean.values.length - steps)));
  if (newest.length < 2) {
    const message = `${newest.length} of the last ${steps} steps have a value: stability needs 2 to be judged`;
    return { code: 'UNSTABLE', message, have: newest.length, need: 2 };
  }
  const variation = variationOf(newest);
  if (variation <= maxVariation) return undefined;
  const message = `the last ${steps} steps vary by ${Number(variation.toPrecision(3))} of their mean, at most ${maxVariation} is allowed`;
  return { code: 'UNSTABLE', message, have: variation, need: maxVariation };
}

/** 0 for a constant, one of zeros too. */
function variationOf(values: Float64Array): number {
  const deviation = standardDeviation(values);
  if (deviation === 0) return 0;
  const variation = deviation / Math.abs(mean(values));
  return variation < MOST_VARIATION ? variation : MOST_VARIATION;
}
