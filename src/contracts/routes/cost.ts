import * as cost from '../http/cost.ts';
import type { Route } from '../routes.ts';
import { SIGNED_IN } from './callers.ts';

const CATALOG = { method: 'GET', function: 'catalog', status: 200, sets: SIGNED_IN } as const;

/** What workloads cost. */
export const COST_ROUTES: readonly Route[] = [
  {
    ...CATALOG,
    path: '/api/v1/cost',
    operation: 'getCost',
    summary: 'What workloads have cost, out of the replicas observed and their price',
    query: cost.CostQuerySchema,
    response: cost.CostResponseSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/cost/summary',
    operation: 'getCostSummary',
    summary: 'The same by namespace',
    query: cost.CostQuerySchema,
    response: cost.CostSummarySchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/cost/savings',
    operation: 'getCostSavings',
    summary: 'What following recommendations has saved for as long as it held; negative scaling up',
    query: cost.CostQuerySchema,
    response: cost.SavingsResponseSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/cost/efficiency',
    operation: 'getCostEfficiency',
    summary: 'How much of what is paid for was used',
    query: cost.CostQuerySchema,
    response: cost.EfficiencyResponseSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/cost/forecast',
    operation: 'getCostForecast',
    summary: 'What workloads will cost in the coming period',
    query: cost.CostQuerySchema,
    response: cost.CostForecastSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/cost/budget',
    operation: 'getCostBudget',
    summary: 'Where the budgets of this month are heading',
    query: cost.BudgetQuerySchema,
    response: cost.BudgetResponseSchema,
  },
];
