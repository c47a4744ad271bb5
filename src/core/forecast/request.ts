import { DomainError } from '../errors.ts';
import type { PredictRequest } from './forecaster.ts';

/** Longest horizon any model answers, in steps: thirty days of five-minute steps. */
export const MAX_HORIZON = 8640;

/** Most quantiles one request may ask for. */
export const MAX_QUANTILES = 99;

/**
 * Refuses a request that no model can answer.
 * @throws {DomainError} `HORIZON_OUT_OF_RANGE` unless the horizon is an integer in 1..`MAX_HORIZON`;
 * `QUANTILE_OUT_OF_RANGE` unless the quantiles lie strictly between 0 and 1, in ascending order
 */
export function checkRequest({ horizon, quantiles = [] }: PredictRequest): void {
  if (!Number.isInteger(horizon) || horizon < 1 || horizon > MAX_HORIZON) {
    throw new DomainError(
      'HORIZON_OUT_OF_RANGE',
      `a horizon is a whole number from 1 to ${MAX_HORIZON}, got ${horizon}`,
      { horizon, maxHorizon: MAX_HORIZON },
    );
  }
  if (quantiles.length > MAX_QUANTILES) {
    throw new DomainError(
      'QUANTILE_OUT_OF_RANGE',
      `at most ${MAX_QUANTILES} quantiles a request, got ${quantiles.length}`,
      { count: quantiles.length, maxQuantiles: MAX_QUANTILES },
    );
  }
  let previous = 0;
  for (const quantile of quantiles) {
    if (!(quantile > previous && quantile < 1)) {
      throw new DomainError(
        'QUANTILE_OUT_OF_RANGE',
        `quantiles lie strictly between 0 and 1 and ascend, got ${quantiles.join(', ')}`,
        { quantiles },
      );
    }
    previous = quantile;
  }
}

/**
 * Refuses a request that a model without quantiles cannot answer.
 * @throws {DomainError} as `checkRequest`, and `QUANTILES_UNSUPPORTED` when any quantile is asked for
 */
export function checkPointRequest(request: PredictRequest, kind: string): void {
  checkRequest(request);
  if ((request.quantiles ?? []).length > 0) {
    throw new DomainError('QUANTILES_UNSUPPORTED', `${kind} gives points, not quantiles`, { kind });
  }
}
