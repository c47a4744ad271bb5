import { HealthSchema, ReadySchema } from '../http/catalog.ts';
import type { Route } from '../routes.ts';

const OPEN = { method: 'GET', function: 'catalog', status: 200, sets: ['open', 'jwt'] } as const;

/** Whether it answers. */
export const HEALTH_ROUTES: readonly Route[] = [
  {
    ...OPEN,
    path: '/health',
    operation: 'health',
    summary: 'Whether the service answers, and how fresh its data are',
    response: HealthSchema,
  },
  {
    ...OPEN,
    path: '/ready',
    operation: 'ready',
    summary: '503 until the stores answer',
    response: ReadySchema,
  },
];
