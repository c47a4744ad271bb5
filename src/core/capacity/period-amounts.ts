import type { Because } from '../recommend/because.ts';
import type { AmountAdvice } from '../recommend/resources.ts';
import type { CapacityPeriod } from './period.ts';
import type { PeriodSummary } from './summarise.ts';

/** How requests and limits are made of a period's forecast. */
export const CAPACITY_PRESETS = ['quantiles', 'seeds'] as const;
export type CapacityPreset = (typeof CAPACITY_PRESETS)[number];

/** What the capacity service of one of the seeds multiplied its mean with. */
const SEED_FACTORS = { request: 0.8, limit: 1.2 } as const;
const SEED_FACTORS_MONTH = { request: 0.7, limit: 1.5 } as const;

/** Above the greatest memory that was used or is expected. */
const MEMORY_MARGIN = 1.15;

/** What one replica needs in a period, of one resource. */
export interface PeriodNeed {
  readonly resource: 'cpu' | 'memory';
  readonly period: CapacityPeriod;
  /** Of one replica, in cores or bytes. */
  readonly summary: PeriodSummary;
  /** The greatest amount one replica was seen to use; NaN where that is not known. */
  readonly observedPeak: number;
}

/**
 * Request and limit of one replica for a period. `quantiles`: CPU is requested for the upper end of
 * the 95th percentile and limited at the upper end of the peak; memory cannot be squeezed, so it is
 * requested for the upper end of the peak and limited 15 % above that and above what was seen.
 * `seeds` multiplies the mean, by name only: it requests less than is expected to be used.
 */
export function periodAmounts(need: PeriodNeed, preset: CapacityPreset): AmountAdvice {
  return preset === 'seeds' ? bySeeds(need) : byQuantiles(need);
}

function byQuantiles({ resource, summary, observedPeak }: PeriodNeed): AmountAdvice {
  const { p95, peak } = summary;
  if (p95.upper === null || peak.upper === null) return { decision: 'hold', because: [NO_BAND] };
  const seen = Number.isNaN(observedPeak) ? 0 : observedPeak;
  const [request, limit] =
    resource === 'cpu'
      ? [p95.upper, peak.upper]
      : [peak.upper, MEMORY_MARGIN * Math.max(peak.upper, seen)];
  const covered = resource === 'cpu' ? 'the 95th percentile of the hours' : 'the greatest hour';
  const because: Because = {
    code: 'UPPER_BOUND',
    message: `the request covers the upper bound of ${covered}`,
    details: { p95_upper: p95.upper, peak_upper: peak.upper },
  };
  return {
    decision: 'act',
    request: Math.max(0, request),
    limit: Math.max(0, limit),
    because: [because],
  };
}

function bySeeds({ period, summary }: PeriodNeed): AmountAdvice {
  const factors = period === 'next_month' ? SEED_FACTORS_MONTH : SEED_FACTORS;
  const each = Math.max(0, summary.mean.value);
  const because: Because = {
    code: 'SEED_PRESET',
    message: `${factors.request} and ${factors.limit} times the mean: the request is below the use expected`,
    details: { ...factors, mean: summary.mean.value },
  };
  return {
    decision: 'act',
    request: each * factors.request,
    limit: each * factors.limit,
    because: [because],
  };
}

const NO_BAND: Because = {
  code: 'NO_INTERVAL',
  message: 'there is no band yet that a request could cover',
};
