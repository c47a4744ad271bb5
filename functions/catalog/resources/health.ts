import { Answer, createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createHeartbeatLog } from '#app/heartbeat/heartbeat-log.ts';
import { createModelRegistry } from '#app/model-registry.ts';
import { health, ready } from '#app/queries/health.ts';
import { rememberFor } from '#app/queries/remember.ts';
import { createWorkloadDirectory } from '#app/workload-directory.ts';
import { HEALTH_ROUTES } from '#contracts/routes/health.ts';
import { durationMs, SECOND } from '#core/time.ts';
import type { CatalogDeps } from '../catalog-deps.ts';

/** `/health` is open to anybody and counts whole partitions: once in this time is enough. */
const HEALTH_LIFETIME = durationMs(5 * SECOND);

/** Whether it answers, and how fresh its data are. */
export function createHealth(deps: CatalogDeps, logger: EventLogger) {
  const about = {
    ...deps,
    directory: createWorkloadDirectory(deps.catalog),
    registry: createModelRegistry(deps.catalog),
    heartbeats: createHeartbeatLog(deps.catalog),
  };
  return createHttpHandler(
    HEALTH_ROUTES,
    {
      health: rememberFor(deps.clock, HEALTH_LIFETIME, () => health(about)),
      ready: async () => {
        const answer = await ready(about);
        return answer.ready ? answer : new Answer(503, answer);
      },
    },
    logger,
  );
}
