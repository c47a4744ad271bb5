import type { WorkloadSelector } from '#contracts/http/common.ts';
import type {
  CostPeriod,
  CostQuery,
  CostResponse,
  CostSummary,
  WorkloadCost,
} from '#contracts/http/cost.ts';
import { addMs, DAY, DEFAULT_STEP, type EpochMs, floorTo, HOUR, toIso } from '#core/time.ts';
import { workloadKey } from '#core/workload.ts';
import { appliesTo } from '../configured-events.ts';
import type { TimeRange } from '../ports/observation-store.ts';
import { selectorParts } from '../select-workload.ts';
import type { Workload, WorkloadDirectory } from '../workload-directory.ts';
import type { CostDeps } from './cost-deps.ts';
import { workloadCost } from './workload-cost.ts';

/** Workloads that are looked at side by side: more would only queue at the store. */
const AT_ONCE = 16;

const LENGTHS: Readonly<Record<CostPeriod, readonly [typeof HOUR, number]>> = {
  '1h': [HOUR, 1],
  '24h': [DAY, 1],
  '7d': [DAY, 7],
  '30d': [DAY, 30],
  '90d': [DAY, 90],
};

/** How long a period is, in hours. */
export function hoursOf(period: CostPeriod): number {
  const [unit, count] = LENGTHS[period];
  return (unit * count) / HOUR;
}

/** The period up to now: whole steps, and whole hours from a week on, as these are summed up by. */
export function rangeOf(period: CostPeriod, now: EpochMs): TimeRange {
  const [unit, count] = LENGTHS[period];
  const to = floorTo(now, count >= 7 ? HOUR : DEFAULT_STEP);
  return { from: addMs(to, unit, -count), to };
}

/** What all answers about a period begin with. */
export function headOf(period: CostPeriod, { from, to }: TimeRange, now: EpochMs) {
  return {
    generated_at: toIso(now),
    currency: 'USD' as const,
    period,
    from: toIso(from),
    to: toIso(to),
  };
}

/**
 * The workloads that a request selects, in the order of their names. A container is not asked for
 * beside the deployment that it is part of: its replicas are the same ones.
 */
export async function selected(
  directory: WorkloadDirectory,
  selector: WorkloadSelector,
): Promise<readonly Workload[]> {
  const wanted = selectorParts(selector);
  const all = (await directory.list()).filter(({ id }) => appliesTo(wanted, id));
  const keys = new Set(all.map(({ key }) => key));
  const isPart = ({ id }: Workload) =>
    id.container !== '*' && keys.has(workloadKey({ ...id, container: '*' }));
  return all.filter((each) => !isPart(each)).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Asks of every workload, a few at a time, and keeps their order. */
export async function ofEach<T>(
  workloads: readonly Workload[],
  ask: (workload: Workload) => Promise<T>,
): Promise<T[]> {
  const answers: T[] = [];
  for (let i = 0; i < workloads.length; i += AT_ONCE) {
    answers.push(...(await Promise.all(workloads.slice(i, i + AT_ONCE).map(ask))));
  }
  return answers;
}

/** What a sum is of: the sample workload is not added to real ones, only shown beside them. */
export function countedOf<T extends { readonly simulated: boolean }>(rows: readonly T[]) {
  const real = rows.filter(({ simulated }) => !simulated);
  return real.length > 0 ? real : rows;
}

/** The sum of what is known; null when nothing is. */
export function totalOf(amounts: readonly (number | null)[]): number | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length === 0 ? null : known.reduce((sum, amount) => sum + amount, 0);
}

/** What workloads have cost in a period, out of the replicas that were observed. */
export async function costs(deps: CostDeps, query: CostQuery): Promise<CostResponse> {
  const now = deps.clock.now();
  const range = rangeOf(query.period, now);
  const rows = await ofEach(await selected(deps.directory, query), (workload) =>
    workloadCost(deps, workload, range),
  );
  return {
    ...headOf(query.period, range, now),
    total: totalOf(countedOf(rows).map(({ cost }) => cost)),
    unknown: rows.filter(({ cost }) => cost === null).length,
    workloads: rows,
  };
}

/** The same by namespace. */
export async function costSummary(deps: CostDeps, query: CostQuery): Promise<CostSummary> {
  const { workloads, ...head } = await costs(deps, query);
  const groups = new Map<string, WorkloadCost[]>();
  for (const row of workloads) {
    const key = `${row.workload.cluster}#${row.workload.namespace}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return { ...head, namespaces: [...groups.values()].flatMap(namespaceOf) };
}

function namespaceOf(rows: readonly WorkloadCost[]): CostSummary['namespaces'] {
  const [first] = rows;
  if (!first) return [];
  const sum = (of: (row: WorkloadCost) => number) =>
    rows.reduce((total, row) => total + of(row), 0);
  const { cluster, namespace } = first.workload;
  return [
    {
      cluster,
      namespace,
      simulated: rows.every(({ simulated }) => simulated),
      cost: totalOf(rows.map(({ cost }) => cost)),
      replica_hours: sum((row) => row.replica_hours),
      workloads: rows.length,
      unknown: rows.filter(({ cost }) => cost === null).length,
      covered_seconds: sum((row) => row.covered_seconds),
      uncovered_seconds: sum((row) => row.uncovered_seconds),
    },
  ];
}
