import { type DurationMs, durationMs } from '../time.ts';
import { AWS_PRICES } from './aws-prices.ts';

/**
 * Metrics that a US dollar requests by GetMetricData, by the price table. Charged are the metrics,
 * whatever the number of points, without a free tier.
 */
export const METRICS_A_DOLLAR = Math.round(
  1 / Math.max(...AWS_PRICES['cloudwatch.get_metric_data'].tiers.map(({ usd }) => usd)),
);

/** A series that is read from CloudWatch over and over. */
export interface RequestedSeries {
  /** Metrics that one read is billed as: 1, or the inputs of an expression. */
  readonly inputs: number;
  /** Time from one read to the next. */
  readonly interval: DurationMs;
}

/**
 * How often a series of this period is read: nothing is new before a period is over.
 * @example
 * ```ts
 * readInterval(durationMs(300_000), durationMs(3_600_000)) === 3_600_000; // => true
 * readInterval(durationMs(300_000), durationMs(60_000)) === 300_000; // => true
 * ```
 */
export function readInterval(every: DurationMs, period: DurationMs): DurationMs {
  return durationMs(Math.ceil(Math.max(every, period) / every) * every);
}

/**
 * How many metrics reading these series requests within a length of time, such as a month. The first
 * read of a series (its past) is one request like any other.
 *
 * @example
 * ```ts
 * // 30 days hold 8,640 times five minutes, and 720 hours of a ratio of two metrics.
 * const series = [
 *   { inputs: 1, interval: durationMs(300_000) },
 *   { inputs: 2, interval: durationMs(3_600_000) },
 * ];
 * metricsRequested(series, durationMs(30 * 86_400_000)); // => 10080
 * ```
 */
export function metricsRequested(series: readonly RequestedSeries[], within: DurationMs): number {
  return series.reduce((sum, each) => sum + readsWithin(each, within), 0);
}

/** Metrics that one series requests within a length of time. */
export function readsWithin({ inputs, interval }: RequestedSeries, within: DurationMs): number {
  return inputs * Math.ceil(Math.max(0, within) / interval);
}

/**
 * What requesting so many metrics costs, in US dollars.
 * @example
 * ```ts
 * costOfMetrics(8_640); // => 0.0864
 * ```
 */
export function costOfMetrics(requested: number): number {
  return requested / METRICS_A_DOLLAR;
}

/**
 * How many metrics may be requested without passing an amount of money.
 * @param usd - 0 or more
 * @example
 * ```ts
 * metricsWithin(50); // => 5000000
 * metricsWithin(0.000019); // => 1
 * ```
 */
export function metricsWithin(usd: number): number {
  const most = Math.floor(usd * METRICS_A_DOLLAR);
  // The product may have been rounded up.
  return costOfMetrics(most) > usd ? most - 1 : most;
}
