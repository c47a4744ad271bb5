import type { Collected } from '#app/ports/metric-source.ts';
import { toIso } from '#core/time.ts';

/** A body of POST /api/v1/ingest in the form of the seeds' agents. */
export interface IngestSamples {
  readonly agent_version: string;
  readonly step_seconds: number;
  readonly metrics: readonly {
    readonly name: string;
    readonly value: number;
    readonly timestamp: string;
    readonly type: 'gauge' | 'counter';
    readonly labels: Readonly<Record<string, string>>;
    readonly source: string;
  }[];
}

/** What a collect measured, as it is sent. */
export function toSamples(
  collected: Collected,
  options: {
    readonly version: string;
    readonly intervalSeconds: number;
    readonly labels: Readonly<Record<string, string>>;
  },
): IngestSamples {
  const counters = new Set(collected.counters);
  return {
    agent_version: options.version,
    step_seconds: options.intervalSeconds,
    metrics: collected.observations.map(({ metric, value, at, source }) => ({
      name: metric,
      value,
      timestamp: toIso(at),
      type: counters.has(metric) ? 'counter' : 'gauge',
      labels: options.labels,
      source,
    })),
  };
}
