import { stringify } from 'yaml';
import { openFinder } from '#adapters/aws/open-finder.ts';
import { seriesOfWorkload } from '#app/collection/watched.ts';
import { type Discovery, discover } from '#app/discovery/discover.ts';
import type { FoundWorkload } from '#app/discovery/found-workload.ts';
import {
  DiscoveryConfigSchema,
  RESOURCE_KINDS,
  type ResourceKind,
} from '#contracts/config/discovery.ts';
import { costOfMetrics, metricsRequested } from '#core/cost/metrics-requested.ts';
import { HOURS_A_MONTH } from '#core/cost/planned-deployment.ts';
import { DomainError } from '#core/errors.ts';
import { durationMs, HOUR, MINUTE } from '#core/time.ts';
import { counted } from '#core/units.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import type { CommandContext } from '../command-context.ts';
import { issuesOf } from '../config-file.ts';
import { formatDollars } from '../render/dollars.ts';
import { renderTable, type Table, textCell } from '../render/table.ts';
import { readServiceConfig } from '../service-config.ts';

export interface DiscoverFlags {
  readonly config?: string;
  readonly kind?: readonly ResourceKind[];
  readonly name?: readonly string[];
  readonly exclude?: readonly string[];
  readonly tag?: Readonly<Record<string, readonly string[]>>;
  readonly region?: string;
}

/** AWS' month, as that of `helios plan-cost`. */
const MONTH = durationMs(HOURS_A_MONTH * HOUR);

/**
 * Looks for what could be watched, with the credentials of whoever calls, and prints it with what
 * reading it costs. Changes nothing anywhere.
 * @throws {DomainError} `CONFIG_INVALID`, `SOURCE_UNAVAILABLE`, `THROTTLED`
 */
export async function discoverWorkloads(
  context: CommandContext,
  flags: DiscoverFlags,
): Promise<number> {
  const config = await readServiceConfig(context.environment, flags.config);
  const discovery = discoveryOf(config.discovery, flags);
  context.messages.note(`looking for ${discovery.kinds.join(', ')}`);
  const found = await discover(openFinder(config, context.environment.clock), discovery);
  const every = durationMs(config.schedules.collect_every_minutes * MINUTE);
  const costs = found.workloads.map(({ metrics }) =>
    costOfMetrics(metricsRequested(seriesOfWorkload(metrics, every), MONTH)),
  );
  for (const { kind, resource, reason } of found.skipped) {
    context.messages.note(`left out: ${kind} ${resource}: ${reason}`);
  }
  const table = tableOf(found, costs);
  const data = { workloads: found.workloads.map(configured) };
  context.print({
    data,
    table,
    yaml: () => stringify(data, { aliasDuplicateObjects: false }),
    text: () =>
      `${table.rows.length === 0 ? '' : renderTable(table, context.terminal)}${captionOf(found, costs, config)}`,
  });
  return 0;
}

/**
 * What is configured, as far as no flag says otherwise; all kinds where nothing is.
 * @throws {DomainError} `CONFIG_INVALID` for what no configuration may say
 */
function discoveryOf(
  configured: ReturnType<typeof DiscoveryConfigSchema.parse>,
  flags: DiscoverFlags,
) {
  const kinds = flags.kind ?? (configured.kinds.length > 0 ? configured.kinds : RESOURCE_KINDS);
  const parsed = DiscoveryConfigSchema.safeParse({
    ...configured,
    kinds: [...kinds],
    names: {
      include: [...(flags.name ?? configured.names.include)],
      exclude: [...(flags.exclude ?? configured.names.exclude)],
    },
    tags: flags.tag ?? configured.tags,
    places: flags.region === undefined ? configured.places : [{ region: flags.region }],
  });
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error);
  throw new DomainError('CONFIG_INVALID', 'this cannot be looked for', { issues });
}

/** A workload as `helios.config.yaml` writes it. */
function configured({ key, account, region, metrics }: FoundWorkload) {
  const { container: _, ...id } = parseWorkloadKey(key);
  return {
    ...id,
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
    metrics,
  };
}

function tableOf({ workloads }: Discovery, costs: readonly number[]): Table {
  return {
    columns: [
      { title: 'Kind', key: 'kind' },
      { title: 'Cluster', key: 'cluster' },
      { title: 'Namespace', key: 'namespace' },
      { title: 'Deployment', key: 'deployment' },
      { title: 'Metrics', key: 'metrics', wraps: true },
      { title: 'A month', key: 'usd_a_month', align: 'right' },
    ],
    rows: workloads.map(({ key, kind, metrics }, i) => {
      const { cluster, namespace, deployment } = parseWorkloadKey(key);
      const cost = costs[i] ?? 0;
      return [
        ...[kind, cluster, namespace, deployment].map(textCell),
        textCell(Object.keys(metrics).join(', ')),
        { text: formatDollars(cost), raw: cost },
      ];
    }),
  };
}

function captionOf(
  { workloads }: Discovery,
  costs: readonly number[],
  {
    schedules,
    collection,
  }: {
    readonly schedules: { readonly collect_every_minutes: number };
    readonly collection: { readonly monthly_budget_usd: number };
  },
): string {
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  const budget = collection.monthly_budget_usd;
  const over =
    total > budget
      ? `; the budget is ${formatDollars(budget)} (collection.monthly_budget_usd): the least valuable series would be read more rarely`
      : '';
  return (
    `${counted(workloads.length, 'workload')}: reading CloudWatch every ${schedules.collect_every_minutes} min costs ` +
    `${formatDollars(total)} a month of ${HOURS_A_MONTH} hours${over}\n` +
    '-o yaml prints the workloads block of helios.config.yaml\n'
  );
}
