import type { Measures, MetricsSink } from '#app/ports/metrics-sink.ts';
import {
  FLEET_DIMENSION,
  FLEET_MEASURES,
  MEASURE_NAMES,
  MEASURES,
  MEASURES_NAMESPACE,
  type MeasureName,
  type WorkloadMeasure,
} from '#contracts/measures.ts';

/** Values of one metric in one line that CloudWatch accepts. */
const MAX_VALUES = 100;

/**
 * Metrics as lines of the log that CloudWatch reads as metrics: the embedded metric format,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html.
 * No call, no permission, no wait. What alarms of the whole fleet look at is told under a dimension of its
 * own as well.
 *
 * @param write - takes one line without its end; to standard output in a function
 * @param options.measures - those told of each workload; all when left out
 */
export function emfMetrics(
  write: (line: string) => void,
  { measures = MEASURE_NAMES }: { readonly measures?: readonly WorkloadMeasure[] } = {},
): MetricsSink {
  // What is no measure of every workload is not chosen: it is told wherever it is given.
  const left = new Set<MeasureName>(MEASURE_NAMES.filter((name) => !measures.includes(name)));
  return {
    emit(given) {
      const values = measured(given);
      const names = values.map(([name]) => name);
      const told = names.filter((name) => !left.has(name));
      const fleet = FLEET_MEASURES.filter((name) => names.includes(name));
      const directives = [
        directive(Object.keys(given.dimensions), told),
        directive(Object.keys(FLEET_DIMENSION), fleet),
      ].flat();
      if (directives.length === 0) return;
      const properties = { ...given.dimensions, ...(fleet.length > 0 && FLEET_DIMENSION) };
      write(
        JSON.stringify({
          _aws: { Timestamp: given.at, CloudWatchMetrics: directives },
          ...properties,
          ...Object.fromEntries(values),
        }),
      );
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

/** What makes metrics of a line's values; none for no names. */
function directive(dimensions: readonly string[], names: readonly MeasureName[]) {
  if (names.length === 0) return [];
  const Metrics = names.map((Name) => ({ Name, Unit: MEASURES[Name] }));
  return [{ Namespace: MEASURES_NAMESPACE, Dimensions: [dimensions], Metrics }];
}
