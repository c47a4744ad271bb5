import type { Measures, MetricsSink } from '#app/ports/metrics-sink.ts';
import { MEASURES, MEASURES_NAMESPACE, type MeasureName } from '#contracts/measures.ts';

/** Values of one metric in one line that CloudWatch accepts. */
const MAX_VALUES = 100;

/**
 * Metrics as lines of the log that CloudWatch reads as metrics: the embedded metric format,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html.
 * No call, no permission, no wait.
 *
 * @param write - takes one line without its end; to standard output in a function
 */
export function emfMetrics(write: (line: string) => void): MetricsSink {
  return {
    emit(measures) {
      const values = measured(measures);
      if (values.length > 0) write(JSON.stringify(lineOf(measures, values)));
    },
  };
}

type Measured = readonly [name: MeasureName, values: readonly number[]];

/** In the order of the catalogue. A measure without a finite value is left out. */
function measured({ values }: Measures): readonly Measured[] {
  const names = Object.keys(MEASURES) as MeasureName[];
  return names
    .map(
      (name) => [name, values[name]?.filter(Number.isFinite).slice(0, MAX_VALUES) ?? []] as const,
    )
    .filter(([, finite]) => finite.length > 0);
}

function lineOf(
  { at, dimensions }: Measures,
  values: readonly Measured[],
): Readonly<Record<string, unknown>> {
  return {
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        {
          Namespace: MEASURES_NAMESPACE,
          Dimensions: [Object.keys(dimensions)],
          Metrics: values.map(([name]) => ({ Name: name, Unit: MEASURES[name] })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries(values),
  };
}
