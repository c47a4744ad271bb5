import * as z from 'zod';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { type CheckKeyDeps, checkKey } from '#app/keys/check-key.ts';
import { routeFinder } from '#contracts/route-sets.ts';
import { INGEST_ROUTES } from '#contracts/routes/ingest.ts';
import { METRICS_ROUTES } from '#contracts/routes/metrics.ts';

/** What API Gateway is told; the context goes into the access log and to the function behind. */
export interface AuthorizerAnswer {
  readonly isAuthorized: boolean;
  readonly context: Readonly<Record<string, string>>;
}

/**
 * Exactly what API Gateway keeps an answer by: the header `Authorization` and the route. An answer that
 * hung on anything else of a request would be given to requests that have something else there.
 */
const RequestSchema = z.object({
  identitySource: z.tuple([z.string().max(10_240), z.string().max(1_024)]),
  requestContext: z.object({ requestId: z.string().max(256) }).optional(),
});

/** The functions that keys reach: reading all rows would take most of a cold start. */
const findRoute = routeFinder([...INGEST_ROUTES, ...METRICS_ROUTES]);

/** Decides who comes in by a key. */
export function createHandler(deps: CheckKeyDeps, logger: EventLogger) {
  return async (event: unknown): Promise<AuthorizerAnswer> => {
    const { data } = RequestSchema.safeParse(event);
    const [header, routeKey = ''] = data?.identitySource ?? [];
    const requestId = data?.requestContext?.requestId ?? 'unknown';
    const served = findRoute(routeKey);
    const scope = served?.set === 'key' ? served.route.scope : undefined;
    if (scope === undefined) {
      logger.info('key refused', { requestId, keyId: null, reason: 'ROUTE_UNKNOWN' });
      return { isAuthorized: false, context: { reason: 'ROUTE_UNKNOWN' } };
    }
    const decision = await checkKey(deps, header, scope);
    if (decision.allowed) {
      return { isAuthorized: true, context: { keyId: decision.id, keyName: decision.name } };
    }
    const { id, because } = decision;
    logger.info('key refused', { requestId, keyId: id, reason: because.code, routeKey });
    return { isAuthorized: false, context: { reason: because.code } };
  };
}
