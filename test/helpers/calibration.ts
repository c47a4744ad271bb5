import type { Calibration } from '#core/evaluate/conformal.ts';
import { ErrorRecord } from '#core/evaluate/error-record.ts';
import { bucketsWithin } from '#core/evaluate/horizon-buckets.ts';
import { volatilityOf } from '#core/evaluate/volatility.ts';
import { HOUR } from '#core/time.ts';
import { seriesOf } from './series-of.ts';

/** Errors by the step ahead they are of: those of the origins 0, 1, 2 … hours after the epoch. */
export type ErrorsByStep = Readonly<Record<number, readonly number[]>>;

/**
 * A calibration written down by hand, its tails as they start. Steps that are left out have no
 * errors. All errors have the same scale, and so has the series now; null is unknown.
 */
export function calibrationOf(
  horizon: number,
  errorsByStep: ErrorsByStep,
  scale: number | null = null,
): Calibration {
  const length = Math.max(...Object.values(errorsByStep).map((errors) => errors.length));
  const { buckets } = new ErrorRecord(bucketsWithin(horizon)).bands;
  return {
    kind: 'adaptive-conformal',
    version: 1,
    volatility: volatilityOf(seriesOf(scale === null ? [0] : alternating(288, scale))),
    cutoffs: Array.from({ length }, (_, i) => i * HOUR),
    scales: Array.from({ length }, () => scale),
    buckets: buckets.map(({ bucket, leads }) => ({
      ...bucket,
      tails: { lower: 0.1, upper: 0.1 },
      leads: leads.map((step) => ({
        step,
        errors: Array.from({ length }, (_, i) => errorsByStep[step]?.[i] ?? null),
      })),
    })),
  };
}

/** Values around 0 whose last 36 and 288 deviate by `deviation` on average. */
export function alternating(length: number, deviation: number): readonly number[] {
  // ±a has a sample deviation of a √(n / (n − 1)).
  const unit = (Math.sqrt(36 / 35) + Math.sqrt(288 / 287)) / 2;
  return Array.from({ length }, (_, i) => ((i % 2 === 0 ? 1 : -1) * deviation) / unit);
}
