import { metricDefinition } from '../series/metric-catalogue.ts';
import { compactFormat, compactNumber } from './compact-values.ts';
import type { IncidentMetric, IncidentRecord } from './incident-record.ts';
import { SERVICE_DETECTOR } from './incident-signal.ts';

/** Metrics that are named beside the first one. */
const NAMED = 2;
/** From here on a factor is easier to read than a percentage: 900 % above is 10 times as much. */
const LEAST_FACTOR = 10;

/**
 * One sentence on an incident: what its first metric was at its peak, what was expected, and which
 * others moved with it. Present tense while it is open.
 *
 * @example
 * ```ts
 * const band = { expected: 0.45, lower: 0.4, upper: 0.5, direction: 'above' as const };
 * const cpu = { metric: 'cpu_utilization', score: 4, share: 1, value: 0.63, ...band };
 * incidentMessage({ state: 'open', detectors: ['residual'], metrics: [cpu] }); // => 'cpu_utilization is 40 % above what is usual: 63 % where 45 % was expected (40 % to 50 %)'
 * ```
 */
export function incidentMessage({
  state,
  detectors,
  metrics,
}: Pick<IncidentRecord, 'state' | 'detectors' | 'metrics'>): string {
  const isOpen = state === 'open';
  const [first, ...others] = metrics;
  if (first === undefined) return `the metrics ${isOpen ? 'are' : 'were'} unusual together`;
  const isServiceAlone = detectors.every((detector) => detector === SERVICE_DETECTOR);
  const claim = isServiceAlone
    ? `${isOpen ? 'does' : 'did'} not go with the other metrics as usual`
    : `${isOpen ? 'is' : 'was'} ${comparison(first)}`;
  return `${first.metric} ${claim}${evidence(first)}${company(others)}`;
}

function comparison({ value, expected, direction }: IncidentMetric): string {
  if (value === null || expected === null || direction === null) return 'unusual';
  const share = Math.abs(value - expected) / Math.abs(expected);
  // Of nothing, or next to it, there is no percentage.
  if (!Number.isFinite(share)) return `${direction} what is usual`;
  return expected > 0 && value / expected >= LEAST_FACTOR
    ? `${compactNumber(value / expected)} times what is usual`
    : `${compactNumber(100 * share)} % ${direction} what is usual`;
}

function evidence({ metric, value, expected, lower, upper }: IncidentMetric): string {
  if (value === null) return '';
  const known = [value, expected, lower, upper].filter((number) => number !== null);
  const format = compactFormat(metricDefinition(metric).unit, known);
  if (expected === null) return `: ${format(value)}`;
  const band = lower === null || upper === null ? '' : ` (${format(lower)} to ${format(upper)})`;
  return `: ${format(value)} where ${format(expected)} was expected${band}`;
}

function company(others: readonly IncidentMetric[]): string {
  if (others.length === 0) return '';
  const named = others.slice(0, NAMED).map(({ metric }) => metric);
  const more = others.length - named.length;
  const all = more > 0 ? [...named, `${more} more`] : named;
  const last = all.pop();
  return `, together with ${all.length === 0 ? last : `${all.join(', ')} and ${last}`}`;
}
