import type { Reason } from '#contracts/http/common.ts';
import { learnCapacity } from '#core/recommend/capacity-per-replica.ts';
import { varies } from '#core/recommend/measure.ts';
import type { Frame } from '#core/series/frame.ts';
import { canonicalMetric, metricDefinition } from '#core/series/metric-catalogue.ts';
import { cleanSeries } from '#core/series/quality.ts';
import { addMs, DAY, type EpochMs, epochMs } from '#core/time.ts';
import { readFrame } from '../read-frame.ts';
import type { ConfiguredScaling } from '../scaling-config.ts';
import { endOfData, type Workload } from '../workload-directory.ts';
import { BASIS_LIFETIME, type DemandBasis, REFUSAL_LIFETIME } from './demand-bases.ts';
import { useRows, utilizationMetric } from './read-use.ts';
import type { RecommendDeps } from './recommend-deps.ts';

/** History that capacity is learned from. */
const LEARNING_DAYS = 7;
/** Metrics that tell load without depending on how many replicas share it, the better one first. */
const DEMAND_METRICS = ['request_rate', 'cpu_cores'] as const;

/**
 * What demand of a workload is measured in and what one replica serves of it: as configured, or as
 * learned from a week of history, which is remembered for a day.
 *
 * @param current - replicas there are, taken to have been throughout where nothing measures them
 * @param isKept - false writes nothing
 */
export async function demandBasisOf(
  deps: Pick<RecommendDeps, 'observations' | 'demandBases'>,
  workload: Workload,
  about: {
    readonly scaling: ConfiguredScaling;
    readonly current: number | undefined;
    readonly isKept: boolean;
    readonly now: EpochMs;
  },
): Promise<DemandBasis> {
  const { scaling, current, isKept, now } = about;
  const isCounted = workload.metrics.has('replicas');
  const used = utilizationMetric(scaling);
  const assumed = isCounted ? 'counted' : String(current);
  const question = JSON.stringify([scaling.demand ?? null, used, assumed]);
  const known = await deps.demandBases.get(workload.key);
  if (known?.question === question) {
    const lifetime = known.source === 'none' ? REFUSAL_LIFETIME : BASIS_LIFETIME;
    const age = now - known.learned_at;
    if (age >= 0 && age < lifetime) return known;
  }
  const to = endOfData(workload, now);
  const from = epochMs(Math.max(0, addMs(to, DAY, -LEARNING_DAYS)));
  const frame = await readFrame(deps.observations, workload, { from, to });
  const learned = { question, learned_at: now, ...learn(frame, scaling, current) };
  if (isKept) await deps.demandBases.put(workload.key, learned);
  return learned;
}

type Learned = Omit<DemandBasis, 'question' | 'learned_at'>;

function learn(
  frame: Frame | undefined,
  scaling: ConfiguredScaling,
  current: number | undefined,
): Learned {
  const { demand } = scaling;
  if (demand?.per_replica !== undefined) {
    const metric = canonicalMetric(demand.metric);
    return { ...NOTHING, metric, per_replica: demand.per_replica, source: 'configured' };
  }
  const rows = frame && useRows(frame, scaling, current);
  if (!frame || !rows) return refused([unmeasured(scaling)]);
  const reasons: Reason[] = [];
  const candidates = demand ? [canonicalMetric(demand.metric)] : DEMAND_METRICS;
  for (const metric of candidates) {
    const series = frame.series.get(metric);
    if (!series) continue;
    const values = cleanSeries(series, metricDefinition(metric)).values;
    const learned = learnCapacity({ ...rows, demand: values });
    if (learned.ok) {
      const { perReplica, idle } = learned.capacity;
      return {
        metric,
        per_replica: perReplica,
        idle,
        source: 'learned',
        fit: learned.fit,
        reasons,
      };
    }
    const { code, message, details } = learned.because;
    reasons.push({ code, message: `${metric}: ${message}`, details: { metric, ...details } });
  }
  if (demand) return refused(reasons.length > 0 ? reasons : [unmeasured(scaling)]);
  return ofUtilization(rows.replicas, scaling, reasons);
}

/** Utilisation × replicas is a demand, and one that can be forecast where replicas stay the same. */
function ofUtilization(
  replicas: ArrayLike<number>,
  scaling: ConfiguredScaling,
  reasons: readonly Reason[],
): Learned {
  if (varies(replicas)) {
    const message =
      'replicas changed lately and utilisation with them, so its forecast is none of the demand: name a demand metric';
    return refused([...reasons, { code: 'DEMAND_UNKNOWN', message }]);
  }
  const metric = utilizationMetric(scaling);
  return { ...NOTHING, metric, per_replica: 1, source: 'utilization', reasons: [...reasons] };
}

const NOTHING = { metric: null, per_replica: null, idle: 0, fit: null, reasons: [] };

function refused(reasons: readonly Reason[]): Learned {
  return { ...NOTHING, source: 'none', reasons: [...reasons] };
}

function unmeasured({ demand, ...scaling }: ConfiguredScaling): Reason {
  const metric = demand ? canonicalMetric(demand.metric) : utilizationMetric(scaling);
  return {
    code: 'DEMAND_UNKNOWN',
    message: `${metric} was not measured lately`,
    details: { metric },
  };
}
