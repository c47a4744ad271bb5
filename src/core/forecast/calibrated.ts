import { DomainError } from '../errors.ts';
import { type Calibration, errorQuantile } from '../evaluate/conformal.ts';
import { type Bounds, clip } from './bounds.ts';
import type { FittedForecaster, ModelState } from './forecaster.ts';
import { checkRequest } from './request.ts';

/**
 * Adds measured quantiles to a model that gives points: point + quantile of the model's own past
 * errors at that many steps ahead. Points and quantiles are clipped to the metric's bounds; beyond
 * the last bucket the last bucket's errors are used. Its state is the inner model's: calibration and
 * bounds are stored beside it.
 *
 * @param calibration - null when there are too few errors yet; quantiles are then refused
 * (`QUANTILES_UNSUPPORTED`)
 */
export function calibrated<S extends ModelState>(
  fitted: FittedForecaster<S>,
  calibration: Calibration | null,
  bounds: Bounds,
): FittedForecaster<S> {
  return {
    kind: fitted.kind,
    cutoff: fitted.cutoff,
    predict(request) {
      checkRequest(request);
      const { horizon, quantiles = [] } = request;
      if (calibration === null && quantiles.length > 0) {
        throw new DomainError('QUANTILES_UNSUPPORTED', `${fitted.kind} has no calibration yet`, {
          kind: fitted.kind,
        });
      }
      const forecast = fitted.predict({ horizon });
      const paths =
        calibration === null
          ? []
          : quantiles.map((q) => {
              const errorAt = errorByStep(calibration, horizon, q);
              const values = forecast.point.map((value, h) => value + errorAt[h]!);
              return { q, values: clip(values, bounds) };
            });
      return { ...forecast, point: clip(forecast.point, bounds), quantiles: paths };
    },
    update: (next) => calibrated(fitted.update(next), calibration, bounds),
    toState: () => fitted.toState(),
  };
}

function errorByStep(calibration: Calibration, horizon: number, q: number): Float64Array {
  const errors = new Float64Array(horizon);
  let from = 1;
  for (const { toStep } of calibration.buckets) {
    if (from > horizon) break;
    errors.fill(errorQuantile(calibration, from, q), from - 1, Math.min(toStep, horizon));
    from = toStep + 1;
  }
  if (from <= horizon) errors.fill(errorQuantile(calibration, from, q), from - 1);
  return errors;
}
