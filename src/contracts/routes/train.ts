import { TrainRequestSchema, TrainResponseSchema } from '../http/train.ts';
import type { Route } from '../routes.ts';
import { SIGNED_IN } from './callers.ts';

/** Training runs. */
export const TRAIN_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/v1/train',
    function: 'train',
    operation: 'train',
    summary: 'Start a training run',
    body: TrainRequestSchema,
    response: TrainResponseSchema,
    status: 202,
    sets: SIGNED_IN,
  },
];
