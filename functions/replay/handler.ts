import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import {
  getReplay,
  listReplays,
  type StartReplayDeps,
  startReplay,
} from '#app/replay/start-replay.ts';
import type { ReplayQuery, ReplayRequest } from '#contracts/http/replay.ts';
import { REPLAY_ROUTES } from '#contracts/routes/replay.ts';

/** Starts replays of the past, and answers with what they have found. */
export function createHandler(deps: StartReplayDeps, logger: EventLogger) {
  return createHttpHandler(
    REPLAY_ROUTES,
    {
      startReplay: ({ body }) => startReplay(deps, body as ReplayRequest),
      listReplays: ({ query }) => listReplays(deps, query as ReplayQuery),
      getReplay: ({ params }) => getReplay(deps, params.id ?? ''),
    },
    logger,
  );
}
