import type { Reason } from '#contracts/http/common.ts';
import { DomainError } from '#core/errors.ts';
import { backtest } from '#core/evaluate/backtest.ts';
import { planBacktest } from '#core/evaluate/backtest-plan.ts';
import { calibrate } from '#core/evaluate/conformal.ts';
import { calibrated } from '#core/forecast/calibrated.ts';
import { naive } from '#core/forecast/naive.ts';
import type { MetricDefinition } from '#core/series/metric-catalogue.ts';
import { countPresent, type Series } from '#core/series/series.ts';
import { coverageRows } from './coverage-rows.ts';

/** Observations below which nothing is forecast at all. */
const MIN_OBSERVATIONS = 3;
/** Steps a backtest of naive needs before its interval means anything. */
const MIN_BACKTEST_STEPS = 25;

/**
 * The answer before the first training: the last value repeated, with an interval from how wrong that
 * was over the observations there are.
 *
 * @throws {DomainError} `HISTORY_TOO_SHORT` below three observations
 */
export async function forecastNaively(
  series: Series | undefined,
  definition: MetricDefinition,
  asked: { readonly periods: number; readonly quantiles: readonly number[] },
) {
  const have = series ? countPresent(series) : 0;
  if (!series || have < MIN_OBSERVATIONS) {
    throw new DomainError(
      'HISTORY_TOO_SHORT',
      `a forecast needs ${MIN_OBSERVATIONS} observations, there are ${have}`,
      { needSteps: MIN_OBSERVATIONS, haveSteps: have, metric: definition.name },
    );
  }
  const reasons: Reason[] = [
    {
      code: 'NOT_TRAINED',
      message: `no model was trained yet on these ${have} observations: the last value is repeated`,
      details: { observations: have },
    },
  ];
  const measured = await measure(series, definition);
  if (!measured.calibration) {
    reasons.push({
      code: 'NO_INTERVAL',
      message: 'too few forecasts were measured to give bounds yet',
      details: { observations: have },
    });
  }
  const fitted = await naive().fit({ target: series });
  const served = calibrated(fitted, measured.calibration, definition);
  const forecast = served.predict({
    horizon: asked.periods,
    ...(measured.calibration ? { quantiles: asked.quantiles } : {}),
  });
  return { forecast, reasons, skill: null, coverage: measured.coverage };
}

async function measure(series: Series, bounds: MetricDefinition) {
  if (series.values.length < MIN_BACKTEST_STEPS) return { calibration: null, coverage: [] };
  const plan = planBacktest(series.values.length, series.step);
  const candidates = [{ name: 'naive', forecaster: naive() }];
  const result = await backtest(candidates, { target: series }, plan, { bounds });
  return {
    calibration: calibrate(result, 'naive', series),
    coverage: coverageRows(result, 'naive', series),
  };
}
