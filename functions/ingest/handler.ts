import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { type IngestDeps, ingest } from '#app/ingest/ingest.ts';
import type { IngestRequest } from '#contracts/http/ingest.ts';

/** Stores batches of samples. */
export function createHandler(deps: IngestDeps, logger: EventLogger) {
  return createHttpHandler({ ingest: ({ body }) => ingest(deps, body as IngestRequest) }, logger);
}
