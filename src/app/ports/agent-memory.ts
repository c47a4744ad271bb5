import type { AgentReport, AgentState } from '#contracts/agent-state.ts';

/** What an agent keeps beside its buffer. Both replace what was there whole or not at all. */
export interface AgentMemory {
  save(state: AgentState): Promise<void>;
  report(report: AgentReport): Promise<void>;
}
