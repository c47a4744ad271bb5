import type { Agent, AgentChange } from '#contracts/http/agents.ts';
import { SECOND } from '#core/time.ts';
import type { CommandContext } from '../command-context.ts';
import { renderTable, type Table, textCell } from '../render/table.ts';
import { formatAge, momentOf } from '../render/time.ts';

/** Lists the agents that Helios has heard of. */
export async function listAgents(context: CommandContext): Promise<number> {
  return context.withSession(async ({ client }) => {
    const answer = await client.call('listAgents');
    const table = agentsTable(context, answer.agents);
    context.print({
      data: answer,
      table,
      text: () =>
        answer.agents.length === 0
          ? 'no agent was heard of in the last 30 days: helios agent run\n'
          : renderTable(table, context.terminal),
    });
    return 0;
  });
}

/** Tells an agent what to do; it hears of it with its next heartbeat. */
export async function changeAgent(
  context: CommandContext,
  id: string,
  change: AgentChange,
): Promise<number> {
  return context.withSession(async ({ client }) => {
    const agent = await client.call('changeAgent', { params: { id }, body: change });
    const table = agentsTable(context, [agent]);
    context.print({ data: agent, table, text: () => renderTable(table, context.terminal) });
    context.messages.note(`${id} hears of it within ${agent.heartbeat_seconds} s`);
    return 0;
  });
}

function agentsTable({ environment }: CommandContext, agents: readonly Agent[]): Table {
  const now = environment.clock.now();
  return {
    columns: [
      { title: 'Agent', key: 'id' },
      { title: 'Status', key: 'status' },
      { title: 'Heard of', key: 'last_seen' },
      { title: 'Told to', key: 'commands' },
      { title: 'Sources', key: 'sources' },
      { title: 'Waiting', key: 'waiting_samples', align: 'right' },
      { title: 'Dropped', key: 'dropped_samples', align: 'right' },
    ],
    rows: agents.map((agent) => {
      const { waiting_samples: waiting, dropped_samples: dropped } = agent.buffer;
      const age = Math.max(Math.round((now - momentOf(agent.last_seen)) / SECOND), 0);
      const sources = agent.sources.map(({ name, state }) =>
        state === 'ok' ? name : `${name} ${state}`,
      );
      return [
        textCell(agent.id),
        textCell(agent.status),
        { text: `${formatAge(age)} ago`, raw: agent.last_seen },
        textCell(commandWords(agent)),
        textCell(sources.join(', ')),
        { text: String(waiting), raw: waiting },
        { text: String(dropped), raw: dropped },
      ];
    }),
  };
}

function commandWords({ commands, paused }: Agent): string {
  if (commands.paused) return paused ? 'pause' : 'pause (not yet heard)';
  const { collection_interval: seconds } = commands;
  return seconds === null ? 'collect' : `collect every ${seconds} s`;
}
