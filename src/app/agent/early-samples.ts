import { type IngestResponse, IngestSamplesSchema, type Sample } from '#contracts/http/ingest.ts';
import { DAY, type EpochMs } from '#core/time.ts';
import type { WaitingBatch } from '../ports/sample-buffer.ts';

/** Samples further ahead are given up: no clock that anybody looks after is off by a day. */
const MOST_AHEAD = DAY;

/**
 * What Helios has refused of a batch as being from the future, as a batch to be sent when it no longer is:
 * the samples as they are, under another id, because the first one's answer is repeated for its id. An
 * answer names a hundred refusals at most; of the samples behind the last that it names all are taken,
 * and those that were stored the first time are stored once all the same.
 *
 * @returns undefined where nothing of it is worth keeping
 */
export function earlySamples(
  batch: WaitingBatch,
  { rejected, rejections }: IngestResponse,
  now: EpochMs,
  sha256: (text: string) => string,
): WaitingBatch | undefined {
  const early = rejections.filter(({ code }) => code === 'IN_FUTURE');
  if (early.length === 0) return undefined;
  const named = new Set(early.map(({ index }) => index));
  const allNamed = rejected <= rejections.length;
  const lastNamed = allNamed ? Number.POSITIVE_INFINITY : (rejections.at(-1)?.index ?? 0);
  const body = IngestSamplesSchema.parse(JSON.parse(batch.json));
  const metrics = body.metrics.filter(
    (sample, index) =>
      (named.has(index) || index > lastNamed) && timeOf(sample) - now <= MOST_AHEAD,
  );
  if (metrics.length === 0) return undefined;
  const json = JSON.stringify({ ...body, metrics });
  return { id: `agent-${sha256(`${batch.id} ${json}`)}`, samples: metrics.length, json };
}

/** When the last sample of a batch is no longer from the future, in milliseconds since 1970. */
export function dueAt({ json }: WaitingBatch): number {
  const { metrics } = IngestSamplesSchema.parse(JSON.parse(json));
  return metrics.reduce((latest, sample) => Math.max(latest, timeOf(sample)), 0);
}

/** Agents write times as ISO 8601. */
function timeOf({ timestamp }: Sample): number {
  return Date.parse(String(timestamp));
}
