import type { Measures, MetricsSink } from '#app/ports/metrics-sink.ts';

/** A metrics sink that remembers what it was told. */
export function recordingMetrics(): MetricsSink & { readonly emitted: readonly Measures[] } {
  const emitted: Measures[] = [];
  return { emitted, emit: (measures) => void emitted.push(measures) };
}
