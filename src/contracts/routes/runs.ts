import { RunQuerySchema } from '../http/catalog.ts';
import { FitListSchema, FitQuerySchema } from '../http/fits.ts';
import { RunDetailSchema, RunListSchema } from '../http/train.ts';
import type { Route } from '../routes.ts';
import { SIGNED_IN } from './callers.ts';

const CATALOG = { method: 'GET', function: 'catalog', status: 200, sets: SIGNED_IN } as const;

/** Training runs. */
export const RUN_ROUTES: readonly Route[] = [
  {
    ...CATALOG,
    path: '/api/v1/runs',
    operation: 'listRuns',
    summary: 'Training runs, newest first',
    query: RunQuerySchema,
    response: RunListSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/runs/{id}',
    operation: 'getRun',
    summary: 'One training run with its stages, refusals and results',
    response: RunDetailSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/runs/{id}/fits',
    operation: 'listFits',
    summary: 'Every fit of a run: parameters, data hash, errors by horizon, duration, artifact',
    query: FitQuerySchema,
    response: FitListSchema,
  },
];
