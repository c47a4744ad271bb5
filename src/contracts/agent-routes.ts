import {
  AgentChangeSchema,
  AgentListSchema,
  AgentSchema,
  HeartbeatRequestSchema,
  HeartbeatResponseSchema,
} from './http/agents.ts';
import { IAM, SIGNED_IN } from './routes/callers.ts';
import type { Route } from './routes.ts';

/** What agents call. */
export const HEARTBEAT_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/agents/v1/heartbeat',
    function: 'ingest',
    operation: 'heartbeat',
    summary: 'An agent says how it does, and is told what to do',
    body: HeartbeatRequestSchema,
    response: HeartbeatResponseSchema,
    status: 200,
    sets: ['iam', 'key'],
    scope: 'ingest',
  },
];

/** What is asked and decided about agents. */
export const AGENT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/agents',
    function: 'catalog',
    operation: 'listAgents',
    summary: 'Agents: when each was heard of, how its sources do, what waits and what was lost',
    response: AgentListSchema,
    status: 200,
    sets: SIGNED_IN,
  },
  {
    method: 'PATCH',
    path: '/api/v1/agents/{id}',
    function: 'catalog',
    operation: 'changeAgent',
    summary: 'Pause an agent, resume it, or set how often it collects',
    body: AgentChangeSchema,
    response: AgentSchema,
    status: 200,
    sets: IAM,
  },
];
