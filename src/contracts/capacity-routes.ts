import { CapacityQuerySchema, CapacityResponseSchema } from './http/capacity.ts';
import { RightsizingQuerySchema, RightsizingResponseSchema } from './http/rightsizing.ts';
import { WhenQuerySchema, WhenResponseSchema } from './http/when.ts';
import type { Route } from './routes.ts';

const CAPACITY = {
  method: 'GET',
  function: 'capacity',
  status: 200,
  sets: ['iam', 'jwt'],
} as const;

const PLAN = {
  ...CAPACITY,
  query: CapacityQuerySchema,
  response: CapacityResponseSchema,
} as const;

/** What capacity is needed, when a limit is crossed, how large containers should be. */
export const CAPACITY_ROUTES: readonly Route[] = [
  {
    ...PLAN,
    path: '/api/v1/capacity/{period}',
    operation: 'planCapacity',
    summary: 'What a period needs: next_day, next_week, next_month or next_weekend',
  },
  {
    ...PLAN,
    path: '/next_day',
    operation: 'planNextDay',
    summary: 'What tomorrow needs, from midnight to midnight',
  },
  {
    ...PLAN,
    path: '/next_week',
    operation: 'planNextWeek',
    summary: 'What the seven days from tomorrow on need',
  },
  {
    ...PLAN,
    path: '/next_month',
    operation: 'planNextMonth',
    summary: 'What the 28 days from tomorrow on need',
  },
  {
    ...PLAN,
    path: '/next_weekend',
    operation: 'planNextWeekend',
    summary: 'What the next Saturday and Sunday need',
  },
  {
    ...CAPACITY,
    path: '/api/v1/when',
    operation: 'whenCrossed',
    summary: 'When a metric will cross a limit, as a distribution',
    query: WhenQuerySchema,
    response: WhenResponseSchema,
  },
  {
    ...CAPACITY,
    path: '/api/v1/rightsizing',
    operation: 'rightSize',
    summary: 'Requests and limits for the containers of a deployment',
    query: RightsizingQuerySchema,
    response: RightsizingResponseSchema,
  },
];
