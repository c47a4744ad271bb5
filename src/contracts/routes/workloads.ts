import * as catalog from '../http/catalog.ts';
import { RecommendationListSchema, RecommendationQuerySchema } from '../http/recommend.ts';
import type { Route } from '../routes.ts';
import { SIGNED_IN } from './callers.ts';

const CATALOG = { method: 'GET', function: 'catalog', status: 200, sets: SIGNED_IN } as const;

/** What was observed, and what was foreseen. */
export const WORKLOAD_ROUTES: readonly Route[] = [
  {
    ...CATALOG,
    path: '/api/v1/workloads',
    operation: 'listWorkloads',
    summary: 'What Helios has seen',
    response: catalog.WorkloadListSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/series',
    operation: 'getSeries',
    summary: 'Stored observations of one metric on its grid',
    query: catalog.SeriesQuerySchema,
    response: catalog.SeriesSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/forecasts',
    operation: 'listForecasts',
    summary: 'Forecasts as they were issued, newest first',
    query: catalog.ForecastQuerySchema,
    response: catalog.IssuedForecastListSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/recommendations',
    operation: 'listRecommendations',
    summary: 'What was recommended over time: each change, oldest first',
    query: RecommendationQuerySchema,
    response: RecommendationListSchema,
  },
];
