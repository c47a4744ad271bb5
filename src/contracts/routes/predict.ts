import {
  PredictBatchRequestSchema,
  PredictBatchResponseSchema,
  PredictRequestSchema,
  PredictResponseSchema,
} from '../http/predict.ts';
import type { Route } from '../routes.ts';
import { SIGNED_IN } from './callers.ts';

const PREDICT = {
  method: 'POST',
  function: 'predict',
  operation: 'predict',
  summary: 'Forecast one metric of one workload',
  body: PredictRequestSchema,
  response: PredictResponseSchema,
  status: 200,
  sets: SIGNED_IN,
} as const;

const PREDICT_BATCH = {
  ...PREDICT,
  operation: 'predictBatch',
  summary: 'Forecast several metrics of one workload',
  body: PredictBatchRequestSchema,
  response: PredictBatchResponseSchema,
} as const;

/** Forecasts. */
export const PREDICT_ROUTES: readonly Route[] = [
  { ...PREDICT, path: '/api/v1/predict' },
  { ...PREDICT, path: '/predict' },
  { ...PREDICT_BATCH, path: '/api/v1/predict/batch' },
  { ...PREDICT_BATCH, path: '/predict/batch' },
];
