import type { AppliedPreparation } from '#contracts/artifacts/stage-outputs.ts';
import type { Preparation } from '#contracts/http/train.ts';
import { planBacktest } from '#core/evaluate/backtest-plan.ts';
import { applyPreparation, fitPreparation } from '#core/features/preparation.ts';
import { type Series, sliceSeries } from '#core/series/series.ts';

/** A series as models learn from it, with what was done to get there. */
export interface PreparedSeries {
  readonly series: Series;
  readonly applied: AppliedPreparation;
}

/**
 * Fills in and clips as a request asks; undefined when it asks for neither.
 *
 * Median and bounds come from what lies before the backtest's first origin, for the fit that the
 * backtest judges and for the one on everything alike: nothing that is judged shapes what was learned
 * before it. The backtest itself, like serving, goes by the values as observed, since errors against
 * clipped values would flatter. Pools learn from many workloads, as observed.
 *
 * @throws {DomainError} `HISTORY_TOO_SHORT` when there is nothing to backtest
 */
export function prepareSeries(
  series: Series,
  { imputation = 'none', outliers = 'none', outlier_factor }: Preparation = {},
): PreparedSeries | undefined {
  if (imputation === 'none' && outliers === 'none') return undefined;
  const { initial } = planBacktest(series.values.length, series.step);
  const state = fitPreparation(sliceSeries(series, 0, initial), {
    imputation,
    outliers,
    ...(outlier_factor === undefined ? {} : { outlierFactor: outlier_factor }),
  });
  const prepared = applyPreparation(state, series);
  return { series: prepared, applied: { state, ...changes(series.values, prepared.values) } };
}

function changes(before: Float64Array, after: Float64Array) {
  let filled = 0;
  let clipped = 0;
  for (let i = 0; i < before.length; i++) {
    if (Number.isNaN(after[i]!) || before[i] === after[i]) continue;
    if (Number.isNaN(before[i]!)) filled++;
    else clipped++;
  }
  return { filled, clipped };
}
