import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { detect } from '#app/detection/detect.ts';
import type { DetectDeps } from '#app/detection/detect-deps.ts';
import { giveFeedback } from '#app/detection/give-feedback.ts';
import { getIncident, type IncidentDeps, listIncidents } from '#app/detection/incident-queries.ts';
import type { DetectRequest } from '#contracts/http/detect.ts';
import type { FeedbackRequest, IncidentQuery } from '#contracts/http/incidents.ts';
import { DETECT_ROUTES } from '#contracts/routes/detect.ts';

/** Finds anomalies, lists incidents, and takes what people say of them. */
export function createHandler(deps: DetectDeps & IncidentDeps, logger: EventLogger) {
  return createHttpHandler(
    DETECT_ROUTES,
    {
      detect: ({ body }) => detect(deps, body as DetectRequest),
      listIncidents: ({ query }) => listIncidents(deps, query as IncidentQuery),
      getIncident: ({ params }) => getIncident(deps, params.id ?? ''),
      giveFeedback: ({ body, params, caller }) =>
        giveFeedback(deps, params.id ?? '', body as FeedbackRequest, caller),
    },
    logger,
  );
}
