import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { type AgentDeps, heartbeat } from '#app/agents/manage-agents.ts';
import { type IngestDeps, ingest } from '#app/ingest/ingest.ts';
import type { HeartbeatRequest } from '#contracts/http/agents.ts';
import type { IngestRequest } from '#contracts/http/ingest.ts';
import { INGEST_ROUTES } from '#contracts/routes/ingest.ts';

/** Stores batches of samples, and hears how agents do. */
export function createHandler(deps: IngestDeps & AgentDeps, logger: EventLogger) {
  return createHttpHandler(
    INGEST_ROUTES,
    {
      ingest: ({ body }) => ingest(deps, body as IngestRequest),
      heartbeat: ({ body }) => heartbeat(deps, body as HeartbeatRequest),
    },
    logger,
  );
}
