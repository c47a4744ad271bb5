import { LIMITS, type Reason } from '#contracts/http/common.ts';
import type {
  PredictBatchRequest,
  PredictBatchResponse,
  PredictResponse,
} from '#contracts/http/predict.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import { toIso } from '#core/time.ts';
import { predict } from './predict.ts';
import type { ServingDeps } from './serving-deps.ts';

/**
 * Forecasts several metrics of one workload. A metric without an answer is named under `errors`; only
 * when none has one is the whole request refused, with the first metric's error.
 */
export async function predictBatch(
  deps: ServingDeps,
  request: PredictBatchRequest,
): Promise<PredictBatchResponse> {
  const { metrics, ...rest } = request;
  if (metrics.length * request.periods > LIMITS.maxPeriods * 10) {
    throw new DomainError('PAYLOAD_TOO_LARGE', 'too many metrics times periods in one request', {
      maxSteps: LIMITS.maxPeriods * 10,
    });
  }
  const predictions: Record<string, PredictResponse> = {};
  const errors: Record<string, Reason> = {};
  let first: DomainError | undefined;
  for (const metric of metrics) {
    try {
      predictions[metric] = await predict(deps, { ...rest, metric });
    } catch (error) {
      if (!isDomainError(error)) throw error;
      first ??= error;
      errors[metric] = { code: error.code, message: error.message };
    }
  }
  if (first && Object.keys(predictions).length === 0) throw first;
  return { generated_at: toIso(deps.clock.now()), predictions, errors };
}
