import { Answer, createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { readActuation, switchActuation } from '#app/actuation/switch-actuation.ts';
import { costEfficiency } from '#app/cost/cost-efficiency.ts';
import { costBudget, costForecast } from '#app/cost/cost-outlook.ts';
import { costSummary, costs } from '#app/cost/cost-queries.ts';
import { costSavings } from '#app/cost/cost-savings.ts';
import { listGrades } from '#app/grades/list-grades.ts';
import { listFits } from '#app/queries/fits.ts';
import { type HealthDeps, health, ready } from '#app/queries/health.ts';
import { listIssuedForecasts } from '#app/queries/issued.ts';
import { getModel, listModels, promoteModel, rollbackModel } from '#app/queries/models.ts';
import { rememberFor } from '#app/queries/remember.ts';
import { readSeries } from '#app/queries/series.ts';
import { listWorkloads } from '#app/queries/workloads.ts';
import type { Services } from '#app/services.ts';
import type { ActuationSwitchRequest } from '#contracts/http/actuation.ts';
import { openApiDocument } from '#contracts/openapi.ts';
import { durationMs, SECOND } from '#core/time.ts';

/** `/health` is open to anybody and counts whole partitions: once in this time is enough. */
const HEALTH_LIFETIME = durationMs(5 * SECOND);

/** Everything that is read: health, workloads, series, models, runs; and changes of the champion. */
export function createHandler(deps: Services & HealthDeps, logger: EventLogger) {
  return createHttpHandler(
    {
      health: rememberFor(deps.clock, HEALTH_LIFETIME, () => health(deps)),
      ready: async () => {
        const answer = await ready(deps);
        return answer.ready ? answer : new Answer(503, answer);
      },
      listWorkloads: () => listWorkloads(deps),
      getSeries: ({ query }) => readSeries(deps, query as Parameters<typeof readSeries>[1]),
      listForecasts: ({ query }) =>
        listIssuedForecasts(deps, query as Parameters<typeof listIssuedForecasts>[1]),
      listGrades: ({ query }) => listGrades(deps, query as Parameters<typeof listGrades>[1]),
      listModels: async ({ query }) => ({
        models: await listModels(deps, query as Parameters<typeof listModels>[1]),
      }),
      getModel: ({ params }) => getModel(deps, params.id ?? ''),
      promoteModel: ({ params }) => promoteModel(deps, params.id ?? ''),
      rollbackModel: ({ params }) => rollbackModel(deps, params.id ?? ''),
      listRuns: async ({ query }) => ({
        runs: await deps.runs.list((query as { limit: number }).limit),
      }),
      getRun: ({ params }) => deps.runs.detail(params.id ?? ''),
      listFits: ({ params, query }) =>
        listFits(deps, params.id ?? '', query as Parameters<typeof listFits>[2]),
      readActuation: () => readActuation(deps),
      stopActuation: ({ body, caller }) =>
        switchActuation(deps, true, body as ActuationSwitchRequest, caller),
      resumeActuation: ({ body, caller }) =>
        switchActuation(deps, false, body as ActuationSwitchRequest, caller),
      getCost: ({ query }) => costs(deps, query as Parameters<typeof costs>[1]),
      getCostSummary: ({ query }) => costSummary(deps, query as Parameters<typeof costs>[1]),
      getCostSavings: ({ query }) => costSavings(deps, query as Parameters<typeof costs>[1]),
      getCostEfficiency: ({ query }) => costEfficiency(deps, query as Parameters<typeof costs>[1]),
      getCostForecast: ({ query }) => costForecast(deps, query as Parameters<typeof costs>[1]),
      getCostBudget: ({ query }) => costBudget(deps, query as Parameters<typeof costBudget>[1]),
      openapi: async () => openApiDocument(deps.codeVersion),
    },
    logger,
  );
}
