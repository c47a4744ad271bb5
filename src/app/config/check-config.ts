import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import { type WorkloadId, workloadId } from '#core/workload.ts';
import { costPlanOf } from '../cost/cost-plan-of.ts';
import { trainableInARun } from './training-night.ts';

/** Something that is allowed, and probably not meant. */
export interface ConfigFinding {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

interface Selector {
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
  readonly deployment?: string | undefined;
  readonly container?: string | undefined;
}

/**
 * What a schema cannot see, since it takes several parts of the configuration together: entries that mean
 * no workload, budgets below what is planned, history that is deleted before it is learned from.
 */
export function checkConfig(config: HeliosConfig): readonly ConfigFinding[] {
  return [...unmeant(config), ...tooShort(config), ...tooLittle(config), ...tooMany(config)];
}

/** Entries with a selector, by where they are. */
function selectorsOf(config: HeliosConfig): readonly [ConfigFinding['path'], Selector][] {
  const of = (path: readonly string[], entries: readonly Selector[]) =>
    entries.map((entry, i): [ConfigFinding['path'], Selector] => [[...path, i], entry]);
  return [
    ...of(['events'], config.events),
    ...of(['detection', 'maintenance'], config.detection.maintenance),
    ...of(['scaling'], config.scaling),
    ...of(['pricing', 'prices'], config.pricing.prices),
    ...of(['pricing', 'budgets'], config.pricing.budgets),
    ...of(['actuation', 'targets'], config.actuation.targets),
  ];
}

/** Only where every workload is in the file: others may be discovered, or be sent by agents. */
function unmeant(config: HeliosConfig): readonly ConfigFinding[] {
  if (config.workloads.length === 0 || config.discovery.kinds.length > 0) return [];
  const read = config.prometheus.flatMap(({ workloads }) => workloads);
  const known = [...config.workloads, ...read].map(workloadId);
  return selectorsOf(config)
    .filter(([, selector]) => !known.some((workload) => isMeant(selector, workload)))
    .map(([path]) => ({
      path,
      message: 'no workload of this file is meant; right only where an agent sends one that is',
    }));
}

function isMeant(selector: Selector, workload: WorkloadId): boolean {
  return (['cluster', 'namespace', 'deployment', 'container'] as const).every(
    (part) => selector[part] === undefined || selector[part] === workload[part],
  );
}

function tooShort({ storage, training }: HeliosConfig): readonly ConfigFinding[] {
  if (storage.raw_days >= training.window_days) return [];
  return [
    {
      path: ['storage', 'raw_days'],
      message: `${storage.raw_days} days are kept, and training.window_days wants to learn from ${training.window_days}`,
    },
  ];
}

function tooLittle(config: HeliosConfig): readonly ConfigFinding[] {
  if (config.workloads.length === 0) return [];
  const plan = costPlanOf(config);
  const findings: ConfigFinding[] = [];
  const { monthly_budget_usd: budget } = config.monitoring;
  if (budget !== null && plan.totalUsd > budget) {
    findings.push({
      path: ['monitoring', 'monthly_budget_usd'],
      message: `the budget is $${budget} a month, and helios plan-cost comes to $${plan.totalUsd.toFixed(2)}`,
    });
  }
  const unbounded = costPlanOf({
    ...config,
    collection: { ...config.collection, monthly_budget_usd: 1e6 },
  });
  const wanted = requestsUsd(unbounded);
  if (wanted > config.collection.monthly_budget_usd) {
    findings.push({
      path: ['collection', 'monthly_budget_usd'],
      message: `reading everything as often as configured costs $${wanted.toFixed(2)} a month: the least valuable series will be read more rarely`,
    });
  }
  return findings;
}

/** A run that is given up leaves the rest of the fleet with its models of the day before. */
function tooMany({ workloads, training }: HeliosConfig): readonly ConfigFinding[] {
  if (workloads.length === 0) return [];
  const metrics = workloads.reduce((sum, each) => sum + Object.keys(each.metrics).length, 0);
  const isRecurrent = training.recurrent === 'nightly';
  const most = trainableInARun(Math.max(1, metrics / workloads.length), isRecurrent);
  if (workloads.length <= most) return [];
  return [
    {
      path: isRecurrent ? ['training', 'recurrent'] : ['workloads'],
      message: `about ${most} workloads can be trained in a night before the run is given up, and there are ${workloads.length}`,
    },
  ];
}

function requestsUsd({ lines }: ReturnType<typeof costPlanOf>): number {
  return lines
    .filter(({ item }) => item === 'cloudwatch.get_metric_data')
    .reduce((sum, { usd }) => sum + usd, 0);
}
