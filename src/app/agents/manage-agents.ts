import type {
  Agent,
  AgentChange,
  AgentList,
  HeartbeatRequest,
  HeartbeatResponse,
} from '#contracts/http/agents.ts';
import { LIMITS } from '#contracts/http/common.ts';
import { DomainError } from '#core/errors.ts';
import { type Clock, type EpochMs, SECOND, toIso } from '#core/time.ts';
import { NAME_PART } from '#core/workload.ts';
import type { AgentLog, KnownAgent } from './agent-log.ts';

export interface AgentDeps {
  readonly agents: AgentLog;
  readonly clock: Clock;
}

/** In intervals between heartbeats: one may be lost on its way. */
const ONLINE_WITHIN = 2;
const LATE_WITHIN = 10;

/** Notes that an agent lives, and answers with what it is to do. */
export async function heartbeat(
  { agents, clock }: AgentDeps,
  said: HeartbeatRequest,
): Promise<HeartbeatResponse> {
  const now = clock.now();
  const { commands } = await agents.note(said, now);
  return { agent_id: said.agent_id, received_at: toIso(now), commands };
}

/** Every agent that was heard of, by id. */
export async function listAgents({ agents, clock }: AgentDeps): Promise<AgentList> {
  const now = clock.now();
  const known = await agents.list(LIMITS.maxPageSize);
  return { agents: known.map((agent) => shown(agent, now)) };
}

/**
 * Pauses an agent, resumes it, or sets its interval; it hears of it with its next heartbeat.
 * @throws {DomainError} `NOT_FOUND`
 */
export async function changeAgent(
  { agents, clock }: AgentDeps,
  id: string,
  { paused, collection_interval }: AgentChange,
): Promise<Agent> {
  const change = {
    ...(paused !== undefined && { paused }),
    ...(collection_interval !== undefined && { collection_interval }),
  };
  const changed = NAME_PART.test(id) ? await agents.command(id, change) : undefined;
  if (changed) return shown(changed, clock.now());
  throw new DomainError('NOT_FOUND', `there is no agent ${id.slice(0, 128)}`, {
    try: 'helios agent list',
  });
}

function shown({ said, registeredAt, lastSeen, commands }: KnownAgent, now: EpochMs): Agent {
  const { agent_id: id, ...rest } = said;
  const silent = (now - lastSeen) / (said.heartbeat_seconds * SECOND);
  return {
    id,
    status: silent <= ONLINE_WITHIN ? 'online' : silent <= LATE_WITHIN ? 'late' : 'offline',
    last_seen: toIso(lastSeen),
    registered_at: toIso(registeredAt),
    commands,
    ...rest,
  };
}
