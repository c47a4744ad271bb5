import type { MEASURE_DIMENSIONS, MeasureName } from '#contracts/measures.ts';
import type { EpochMs } from '#core/time.ts';

/** Measures of one workload at one moment. */
export interface Measures {
  readonly at: EpochMs;
  readonly dimensions: Readonly<Record<(typeof MEASURE_DIMENSIONS)[number], string>>;
  /** Several values of one measure are aggregated together; what is not there was not measured. */
  readonly values: { readonly [name in MeasureName]?: readonly number[] };
}

/** Where Helios tells what it measures about the workloads it watches. Never fails. */
export interface MetricsSink {
  emit(measures: Measures): void;
}
