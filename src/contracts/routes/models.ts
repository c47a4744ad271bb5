import {
  ModelDetailSchema,
  ModelListSchema,
  ModelQuerySchema,
  PromotionResponseSchema,
} from '../http/catalog.ts';
import type { Route } from '../routes.ts';
import { SIGNED_IN } from './callers.ts';

const MODELS = {
  method: 'GET',
  function: 'catalog',
  operation: 'listModels',
  summary: 'Model versions with their stage and measured skill',
  query: ModelQuerySchema,
  response: ModelListSchema,
  status: 200,
  sets: SIGNED_IN,
} as const;

/** Versions of models, and which of them serves. */
export const MODEL_ROUTES: readonly Route[] = [
  { ...MODELS, path: '/models' },
  { ...MODELS, path: '/api/v1/models' },
  {
    method: 'GET',
    function: 'catalog',
    status: 200,
    sets: SIGNED_IN,
    path: '/api/v1/models/{id}',
    operation: 'getModel',
    summary: 'One model version with its backtests and provenance',
    response: ModelDetailSchema,
  },
  {
    method: 'POST',
    path: '/api/v1/models/{id}/promote',
    function: 'catalog',
    operation: 'promoteModel',
    summary: 'Make this version the champion',
    response: PromotionResponseSchema,
    status: 200,
    sets: SIGNED_IN,
  },
  {
    method: 'POST',
    path: '/api/v1/models/{id}/rollback',
    function: 'catalog',
    operation: 'rollbackModel',
    summary: 'Take the champion back to the one before it',
    response: PromotionResponseSchema,
    status: 200,
    sets: SIGNED_IN,
  },
];
