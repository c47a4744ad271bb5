import type { BacktestResult, CandidateResult } from '#core/evaluate/backtest.ts';
import { addMs, epochMs, HOUR } from '#core/time.ts';

/**
 * A backtest result written down by hand: `errors` and `actuals` are a row an origin, `origins` the
 * indices of the last known values.
 */
export function resultOf(parts: {
  readonly origins: readonly number[];
  readonly actuals?: readonly (readonly number[])[];
  readonly candidates: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly naiveScale?: number;
}): BacktestResult {
  const { origins, candidates, naiveScale = 1 } = parts;
  const rows = Object.values(candidates)[0] ?? [];
  const horizon = rows[0]?.length ?? 1;
  return {
    seriesId: 'test',
    step: HOUR,
    horizon,
    origins: Int32Array.from(origins),
    cutoffs: origins.map((origin) => addMs(epochMs(0), HOUR, origin)),
    actuals: Float64Array.from((parts.actuals ?? rows).flat()),
    naiveScale,
    candidates: Object.entries(candidates).map(
      ([name, errors]): CandidateResult => ({
        name,
        errors: Float64Array.from(errors.flat()),
        failures: [],
      }),
    ),
  };
}
