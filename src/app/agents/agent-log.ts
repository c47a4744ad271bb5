import * as z from 'zod';
import {
  type AgentCommands,
  AgentCommandsSchema,
  type HeartbeatRequest,
  HeartbeatRequestSchema,
} from '#contracts/http/agents.ts';
import { addMs, DAY, type EpochMs, epochMs } from '#core/time.ts';
import { parseRecord, readRecord, updateRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';

const PARTITION = 'agents';
/** So long after its last heartbeat an agent is still listed. */
const REMEMBERED_DAYS = 30;

const RecordSchema = z.strictObject({
  registered_ms: z.number(),
  last_seen_ms: z.number(),
  commands: AgentCommandsSchema,
  said: HeartbeatRequestSchema,
});

/** An agent as it is stored: what it last said, and what it was told. */
export interface KnownAgent {
  readonly registeredAt: EpochMs;
  readonly lastSeen: EpochMs;
  readonly commands: AgentCommands;
  readonly said: HeartbeatRequest;
}

/** The agents that were heard of. */
export interface AgentLog {
  get(id: string): Promise<KnownAgent | undefined>;
  /** By id. */
  list(limit: number): Promise<readonly KnownAgent[]>;
  /** Notes a heartbeat; the commands stay as they are. */
  note(said: HeartbeatRequest, at: EpochMs): Promise<KnownAgent>;
  /** Changes what an agent is to do. @returns undefined without such an agent */
  command(id: string, change: Partial<AgentCommands>): Promise<KnownAgent | undefined>;
}

const NO_COMMANDS: AgentCommands = { paused: false, collection_interval: null };

/** An agent log over the catalog: one record an agent. */
export function createAgentLog(catalog: CatalogStore): AgentLog {
  const keyOf = (id: string) => ({ partition: PARTITION, id });
  return {
    async get(id) {
      const stored = await readRecord(catalog, RecordSchema, keyOf(id));
      return stored && known(stored);
    },
    async list(limit) {
      const records = await catalog.list(PARTITION, { limit });
      return records.map((record) => known(parseRecord(RecordSchema, record)));
    },
    async note(said, at) {
      const stored = await updateRecord(
        catalog,
        RecordSchema,
        keyOf(said.agent_id),
        (current) => ({
          registered_ms: current?.registered_ms ?? at,
          // Heartbeats may overtake each other.
          last_seen_ms: Math.max(at, current?.last_seen_ms ?? 0),
          commands: current?.commands ?? NO_COMMANDS,
          said,
        }),
        { expiresAt },
      );
      if (!stored) throw new TypeError('a heartbeat is always written');
      return known(stored);
    },
    async command(id, change) {
      const stored = await updateRecord(
        catalog,
        RecordSchema,
        keyOf(id),
        (current) => current && { ...current, commands: { ...current.commands, ...change } },
        { expiresAt },
      );
      return stored && known(stored);
    },
  };
}

type Stored = z.infer<typeof RecordSchema>;

function known({ registered_ms, last_seen_ms, commands, said }: Stored): KnownAgent {
  return { registeredAt: epochMs(registered_ms), lastSeen: epochMs(last_seen_ms), commands, said };
}

function expiresAt({ last_seen_ms }: Stored): EpochMs {
  return addMs(epochMs(last_seen_ms), DAY, REMEMBERED_DAYS);
}
