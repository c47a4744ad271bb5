import * as z from 'zod';
import { NAME_PART } from '#core/workload.ts';
import { LIMITS, TimestampSchema } from './common.ts';

const CountSchema = z.number().int().min(0);

/** Sources that one agent may have. */
export const MOST_AGENT_SOURCES = 64;

const AgentIdSchema = z
  .string()
  .regex(NAME_PART, 'an agent is 1-128 letters, digits, dots, dashes and underscores');

/** How often an agent collects when it is told to: 5 seconds to an hour. */
export const CollectionIntervalSchema = z.number().int().min(5).max(3_600);

/** How one source of an agent does. */
export const AgentSourceSchema = z.strictObject({
  name: z.string().max(64),
  type: z.string().max(64),
  state: z.enum(['waiting', 'ok', 'failing']),
  interval_seconds: z.number().min(0),
  last_success: TimestampSchema.nullable(),
  last_problem: z
    .strictObject({ at: TimestampSchema, code: z.string().max(64), message: z.string().max(300) })
    .nullable(),
});
export type AgentSource = z.infer<typeof AgentSourceSchema>;

/** What waits at an agent, and what was lost. */
export const AgentBufferSchema = z.strictObject({
  waiting_samples: CountSchema,
  waiting_bytes: CountSchema,
  dropped_samples: CountSchema.meta({
    description: 'given up for lack of room, the oldest first, since the buffer was made',
  }),
  on_disk: z.boolean().meta({
    description: 'false: the disk takes nothing, and a restart would lose what waits',
  }),
  early_samples: CountSchema.optional().meta({
    description: 'of those that wait: refused as being from the future, sent again in their time',
  }),
});

/** How the clock of an agent's machine stands to Helios', by the dates of its answers. */
export const AgentClockSchema = z.strictObject({
  offset_seconds: z.number().meta({ description: "the machine's time minus Helios'" }),
  corrected: z.boolean().meta({
    description: "true: above 30 s, so that samples are stamped with Helios' time",
  }),
});

/** Body of `POST /agents/v1/heartbeat`. It says nothing of any sample: a paused agent sends it too. */
export const HeartbeatRequestSchema = z.strictObject({
  agent_id: AgentIdSchema,
  hostname: z.string().max(256),
  platform: z.string().max(64),
  agent_version: z.string().max(64),
  started_at: TimestampSchema,
  sent_at: TimestampSchema,
  heartbeat_seconds: z.number().int().min(1).max(3_600),
  paused: z.boolean(),
  collection_interval: CollectionIntervalSchema.nullable(),
  sent_samples: CountSchema.meta({ description: 'acknowledged since the agent was started' }),
  buffer: AgentBufferSchema,
  clock: AgentClockSchema.optional().meta({ description: 'missing before the first answer' }),
  sources: z.array(AgentSourceSchema).max(MOST_AGENT_SOURCES),
});
export type HeartbeatRequest = z.infer<typeof HeartbeatRequestSchema>;

/** What an agent is to do from now on; it says all, so that one missed answer does not matter. */
export const AgentCommandsSchema = z.strictObject({
  paused: z.boolean(),
  collection_interval: CollectionIntervalSchema.nullable().meta({
    description: 'seconds, for all its sources; null: as each is configured',
  }),
});
export type AgentCommands = z.infer<typeof AgentCommandsSchema>;

export const HeartbeatResponseSchema = z.strictObject({
  agent_id: z.string(),
  received_at: TimestampSchema,
  commands: AgentCommandsSchema,
});
export type HeartbeatResponse = z.infer<typeof HeartbeatResponseSchema>;

/** An agent as it last described itself, with what it was told to do. */
export const AgentSchema = z.strictObject({
  id: z.string(),
  status: z.enum(['online', 'late', 'offline']).meta({
    description: 'by its last heartbeat: online within 2 of its intervals, late within 10',
  }),
  last_seen: TimestampSchema,
  registered_at: TimestampSchema,
  commands: AgentCommandsSchema,
  ...HeartbeatRequestSchema.omit({ agent_id: true }).shape,
});
export type Agent = z.infer<typeof AgentSchema>;

/** Answer of `GET /api/v1/agents`: those heard of in the last 30 days. */
export const AgentListSchema = z.strictObject({
  agents: z.array(AgentSchema).max(LIMITS.maxPageSize),
});
export type AgentList = z.infer<typeof AgentListSchema>;

/** Body of `PATCH /api/v1/agents/{id}`: what it leaves out stays as it is. */
export const AgentChangeSchema = z
  .strictObject({
    paused: z.boolean().optional().meta({ description: 'true: collect nothing until it is false' }),
    collection_interval: CollectionIntervalSchema.nullable().optional().meta({
      description: 'seconds, for all its sources; null: as each is configured',
    }),
  })
  .refine((change) => Object.keys(change).length > 0, 'say what to change');
export type AgentChange = z.infer<typeof AgentChangeSchema>;
