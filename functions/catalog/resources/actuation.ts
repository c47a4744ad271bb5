import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createActuationLog } from '#app/actuation/actuation-log.ts';
import { readActuation, switchActuation } from '#app/actuation/switch-actuation.ts';
import type { ActuationSwitchRequest } from '#contracts/http/actuation.ts';
import { ACTUATION_ROUTES } from '#contracts/routes/actuation.ts';
import type { CatalogDeps } from '../catalog-deps.ts';

/** The switch of the actuation. */
export function createActuation(deps: CatalogDeps, logger: EventLogger) {
  const actuation = { actuation: createActuationLog(deps.catalog), clock: deps.clock };
  return createHttpHandler(
    ACTUATION_ROUTES,
    {
      readActuation: () => readActuation(actuation),
      stopActuation: ({ body, caller }) =>
        switchActuation(actuation, true, body as ActuationSwitchRequest, caller),
      resumeActuation: ({ body, caller }) =>
        switchActuation(actuation, false, body as ActuationSwitchRequest, caller),
    },
    logger,
  );
}
