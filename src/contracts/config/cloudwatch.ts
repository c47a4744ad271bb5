import * as z from 'zod';
import { METRIC_CATALOGUE, METRIC_NAME } from '#core/series/metric-catalogue.ts';

/** CloudWatch's statistics: the five plain ones, percentiles, and trimmed or winsorised means. */
const STATISTIC =
  /^(Average|Sum|Minimum|Maximum|SampleCount|IQM|p(100|\d{1,2}(\.\d{1,10})?)|(tm|wm|tc|ts)\d{1,2}(\.\d{1,10})?)$/;

const SECONDS_AN_HOUR = 3_600;

/** Inputs of one expression: it takes that many queries of a call, and is billed so. */
const MAX_INPUTS = 10;

/** Functions of metric math that neither search for metrics (whose number nobody could bill) nor depend on the day. */
const MATH_FUNCTIONS = ['ABS', 'AVG', 'CEIL', 'FILL', 'FLOOR', 'IF', 'MAX', 'MIN', 'PERIOD', 'SUM'];

const MATH_CHARACTERS = /^[A-Za-z0-9_+\-*/^()[\].,<>=!&| ]+$/;

/** A word of an expression: an input, a function, or a number. */
export const MATH_WORD = /(?<![\w.])[A-Za-z_]\w*/g;

const statisticFields = {
  /** Such as `AWS/ECS`. */
  namespace: z.string().min(1).max(255),
  metric_name: z.string().min(1).max(255),
  /** All of them: CloudWatch finds a metric only by its whole set of dimensions. */
  dimensions: z
    .record(z.string().min(1).max(255), z.string().min(1).max(1_024))
    .refine((dimensions) => Object.keys(dimensions).length <= 30, 'at most 30 dimensions')
    .default({}),
  stat: z
    .string()
    .regex(STATISTIC, 'a statistic of CloudWatch, such as Average, Sum or p95')
    .default('Average'),
};

const valueFields = {
  /** What a value is multiplied by: 0.01 from percent, 0.001 from milliseconds to seconds. */
  scale: z.number().positive().default(1),
  per_second: z.boolean().default(false).meta({
    description: 'divide by the period: the Sum of a period becomes a rate',
  }),
  /** Whole minutes that divide an hour, so that hours can be summed up. */
  period_seconds: z
    .number()
    .int()
    .min(60)
    .max(SECONDS_AN_HOUR)
    .refine(
      (seconds) => seconds % 60 === 0 && SECONDS_AN_HOUR % seconds === 0,
      'whole minutes that divide an hour, such as 60 or 300',
    )
    .default(300),
};

const StatisticSchema = z.strictObject(statisticFields);
const PlainMetricSchema = z.strictObject({ ...statisticFields, ...valueFields });

const ExpressionMetricSchema = z
  .strictObject({
    /** Metric math over the inputs, such as `used / reserved`. Only its result is returned. */
    expression: z
      .string()
      .min(1)
      .max(1_024)
      .regex(MATH_CHARACTERS, 'arithmetic over the names of the inputs'),
    inputs: z
      .record(
        z.string().regex(/^[a-z]\w{0,49}$/, 'a name of letters, digits and _, small letter first'),
        StatisticSchema,
      )
      .refine((inputs) => Object.keys(inputs).length >= 1, 'at least 1 input')
      .refine((inputs) => Object.keys(inputs).length <= MAX_INPUTS, `at most ${MAX_INPUTS} inputs`),
    ...valueFields,
  })
  .superRefine(({ expression, inputs }, context) => {
    const words: readonly string[] = expression.match(MATH_WORD) ?? [];
    const unknown = words.find(
      (word) => !Object.hasOwn(inputs, word) && !MATH_FUNCTIONS.includes(word),
    );
    if (unknown !== undefined) {
      const message = `${unknown} is neither an input nor one of ${MATH_FUNCTIONS.join(', ')}`;
      context.addIssue({ code: 'custom', message, path: ['expression'] });
    }
    for (const name of Object.keys(inputs).filter((each) => !words.includes(each))) {
      const message = 'the expression does not use it, but it would be billed';
      context.addIssue({ code: 'custom', message, path: ['inputs', name] });
    }
  });

/**
 * Where one metric of a workload comes from in CloudWatch, and how it becomes Helios' unit: a
 * statistic of one metric, or an expression over several.
 */
export const CloudWatchMetricSchema = z.union([PlainMetricSchema, ExpressionMetricSchema]);
export type CloudWatchMetric = z.infer<typeof CloudWatchMetricSchema>;
export type CloudWatchStatistic = z.infer<typeof StatisticSchema>;
export type CloudWatchExpression = z.infer<typeof ExpressionMetricSchema>;

/** The metrics of one workload by their names in Helios. They share a period, since they share a grid. */
export const CloudWatchMappingSchema = z
  .record(z.string().regex(METRIC_NAME), CloudWatchMetricSchema)
  .refine((mapping) => Object.keys(mapping).length <= 22, 'at most 22 metrics a workload')
  .refine(
    (mapping) => new Set(Object.values(mapping).map((metric) => metric.period_seconds)).size <= 1,
    'the metrics of one workload have one period_seconds',
  )
  .superRefine((mapping, context) => {
    for (const [name, metric] of Object.entries(mapping)) {
      if (!isSumTakenForRate(name, metric)) continue;
      const message = `${name} is a rate, and the Sum of ${metric.period_seconds} s is none: set per_second: true, or a scale`;
      context.addIssue({ code: 'custom', message, path: [name] });
    }
  });
export type CloudWatchMapping = z.infer<typeof CloudWatchMappingSchema>;

/** How many metrics one read is billed as: every input of an expression is one. */
export function billedMetrics(metric: CloudWatchMetric): number {
  return 'inputs' in metric ? Object.keys(metric.inputs).length : 1;
}

/** A sum grows with the period, a rate does not: the mistake would be a factor of 300. */
function isSumTakenForRate(name: string, metric: CloudWatchMetric): boolean {
  if (metric.per_second || metric.scale !== 1 || 'inputs' in metric) return false;
  const unit = METRIC_CATALOGUE.get(name)?.unit;
  const isRate = unit === 'per_second' || unit === 'bytes_per_second';
  return isRate && (metric.stat === 'Sum' || metric.stat === 'SampleCount');
}
