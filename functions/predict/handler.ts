import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { predict } from '#app/serving/predict.ts';
import { predictBatch } from '#app/serving/predict-batch.ts';
import type { ServingDeps } from '#app/serving/serving-deps.ts';
import type { PredictBatchRequest, PredictRequest } from '#contracts/http/predict.ts';
import { PREDICT_ROUTES } from '#contracts/routes/predict.ts';

/** Forecasts one metric, or several. */
export function createHandler(deps: ServingDeps, logger: EventLogger) {
  return createHttpHandler(
    PREDICT_ROUTES,
    {
      predict: ({ body }) => predict(deps, body as PredictRequest),
      predictBatch: ({ body }) => predictBatch(deps, body as PredictBatchRequest),
    },
    logger,
  );
}
