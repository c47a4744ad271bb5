import * as z from 'zod';
import { AgentCommandsSchema, HeartbeatRequestSchema } from './http/agents.ts';

/** `agent.json`: what an agent remembers from one start to the next. */
export const AgentStateSchema = z.strictObject({
  agent_id: z.string(),
  /** What it was told last: a paused agent stays paused, whether or not Helios answers. */
  commands: AgentCommandsSchema,
  /** By name of the source: up to where it was read, in milliseconds since 1970. */
  cursors: z.record(z.string(), z.number()),
});
export type AgentState = z.infer<typeof AgentStateSchema>;

/** `status.json`: how the agent does, for `helios agent status`. */
export const AgentReportSchema = z.strictObject({
  ...HeartbeatRequestSchema.shape,
  endpoint: z.string(),
  /** Why nothing could be sent last, null when it could. */
  problem: z.string().nullable(),
});
export type AgentReport = z.infer<typeof AgentReportSchema>;
