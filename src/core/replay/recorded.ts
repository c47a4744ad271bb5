import type { BacktestPlan } from '../evaluate/backtest-plan.ts';
import type { FittedForecaster, Forecaster } from '../forecast/forecaster.ts';
import type { Series } from '../series/series.ts';

/**
 * A forecaster that writes its points down while a backtest, which keeps its errors alone, asks it.
 *
 * @param plan - of that backtest, with an origin at every step
 * @returns `points` beside the errors: origins × horizon, row by row, none below 0; NaN where it has not
 *   forecast
 */
export function recorded(
  forecaster: Forecaster,
  target: Series,
  { initial, horizon }: BacktestPlan,
): { readonly forecaster: Forecaster; readonly points: Float64Array } {
  const rows = Math.max(0, target.values.length - initial);
  const points = new Float64Array(rows * horizon).fill(Number.NaN);
  const watched = (fitted: FittedForecaster): FittedForecaster => ({
    ...fitted,
    predict(request) {
      const forecast = fitted.predict(request);
      const row = Math.round((forecast.cutoff - target.start) / target.step) - (initial - 1);
      points.set(
        forecast.point.map((value) => Math.max(0, value)),
        row * horizon,
      );
      return forecast;
    },
    update: (next) => watched(fitted.update(next)),
  });
  return {
    points,
    forecaster: {
      ...forecaster,
      fit: async (history, options) => watched(await forecaster.fit(history, options)),
    },
  };
}
