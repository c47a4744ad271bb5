import { ingest } from '#app/ingest/ingest.ts';
import { IngestRequestSchema } from '#contracts/http/ingest.ts';
import { addMs, durationMs, MINUTE, SECOND, toIso } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { at, type MemoryServices } from '#test/helpers/memory-services.ts';

/** When everything here arrives. */
export const NOW = at('2026-03-02T10:00:00Z');
export const LABELS = { deployment: 'web' };

/** A sample of the seeds' form, a minute old unless said otherwise. */
export function sample(changes: Readonly<Record<string, unknown>> = {}) {
  const timestamp = toIso(addMs(NOW, MINUTE, -1));
  return { name: 'cpu', value: 0.5, timestamp, labels: LABELS, ...changes };
}

/** Sends a batch as it comes over the wire. */
export function send(services: MemoryServices, body: unknown) {
  return ingest(services, IngestRequestSchema.parse(body));
}

/** What is stored of `web` around NOW at the default step of 15 seconds. */
export async function stored(services: MemoryServices, step = 15) {
  const range = { from: addMs(NOW, MINUTE, -60), to: addMs(NOW, MINUTE, 60) };
  const columns = await services.observations.read(
    workloadId(LABELS),
    durationMs(step * SECOND),
    range,
  );
  return columns.map(({ metric, source, slots }) => ({
    metric,
    source,
    values: slots.map(({ value }) => value),
  }));
}
