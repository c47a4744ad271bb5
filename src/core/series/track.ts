/**
 * The two grids a metric is forecast on: its own, for the next hours, and the hourly one, for days
 * and weeks.
 */
export type Track = 'grid' | 'hourly';

const HOURLY_SUFFIX = '.hourly';

/**
 * The name under which a metric's models of one track are kept.
 *
 * @example
 * ```ts
 * trackedMetric('cpu_utilization', 'hourly'); // => 'cpu_utilization.hourly'
 * ```
 */
export function trackedMetric(metric: string, track: Track): string {
  return track === 'hourly' ? `${metric}${HOURLY_SUFFIX}` : metric;
}

/**
 * The inverse of `trackedMetric`.
 *
 * @example
 * ```ts
 * untracked('cpu_utilization.hourly'); // => { metric: 'cpu_utilization', track: 'hourly' }
 * ```
 */
export function untracked(name: string): { readonly metric: string; readonly track: Track } {
  return name.endsWith(HOURLY_SUFFIX)
    ? { metric: name.slice(0, -HOURLY_SUFFIX.length), track: 'hourly' }
    : { metric: name, track: 'grid' };
}
