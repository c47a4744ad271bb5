import { HEARTBEAT_ROUTES } from '../agent-routes.ts';
import { IngestRequestSchema, IngestResponseSchema } from '../http/ingest.ts';
import type { Route } from '../routes.ts';

/** What agents send. */
export const INGEST_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/v1/ingest',
    function: 'ingest',
    operation: 'ingest',
    summary: 'Store a batch of samples; order, batching and repeats do not matter',
    body: IngestRequestSchema,
    response: IngestResponseSchema,
    status: 200,
    sets: ['iam', 'key'],
    scope: 'ingest',
  },
  ...HEARTBEAT_ROUTES,
];
