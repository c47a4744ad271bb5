import type { Series } from '../series/series.ts';
import { type BacktestResult, candidateOf } from './backtest.ts';
import { bucketsWithin } from './horizon-buckets.ts';
import { replayErrors } from './replay-errors.ts';
import { volatilityScales } from './volatility.ts';

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
 * @param target - the series of the backtest
 * @param levels - central levels in (0, 1)
 * @returns a row a bucket and level
 * @throws {RangeError} when there is no such candidate, or a level is out of range
 */
export function measureCoverage(
  result: BacktestResult,
  name: string,
  target: Series,
  levels: readonly number[] = COVERAGE_LEVELS,
): readonly MeasuredCoverage[] {
  for (const level of levels) {
    if (!(level > 0 && level < 1)) throw new RangeError(`a level lies in (0, 1), got ${level}`);
  }
  const { horizon } = result;
  const { errors } = candidateOf(result, name);
  const scales = volatilityScales(target.values, result.origins);
  const rows = bucketsWithin(horizon).flatMap((bucket) =>
    levels.map((level) => ({ ...bucket, level, inside: 0, cases: 0 })),
  );
  replayErrors(result, name, scales, ({ row, record: { bands } }) => {
    if (!bands.areReady) return;
    const pathOf = (q: number) => bands.path(q, horizon, scales[row]!);
    const made = levels.map((level) => [pathOf((1 - level) / 2), pathOf((1 + level) / 2)] as const);
    const actual = errors.subarray(row * horizon, (row + 1) * horizon);
    rows.forEach((measured, i) => {
      const [lower, upper] = made[i % levels.length]!;
      let inside = 0;
      let cases = 0;
      for (let h = measured.fromStep - 1; h < measured.toStep; h++) {
        const error = actual[h]!;
        if (Number.isNaN(error)) continue;
        cases++;
        if (error >= lower[h]! && error <= upper[h]!) inside++;
      }
      measured.inside += inside;
      measured.cases += cases;
    });
  });
  return rows.map(({ inside, cases, ...row }) => ({
    ...row,
    coverage: cases === 0 ? null : inside / cases,
    cases,
  }));
}
