import { RecommendRequestSchema, RecommendResponseSchema } from '../http/recommend.ts';
import type { Route } from '../routes.ts';
import { SIGNED_IN } from './callers.ts';

const RECOMMEND = {
  method: 'POST',
  function: 'recommend',
  operation: 'recommend',
  summary: 'Recommend replicas, requests and limits of a workload, or hold with the reasons',
  body: RecommendRequestSchema,
  response: RecommendResponseSchema,
  status: 200,
  sets: SIGNED_IN,
} as const;

/** What to scale to. */
export const RECOMMEND_ROUTES: readonly Route[] = [
  { ...RECOMMEND, path: '/api/v1/recommend' },
  { ...RECOMMEND, path: '/recommend' },
];
