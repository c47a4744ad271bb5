import { AGENT_ROUTES } from '../agent-routes.ts';
import { COLLECTION_ROUTES } from '../collection-routes.ts';
import { KEY_ROUTES } from '../key-routes.ts';
import type { Route } from '../routes.ts';
import { ACTUATION_ROUTES } from './actuation.ts';
import { COST_ROUTES } from './cost.ts';
import { FLEET_ROUTES } from './fleet.ts';
import { GRADE_ROUTES } from './grades.ts';
import { HEALTH_ROUTES } from './health.ts';
import { MODEL_ROUTES } from './models.ts';
import { OPENAPI_ROUTES } from './openapi.ts';
import { RUN_ROUTES } from './runs.ts';
import { WORKLOAD_ROUTES } from './workloads.ts';

/** Everything that is read, and changes of what serves; the function loads one of these at a time. */
export const CATALOG_ROUTES: readonly Route[] = [
  ...HEALTH_ROUTES,
  ...MODEL_ROUTES,
  ...RUN_ROUTES,
  ...WORKLOAD_ROUTES,
  ...FLEET_ROUTES,
  ...GRADE_ROUTES,
  ...COST_ROUTES,
  ...ACTUATION_ROUTES,
  ...KEY_ROUTES,
  ...COLLECTION_ROUTES,
  ...AGENT_ROUTES,
  ...OPENAPI_ROUTES,
];
