import { POLICY_LIMITS } from '#contracts/config/scaling.ts';
import { measuredOf, type UseRows } from '#core/recommend/measure.ts';
import type { Measured } from '#core/recommend/needs.ts';
import type { ScalingPolicy } from '#core/recommend/policy.ts';
import type { Frame } from '#core/series/frame.ts';
import { canonicalMetric } from '#core/series/metric-catalogue.ts';
import type { Series } from '#core/series/series.ts';
import { addMs, type EpochMs, epochMs } from '#core/time.ts';
import { readFrame } from '../read-frame.ts';
import type { ConfiguredScaling } from '../scaling-config.ts';
import { endOfData, type Workload } from '../workload-directory.ts';
import type { RecommendDeps } from './recommend-deps.ts';

/** Where the number of replicas comes from. */
export type ReplicasSource = 'request' | 'measured' | 'configured' | 'unknown';

/** The replicas there are, and how they were used lately. */
export interface Use {
  readonly current: number | undefined;
  readonly source: ReplicasSource;
  /** Whether the metric `replicas` says how many there were; otherwise they are assumed. */
  readonly isCounted: boolean;
  readonly measured: Measured | undefined;
}

/** Steps read besides the time that is asked for: the newest may still be filling. */
const SPARE_STEPS = 3;

/**
 * Reads what decisions need of the newest measurements. A configured number stands in only where the
 * metric `replicas` is not collected: where its counts ceased, nobody knows how many there are now.
 * @param stated - replicas as the caller says they are
 */
export async function readUse(
  deps: Pick<RecommendDeps, 'observations'>,
  workload: Workload,
  about: {
    readonly policy: ScalingPolicy;
    readonly scaling: ConfiguredScaling;
    readonly stated: number | undefined;
    readonly now: EpochMs;
  },
): Promise<Use> {
  const { policy, scaling, stated, now } = about;
  const length = Math.max(policy.scaleInWindow, policy.staleAfter);
  const from = epochMs(Math.max(0, addMs(now, workload.gridStep, -SPARE_STEPS) - length));
  const to = endOfData(workload, now);
  const frame = to > from ? await readFrame(deps.observations, workload, { from, to }) : undefined;
  const counted = frame && newestCount(frame, policy.staleAfter);
  const configured = workload.metrics.has('replicas') ? undefined : scaling.replicas;
  const current = stated ?? counted ?? configured;
  const source =
    stated !== undefined
      ? 'request'
      : counted !== undefined
        ? 'measured'
        : configured !== undefined
          ? 'configured'
          : 'unknown';
  const isCounted = counted !== undefined;
  const rows = frame && useRows(isCounted ? frame : withoutCounts(frame), scaling, current);
  const measured = rows && measuredOf(rows, policy.scaleInWindow, now);
  return { current, source, isCounted, measured };
}

/** The newest count, unless it is none or older than the other metrics by more than `staleAfter`. */
function newestCount(
  { series, step }: Frame,
  staleAfter: ScalingPolicy['staleAfter'],
): number | undefined {
  const newestOf = ({ values }: Series) => values.findLastIndex((value) => !Number.isNaN(value));
  const counts = series.get('replicas');
  if (!counts) return undefined;
  const at = newestOf(counts);
  const count = counts.values[at] ?? Number.NaN;
  const behind = (Math.max(...[...series.values()].map(newestOf)) - at) * step;
  const isCount = Number.isInteger(count) && count >= 0 && count <= POLICY_LIMITS.maxReplicas;
  return isCount && behind <= staleAfter ? count : undefined;
}

function withoutCounts({ series, ...grid }: Frame): Frame {
  return { ...grid, series: new Map([...series].filter(([metric]) => metric !== 'replicas')) };
}

/**
 * Replicas and their utilisation in a frame: as measured, or from demand where its capacity is
 * configured. Replicas that nobody measures are taken to have been `assumed` throughout.
 */
export function useRows(
  frame: Frame,
  scaling: ConfiguredScaling,
  assumed: number | undefined,
): UseRows | undefined {
  const replicas =
    frame.series.get('replicas')?.values ??
    new Float64Array(frame.length).fill(assumed ?? Number.NaN);
  const used = frame.series.get(utilizationMetric(scaling))?.values;
  const { start, step } = frame;
  if (used) return { start, step, utilization: used, replicas };
  const { metric, per_replica } = scaling.demand ?? {};
  const demand = metric && frame.series.get(canonicalMetric(metric))?.values;
  if (!demand || per_replica === undefined) return undefined;
  const utilization = demand.map((value, i) => value / (per_replica * replicas[i]!));
  return { start, step, utilization, replicas };
}

/** The metric that says how much replicas are used. */
export function utilizationMetric({ utilization_metric }: ConfiguredScaling): string {
  return canonicalMetric(utilization_metric ?? 'cpu_utilization');
}
