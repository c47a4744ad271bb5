import { CollectionBudgetSchema, SourceListSchema } from './http/collection.ts';
import type { Route } from './routes.ts';

const CATALOG = { method: 'GET', function: 'catalog', status: 200, sets: ['iam', 'jwt'] } as const;

/** Where data come from, and what reading them costs. */
export const COLLECTION_ROUTES: readonly Route[] = [
  {
    ...CATALOG,
    path: '/api/v1/sources',
    operation: 'listSources',
    summary: 'How each source does: last success, last problem, age of its data',
    response: SourceListSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/budget',
    operation: 'readCollectionBudget',
    summary: "This month's budget for reading CloudWatch, and what is read more rarely to keep it",
    response: CollectionBudgetSchema,
  },
];
