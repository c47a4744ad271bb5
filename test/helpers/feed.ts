import { ingest } from '#app/ingest/ingest.ts';
import type { Services } from '#app/services.ts';
import { IngestRequestSchema, type IngestResponse } from '#contracts/http/ingest.ts';
import { type DurationMs, type EpochMs, HOUR, toIso } from '#core/time.ts';

/** Stores columns of one workload through the use case that stores everything, all of it or throws. */
export async function feed(
  services: Services,
  columns: Readonly<Record<string, readonly (number | null)[]>>,
  options: {
    readonly start: EpochMs;
    readonly step?: DurationMs;
    readonly deployment?: string;
    readonly namespace?: string;
    readonly counters?: readonly string[];
  },
): Promise<IngestResponse> {
  const { start, step = HOUR, deployment = 'web', namespace = 'shop', counters = [] } = options;
  const request = IngestRequestSchema.parse({
    deployment,
    namespace,
    start: toIso(start),
    step_seconds: step / 1_000,
    columns,
    counters,
    backfill: true,
  });
  const answer = await ingest(services, request);
  const [rejection] = answer.rejections;
  if (rejection) throw new Error(`the test's own data were refused: ${rejection.message}`);
  return answer;
}

/**
 * A day's shape that repeats with small wiggles of period 7: everything that looks a day back wins
 * over the last value by far, and no two origins err alike.
 */
export function dailyShape(steps: number, { stepsPerDay = 24 } = {}): number[] {
  return Array.from({ length: steps }, (_, i) => {
    const phase = (2 * Math.PI * (i % stepsPerDay)) / stepsPerDay;
    return Number((0.5 + 0.3 * Math.sin(phase) + 0.004 * ((i % 7) - 3)).toFixed(6));
  });
}
