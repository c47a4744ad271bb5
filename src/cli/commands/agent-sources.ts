import { sourceType } from '#contracts/config/source-types.ts';
import { DomainError } from '#core/errors.ts';
import { workloadLabel } from '#core/workload.ts';
import { type AgentFlags, type LoadedConfig, loadAgentConfig } from '../agent/load-config.ts';
import { openSources } from '../agent/open-sources.ts';
import { checkSources, printChecks } from '../agent/test-agent.ts';
import type { CommandContext } from '../command-context.ts';
import { renderTable, type Table, textCell } from '../render/table.ts';

export interface SourceFlags extends AgentFlags {
  readonly source?: string;
}

export interface ListMetricsFlags extends SourceFlags {
  readonly filter?: string;
  readonly limit?: number;
}

const DEFAULT_LIMIT = 200;

/** Prints the metrics that sources have, under the names they are configured by. */
export async function listMetrics(
  context: CommandContext,
  { filter, limit = DEFAULT_LIMIT, ...flags }: ListMetricsFlags,
): Promise<number> {
  const loaded = await loadSelected(context, flags);
  const metrics: { source: string; name: string; detail?: string }[] = [];
  for (const { name: source, source: port } of await openSources(context, loaded, flags)) {
    if (!port.listMetrics) {
      context.messages.warn(`${source} cannot list what it has`);
      continue;
    }
    const request = { limit, ...(filter !== undefined && { filter }) };
    const found = await port.listMetrics(request);
    metrics.push(...found.map((metric) => ({ source, ...metric })));
    if (found.length === limit) context.messages.note(`${source}: the first ${limit}`);
    await port.close?.();
  }
  const table: Table = {
    columns: [
      { title: 'Source', key: 'source' },
      { title: 'Metric', key: 'metric' },
      { title: 'What', key: 'detail', wraps: true },
    ],
    rows: metrics.map(({ source, name, detail }) => [
      textCell(source),
      textCell(name),
      textCell(detail ?? ''),
    ]),
  };
  context.print({ data: { metrics }, table, text: () => renderTable(table, context.terminal) });
  return 0;
}

/** Prints the workloads that sources would be read for. */
export async function checkDiscovery(context: CommandContext, flags: SourceFlags): Promise<number> {
  const loaded = await loadSelected(context, flags);
  const found: { source: string; workload: string; metrics: readonly string[] }[] = [];
  for (const { name: source, source: port } of await openSources(context, loaded, flags)) {
    if (!port.discover) {
      context.messages.warn(`${source} cannot tell its workloads before it is read`);
      continue;
    }
    for (const { workload, metrics } of await port.discover()) {
      found.push({ source, workload: workloadLabel(workload), metrics });
    }
    await port.close?.();
  }
  const table: Table = {
    columns: [
      { title: 'Source', key: 'source' },
      { title: 'Workload', key: 'workload' },
      { title: 'Metrics', key: 'metrics', wraps: true },
    ],
    rows: found.map(({ source, workload, metrics }) => [
      textCell(source),
      textCell(workload),
      textCell(metrics.join(', ')),
    ]),
  };
  context.print({
    data: { workloads: found },
    table,
    text: () => renderTable(table, context.terminal),
  });
  return 0;
}

/** Reads sources once, and says what came of each. */
export async function testSources(context: CommandContext, flags: SourceFlags): Promise<number> {
  const loaded = await loadSelected(context, flags);
  return printChecks(context, await checkSources(context, loaded, flags));
}

async function loadSelected(context: CommandContext, flags: SourceFlags): Promise<LoadedConfig> {
  const loaded = await loadAgentConfig(context, flags);
  const { source: wanted } = flags;
  if (wanted === undefined) return loaded;
  const { sources } = loaded.config;
  const selected = sources.filter(
    ({ name, kind }) => name === wanted || kind.type === sourceType(wanted),
  );
  if (selected.length > 0) return { ...loaded, config: { ...loaded.config, sources: selected } };
  throw new DomainError('CONFIG_INVALID', `no source ${wanted} is configured`, {
    configured: sources.map(({ name }) => name),
  });
}
