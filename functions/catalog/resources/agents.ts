import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createAgentLog } from '#app/agents/agent-log.ts';
import { changeAgent, listAgents } from '#app/agents/manage-agents.ts';
import { AGENT_ROUTES } from '#contracts/agent-routes.ts';
import type { AgentChange } from '#contracts/http/agents.ts';
import type { CatalogDeps } from '../catalog-deps.ts';

/** What is asked and decided about agents. */
export function createAgents(deps: CatalogDeps, logger: EventLogger) {
  const agents = { agents: createAgentLog(deps.catalog), clock: deps.clock };
  return createHttpHandler(
    AGENT_ROUTES,
    {
      listAgents: () => listAgents(agents),
      changeAgent: ({ params, body }) => changeAgent(agents, params.id ?? '', body as AgentChange),
    },
    logger,
  );
}
