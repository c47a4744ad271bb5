import type { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  FLEET_DIMENSION,
  type FLEET_MEASURES,
  MEASURE_DIMENSIONS,
  MEASURES_NAMESPACE,
  type WorkloadMeasure,
} from '#contracts/measures.ts';

export type MetricsInsightsStatistic = 'MAX' | 'MIN' | 'AVG';

/** In quotes: `CLUSTER` is a reserved word of Metrics Insights, by which a bare query is refused. */
const GROUPED = MEASURE_DIMENSIONS.map((dimension) => `"${dimension}"`).join(', ');

/**
 * A measure of each workload, a series each: a query of Metrics Insights, so that workloads that come
 * later are among them. Of more than 500 workloads, CloudWatch returns the first 500 in this order.
 *
 * @param options.limit - how many are shown; all of them when left out, as an alarm needs
 */
export function ofEachWorkload(
  measure: WorkloadMeasure,
  statistic: MetricsInsightsStatistic,
  options: { readonly period: Duration; readonly limit?: number },
): MathExpression {
  const from = `FROM SCHEMA("${MEASURES_NAMESPACE}", ${GROUPED})`;
  const order = statistic === 'MIN' ? 'ASC' : 'DESC';
  const limit = options.limit === undefined ? '' : ` LIMIT ${options.limit}`;
  return new MathExpression({
    expression: `SELECT ${statistic}(${measure}) ${from} GROUP BY ${GROUPED} ORDER BY ${statistic}() ${order}${limit}`,
    label: '',
    period: options.period,
  });
}

/** A measure of all workloads together. */
export function ofFleet(
  measure: (typeof FLEET_MEASURES)[number],
  statistic: 'Maximum' | 'Minimum',
  period: Duration,
): Metric {
  return new Metric({
    namespace: MEASURES_NAMESPACE,
    metricName: measure,
    dimensionsMap: FLEET_DIMENSION,
    statistic,
    period,
  });
}
