import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { recommend } from '#app/recommend/recommend.ts';
import type { RecommendDeps } from '#app/recommend/recommend-deps.ts';
import type { RecommendRequest } from '#contracts/http/recommend.ts';
import { RECOMMEND_ROUTES } from '#contracts/routes/recommend.ts';

/** Recommends replicas, requests and limits of one workload. */
export function createHandler(deps: RecommendDeps, logger: EventLogger) {
  return createHttpHandler(
    RECOMMEND_ROUTES,
    { recommend: ({ body }) => recommend(deps, body as RecommendRequest) },
    logger,
  );
}
