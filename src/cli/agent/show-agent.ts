import { readReport } from '#adapters/agent/state-directory.ts';
import type { SourceKind } from '#adapters/sources/define-source.ts';
import { availableSources, sourceOf } from '#adapters/sources/registry.ts';
import { inWords } from '#app/agent/agent-clock.ts';
import { isDomainError } from '#core/errors.ts';
import { type EpochMs, SECOND } from '#core/time.ts';
import { createApiClient } from '../client.ts';
import type { CommandContext } from '../command-context.ts';
import { renderTable, type Table, textCell, unknownCell } from '../render/table.ts';
import { formatAge, momentOf } from '../render/time.ts';
import { type AgentFlags, loadAgentConfig } from './load-config.ts';
import { endpointOf } from './uplink.ts';

/** Lists the kinds of sources there are, and which are configured. */
export async function listSources(context: CommandContext, flags: AgentFlags): Promise<number> {
  const { config } = await loadAgentConfig(context, flags);
  const kinds: SourceKind[] = [];
  for (const type of availableSources()) kinds.push(await sourceOf(type));
  const sources = kinds.map(({ type, summary }) => ({
    type,
    summary,
    configured: config.sources.filter(({ kind }) => kind.type === type).map(({ name }) => name),
  }));
  const table: Table = {
    columns: [
      { title: 'Type', key: 'type' },
      { title: 'Reads', key: 'summary', wraps: true },
      { title: 'Configured as', key: 'configured' },
    ],
    rows: sources.map(({ type, summary, configured }) => [
      textCell(type),
      textCell(summary),
      textCell(configured.join(', ')),
    ]),
  };
  context.print({ data: { sources }, table, text: () => renderTable(table, context.terminal) });
  return 0;
}

/** How the agent of this machine did last, and whether its endpoint answers. */
export async function agentStatus(context: CommandContext, flags: AgentFlags): Promise<number> {
  const loaded = await loadAgentConfig(context, flags);
  const report = await readReport(loaded.stateDir);
  const endpoint = endpointOf(context, loaded);
  const health = await healthOf(context, endpoint);
  const now = context.environment.clock.now();
  const table: Table = {
    columns: [
      { title: 'Source', key: 'source' },
      { title: 'State', key: 'state' },
      { title: 'Every', key: 'interval_seconds', align: 'right' },
      { title: 'Last read', key: 'last_success' },
      { title: 'Problem', key: 'problem', wraps: true },
    ],
    rows: (report?.sources ?? []).map((source) => [
      textCell(source.name),
      textCell(source.state),
      { text: `${source.interval_seconds} s`, raw: source.interval_seconds },
      source.last_success === null
        ? unknownCell()
        : { text: `${ageOf(source.last_success, now)} ago`, raw: source.last_success },
      source.last_problem === null
        ? textCell('')
        : textCell(`${source.last_problem.message} (${ageOf(source.last_problem.at, now)} ago)`),
    ]),
  };
  context.print({
    data: { agent: report ?? null, endpoint, health: health ?? null },
    table,
    text: () => {
      const answer =
        health === undefined
          ? `${endpoint} does not answer\n`
          : `${endpoint} is ${health.status}, version ${health.version}\n`;
      if (report === undefined) return `${answer}no agent has run in ${loaded.stateDir}\n`;
      const { buffer, clock, sent_samples: sent, paused } = report;
      const early = buffer.early_samples ? ` (${buffer.early_samples} for their time)` : '';
      const skew = clock?.corrected
        ? `the clock of this machine is ${inWords(clock.offset_seconds * SECOND)}: samples get the endpoint's time\n`
        : '';
      const lost = buffer.dropped_samples === 0 ? '' : `, ${buffer.dropped_samples} dropped`;
      const place = buffer.on_disk ? '' : ' in memory: the disk takes nothing';
      const seen = `${report.agent_id}, heard of ${ageOf(report.sent_at, now)} ago${paused ? ', paused' : ''}`;
      return (
        `${answer}${seen}\n${sent} samples sent, ${buffer.waiting_samples} wait${early}${place}${lost}\n${skew}` +
        `${report.problem === null ? '' : `${report.problem}\n`}${renderTable(table, context.terminal)}`
      );
    },
  });
  return 0;
}

async function healthOf({ environment }: CommandContext, endpoint: string) {
  try {
    return await createApiClient(environment, { endpoint, attempts: 1, timeoutMs: 5_000 }).call(
      'health',
    );
  } catch (error) {
    if (isDomainError(error, 'ENDPOINT_UNAVAILABLE', 'DEADLINE_EXCEEDED')) return undefined;
    throw error;
  }
}

function ageOf(iso: string, now: EpochMs): string {
  return formatAge(Math.max(Math.round((now - momentOf(iso)) / SECOND), 0));
}
