import {
  FleetQuerySchema,
  FleetSchema,
  OutlookListSchema,
  OutlookRequestSchema,
} from '../http/fleet.ts';
import type { Route } from '../routes.ts';
import { SIGNED_IN } from './callers.ts';

const CATALOG = { function: 'catalog', status: 200, sets: SIGNED_IN } as const;

/** All workloads at a glance. */
export const FLEET_ROUTES: readonly Route[] = [
  {
    ...CATALOG,
    method: 'GET',
    path: '/api/v1/fleet',
    operation: 'getFleet',
    summary: 'Every workload with its grade, next peak, open incidents and age of data',
    query: FleetQuerySchema,
    response: FleetSchema,
  },
  {
    ...CATALOG,
    method: 'POST',
    path: '/api/v1/fleet/outlook',
    operation: 'getOutlook',
    summary: 'Recent values and the last forecast issued of some workloads, for small charts',
    body: OutlookRequestSchema,
    response: OutlookListSchema,
  },
];
