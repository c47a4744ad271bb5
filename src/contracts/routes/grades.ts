import { GradeListSchema, GradeQuerySchema } from '../http/grades.ts';
import type { Route } from '../routes.ts';
import { SIGNED_IN } from './callers.ts';

const CATALOG = { method: 'GET', function: 'catalog', status: 200, sets: SIGNED_IN } as const;

/** What forecasts are worth. */
export const GRADE_ROUTES: readonly Route[] = [
  {
    ...CATALOG,
    path: '/api/v1/grades',
    operation: 'listGrades',
    summary: 'What forecasts are worth by horizon, from backtests and from what became of them',
    query: GradeQuerySchema,
    response: GradeListSchema,
  },
];
