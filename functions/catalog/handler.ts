import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createResourceHandler, type ResourceLoader } from '#adapters/lambda/resource-handler.ts';
import type { CatalogDeps } from './catalog-deps.ts';

/** Everything that is read: health, workloads, series, models, runs; and changes of the champion. */
export function createHandler(deps: CatalogDeps, logger: EventLogger) {
  const health: ResourceLoader = async () =>
    (await import('./resources/health.ts')).createHealth(deps, logger);
  const workloads: ResourceLoader = async () =>
    (await import('./resources/workloads.ts')).createWorkloads(deps, logger);
  const collection: ResourceLoader = async () =>
    (await import('./resources/collection.ts')).createCollected(deps, logger);
  return createResourceHandler(
    {
      health,
      ready: health,
      workloads,
      series: workloads,
      forecasts: workloads,
      recommendations: workloads,
      sources: collection,
      budget: collection,
      models: async () => (await import('./resources/models.ts')).createModels(deps, logger),
      runs: async () => (await import('./resources/runs.ts')).createRuns(deps, logger),
      fleet: async () => (await import('./resources/fleet.ts')).createFleet(deps, logger),
      grades: async () => (await import('./resources/grades.ts')).createGrades(deps, logger),
      cost: async () => (await import('./resources/cost.ts')).createCosts(deps, logger),
      actuation: async () =>
        (await import('./resources/actuation.ts')).createActuation(deps, logger),
      keys: async () => (await import('./resources/keys.ts')).createKeys(deps, logger),
      agents: async () => (await import('./resources/agents.ts')).createAgents(deps, logger),
      'openapi.json': async () =>
        (await import('./resources/openapi.ts')).createOpenApi(deps, logger),
    },
    logger,
  );
}
