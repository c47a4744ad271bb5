import type { PredictResponse } from '#contracts/http/predict.ts';
import type { BacktestResult } from '#core/evaluate/backtest.ts';
import { type MeasuredCoverage, measureCoverage } from '#core/evaluate/coverage.ts';
import type { Series } from '#core/series/series.ts';

/** The measured coverage of one candidate of a backtest, in the wire's form. `target`: its series. */
export function coverageRows(
  result: BacktestResult,
  name: string,
  target: Series,
): PredictResponse['coverage'] {
  return measureCoverage(result, name, target).map((each) => ({
    from_step: each.fromStep,
    to_step: each.toStep,
    level: each.level,
    coverage: each.coverage,
    cases: each.cases,
  }));
}

/** The wire's form, read back. */
export function coverageOfRows(rows: PredictResponse['coverage']): readonly MeasuredCoverage[] {
  return rows.map(({ from_step: fromStep, to_step: toStep, ...rest }) => ({
    fromStep,
    toStep,
    ...rest,
  }));
}
