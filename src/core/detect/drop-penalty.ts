import { metricDefinition } from '../series/metric-catalogue.ts';

/** Memory that is freed is no incident: restarts and deployments free it. */
const MEMORY = /memory/;
/** Of everything else that is used up, a drop has to be 4.5 times (e to this power) rarer than a rise. */
const RESOURCE_PENALTY = 1.5;
const DEMAND_UNITS: readonly string[] = ['per_second', 'bytes_per_second', 'unspecified'];

/**
 * By how many e-folds a drop of a metric must be rarer than a rise to count the same: demand counts both
 * ways, a resource that is less used is seldom anybody's trouble. Infinity: drops do not count.
 *
 * @example
 * ```ts
 * ['request_rate', 'cpu_utilization', 'memory_bytes'].map(dropPenalty); // => [0, 1.5, Infinity]
 * ```
 */
export function dropPenalty(metric: string): number {
  if (MEMORY.test(metric)) return Infinity;
  return DEMAND_UNITS.includes(metricDefinition(metric).unit) ? 0 : RESOURCE_PENALTY;
}
