import { isDomainError } from '#core/errors.ts';
import { workloadLabel } from '#core/workload.ts';
import type { CommandContext } from '../command-context.ts';
import { statusTable } from '../commands/status.ts';
import { renderTable, type Table, textCell } from '../render/table.ts';
import { momentOf } from '../render/time.ts';

/** Lists what the agent can read from. */
export async function listSources(context: CommandContext): Promise<number> {
  const { SYSTEM_METRICS, SYSTEM_STEP } = await import('#adapters/sources/system-source.ts');
  const data = {
    sources: [{ name: 'system', step_seconds: SYSTEM_STEP / 1_000, metrics: [...SYSTEM_METRICS] }],
  };
  const table: Table = {
    columns: [
      { title: 'Source', key: 'source' },
      { title: 'Metric', key: 'metric' },
    ],
    rows: SYSTEM_METRICS.map((metric) => [textCell('system'), textCell(metric)]),
  };
  context.print({ data, table, text: () => renderTable(table, context.terminal) });
  return 0;
}

/** Whether the endpoint answers, and what it has of the agents' namespace. */
export async function agentStatus(context: CommandContext, namespace: string): Promise<number> {
  return context.withSession(async ({ client }) => {
    const health = await client.call('health');
    const workloads = await client.call('listWorkloads').then(
      ({ workloads: all }) => all.filter(({ workload }) => workload.namespace === namespace),
      (error: unknown) => {
        // A key for agents may send and nothing else.
        if (isDomainError(error, 'UNAUTHORIZED', 'FORBIDDEN')) return undefined;
        throw error;
      },
    );
    const table = statusTable(workloads ?? [], [], momentOf(health.timestamp));
    context.print({
      data: { health, workloads: workloads ?? null },
      table,
      text: () => {
        const head = `${client.endpoint} is ${health.status}, version ${health.version}\n`;
        if (!workloads) return `${head}this key may send, but not read what was sent\n`;
        if (workloads.length === 0)
          return `${head}nothing was sent to the namespace ${namespace} yet\n`;
        const names = workloads.map(({ workload }) => workloadLabel(workload)).join(', ');
        return `${head}${names}\n${renderTable(table, context.terminal)}`;
      },
    });
    return 0;
  });
}
