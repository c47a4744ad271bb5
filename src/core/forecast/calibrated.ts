import { DomainError } from '../errors.ts';
import { bandsOf, type Calibration } from '../evaluate/conformal.ts';
import type { ErrorBands } from '../evaluate/error-bands.ts';
import { advanceVolatility, scaleOf, type Volatility } from '../evaluate/volatility.ts';
import { type Bounds, clip } from './bounds.ts';
import type { FittedForecaster, ModelState } from './forecaster.ts';
import { checkRequest } from './request.ts';

/**
 * Adds measured quantiles to a model that gives points: point + quantile of the model's own past
 * errors at that many steps ahead, at the volatility of the moment. Points and quantiles are clipped
 * to the metric's bounds. Its state is the inner model's: calibration and bounds are stored beside it.
 *
 * `update` moves the volatility along with the model, so wrap a model before it is updated.
 *
 * @param calibration - null when there are too few errors yet; quantiles are then refused
 * (`QUANTILES_UNSUPPORTED`)
 */
export function calibrated<S extends ModelState>(
  fitted: FittedForecaster<S>,
  calibration: Calibration | null,
  bounds: Bounds,
): FittedForecaster<S> {
  if (calibration === null) return withQuantiles(fitted, null, bounds);
  const { volatility } = calibration;
  return withQuantiles(fitted, { bands: bandsOf(calibration), volatility }, bounds);
}

interface Measured {
  readonly bands: ErrorBands;
  readonly volatility: Volatility;
}

function withQuantiles<S extends ModelState>(
  fitted: FittedForecaster<S>,
  measured: Measured | null,
  bounds: Bounds,
): FittedForecaster<S> {
  return {
    kind: fitted.kind,
    cutoff: fitted.cutoff,
    predict(request) {
      checkRequest(request);
      const { horizon, quantiles = [] } = request;
      if (measured === null && quantiles.length > 0) {
        throw new DomainError('QUANTILES_UNSUPPORTED', `${fitted.kind} has no calibration yet`, {
          kind: fitted.kind,
        });
      }
      const forecast = fitted.predict({ horizon });
      const point = clip(forecast.point, bounds);
      if (measured === null) return { ...forecast, point };
      const scale = scaleOf(measured.volatility) ?? Number.NaN;
      const paths = quantiles.map((q) => {
        const errors = measured.bands.path(q, horizon, scale);
        const values = forecast.point.map((value, h) => value + errors[h]!);
        return { q, values: clip(values, bounds) };
      });
      return { ...forecast, point, quantiles: paths };
    },
    update(next) {
      const moved = measured && {
        bands: measured.bands,
        volatility: advanceVolatility(measured.volatility, next.target),
      };
      return withQuantiles(fitted.update(next), moved, bounds);
    },
    toState: () => fitted.toState(),
  };
}
