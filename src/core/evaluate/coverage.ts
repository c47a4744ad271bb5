import { type BacktestResult, candidateOf } from './backtest.ts';
import { calibrate, errorQuantile } from './conformal.ts';
import { bucketsWithin } from './horizon-buckets.ts';

/** What a band of some level has covered in one horizon bucket. */
export interface MeasuredCoverage {
  readonly fromStep: number;
  readonly toStep: number;
  /** Level the band was made for, in (0, 1). */
  readonly level: number;
  /** Share of actuals inside it; null without cases. */
  readonly coverage: number | null;
  readonly cases: number;
}

/** The levels measured unless others are asked for. */
export const COVERAGE_LEVELS: readonly number[] = [0.8, 0.95];

/**
 * What the calibrated bands of a candidate would have covered (prequential, Dawid 1984): at each
 * origin the band is made of the errors resolved by then, and judged on what came after. Origins
 * before there was a calibration are no cases. Clipping to bounds does not change it: what lies in
 * the bounds and in the band lies in the clipped band.
 *
 * @param levels - central levels in (0, 1)
 * @returns a row a bucket and level
 * @throws {RangeError} when there is no such candidate, or a level is out of range
 */
export function measureCoverage(
  result: BacktestResult,
  name: string,
  levels: readonly number[] = COVERAGE_LEVELS,
): readonly MeasuredCoverage[] {
  for (const level of levels) {
    if (!(level > 0 && level < 1)) throw new RangeError(`a level lies in (0, 1), got ${level}`);
  }
  const { errors } = candidateOf(result, name);
  const buckets = bucketsWithin(result.horizon);
  const rows = buckets.flatMap((bucket) =>
    levels.map((level) => ({ ...bucket, level, inside: 0, cases: 0 })),
  );
  result.origins.forEach((origin, row) => {
    const calibration = calibrate(result, name, { resolvedBy: origin });
    if (calibration === null) return;
    for (const measured of rows) {
      const lower = errorQuantile(calibration, measured.fromStep, (1 - measured.level) / 2);
      const upper = errorQuantile(calibration, measured.fromStep, (1 + measured.level) / 2);
      for (let step = measured.fromStep; step <= measured.toStep; step++) {
        const error = errors[row * result.horizon + step - 1]!;
        if (Number.isNaN(error)) continue;
        measured.cases++;
        if (error >= lower && error <= upper) measured.inside++;
      }
    }
  });
  return rows.map(({ inside, cases, ...row }) => ({
    ...row,
    coverage: cases === 0 ? null : inside / cases,
    cases,
  }));
}
