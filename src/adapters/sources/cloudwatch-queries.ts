import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import {
  type CloudWatchMetric,
  type CloudWatchStatistic,
  MATH_WORD,
} from '#contracts/config/cloudwatch.ts';

/**
 * The queries of one metric: one, or the inputs of an expression and the expression, which alone
 * returns data. Ids begin with `id`, so that metrics share a call without meeting each other.
 *
 * @param id - a small letter, then letters, digits and _; the answer has this id
 */
export function queriesOf(id: string, metric: CloudWatchMetric): readonly MetricDataQuery[] {
  const { period_seconds: period } = metric;
  if (!('inputs' in metric)) return [statisticQuery(id, metric, period, true)];
  const inputs = Object.entries(metric.inputs);
  const ids = new Map(inputs.map(([name], i) => [name, `${id}_${i}`]));
  return [
    ...inputs.map(([name, input]) => statisticQuery(ids.get(name) ?? name, input, period, false)),
    {
      Id: id,
      Expression: metric.expression.replace(MATH_WORD, (word) => ids.get(word) ?? word),
      Period: period,
      ReturnData: true,
    },
  ];
}

function statisticQuery(
  id: string,
  { namespace, metric_name, dimensions, stat }: CloudWatchStatistic,
  period: number,
  returned: boolean,
): MetricDataQuery {
  return {
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metric_name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: period,
      Stat: stat,
    },
    ReturnData: returned,
  };
}
