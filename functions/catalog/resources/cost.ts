import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { costEfficiency } from '#app/cost/cost-efficiency.ts';
import { costBudget, costForecast } from '#app/cost/cost-outlook.ts';
import { costSummary, costs } from '#app/cost/cost-queries.ts';
import { costSavings } from '#app/cost/cost-savings.ts';
import { createRecommendationLog } from '#app/recommendation-log.ts';
import { createServing } from '#app/serving/create-serving.ts';
import type { BudgetQuery, CostQuery } from '#contracts/http/cost.ts';
import { COST_ROUTES } from '#contracts/routes/cost.ts';
import type { CatalogDeps } from '../catalog-deps.ts';

/** What workloads cost. */
export async function createCosts(deps: CatalogDeps, logger: EventLogger) {
  const { events, pricing, scaling } = await deps.configured();
  const priced = {
    ...createServing(deps, deps.clock, events),
    recommendations: createRecommendationLog(deps.catalog),
    pricing,
    scaling,
  };
  return createHttpHandler(
    COST_ROUTES,
    {
      getCost: ({ query }) => costs(priced, query as CostQuery),
      getCostSummary: ({ query }) => costSummary(priced, query as CostQuery),
      getCostSavings: ({ query }) => costSavings(priced, query as CostQuery),
      getCostEfficiency: ({ query }) => costEfficiency(priced, query as CostQuery),
      getCostForecast: ({ query }) => costForecast(priced, query as CostQuery),
      getCostBudget: ({ query }) => costBudget(priced, query as BudgetQuery),
    },
    logger,
  );
}
