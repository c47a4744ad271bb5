import type * as z from 'zod';
import { LIMITS } from '#contracts/http/common.ts';
import type { IngestSamplesSchema } from '#contracts/http/ingest.ts';
import { sourceName } from '#core/observations/observation.ts';
import { type DurationMs, SECOND, toIso } from '#core/time.ts';
import type { WorkloadId } from '#core/workload.ts';
import type { Sweep } from '../ports/metric-source.ts';
import type { Observation } from '../ports/observation-store.ts';
import type { WaitingBatch } from '../ports/sample-buffer.ts';

/** A sample as it is sent. */
export type WireSample = z.input<typeof IngestSamplesSchema>['metrics'][number];

/** What Helios takes in one request, with room for what stands around the samples. */
const MOST_BYTES = LIMITS.maxRequestBytes - 65_536;

export interface BatchOptions {
  readonly version: string;
  /** SHA-256 of a text, in hex. */
  readonly sha256: (text: string) => string;
  /** Samples in one batch at most. */
  readonly batchSize: number;
  /** Static labels; those that name a workload are in the workload already. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What a sweep has found, as samples by the step they were measured with. Only finite values are any. */
export function toSamples(
  sweep: Sweep,
  labels: BatchOptions['labels'],
): ReadonlyMap<DurationMs, readonly WireSample[]> {
  return byStep(sweep, labels, (sample) => sample);
}

/** Samples as `form` makes them: the many of a large sweep are there in one form only. */
function byStep<T>(
  sweep: Sweep,
  labels: BatchOptions['labels'],
  form: (sample: WireSample) => T,
): ReadonlyMap<DurationMs, readonly T[]> {
  const found = new Map<DurationMs, T[]>();
  for (const { workload, collected } of sweep.workloads) {
    const counters = new Set(collected.counters);
    const samples = found.get(collected.step) ?? [];
    found.set(collected.step, samples);
    const own = { ...labels, ...labelsOf(workload) };
    for (const observation of collected.observations) {
      if (!Number.isFinite(observation.value)) continue;
      samples.push(form(sampleOf(observation, own, counters.has(observation.metric))));
    }
  }
  return found;
}

/**
 * Samples as batches that Helios takes, each under an id made of what it holds: the same samples are the
 * same batch, whoever sends them again.
 */
export function toBatches(
  sweep: Sweep,
  { labels, batchSize, version, sha256 }: BatchOptions,
): readonly WaitingBatch[] {
  const batches: WaitingBatch[] = [];
  for (const [step, texts] of byStep(sweep, labels, (sample) => JSON.stringify(sample))) {
    const head = JSON.stringify({ agent_version: version, step_seconds: stepSeconds(step) });
    for (const chunk of inChunks(texts, batchSize)) {
      const json = `${head.slice(0, -1)},"metrics":[${chunk.join(',')}]}`;
      batches.push({ id: `agent-${sha256(json)}`, samples: chunk.length, json });
    }
  }
  return batches;
}

function sampleOf(
  { metric, value, at, source }: Observation,
  labels: Readonly<Record<string, string>>,
  isCounter: boolean,
): WireSample {
  const name = sourceName(source);
  const instance = source.slice(name.length + 1);
  return {
    name: metric,
    value,
    timestamp: toIso(at),
    type: isCounter ? 'counter' : 'gauge',
    labels: instance === '' ? labels : { ...labels, instance },
    source: name,
  };
}

function labelsOf({ deployment, namespace, cluster, container }: WorkloadId) {
  return {
    deployment,
    namespace,
    ...(cluster !== 'default' && { cluster }),
    ...(container !== '*' && { container }),
  };
}

function stepSeconds(step: DurationMs): number {
  return Math.min(Math.max(Math.round(step / SECOND), 1), 3_600);
}

function inChunks(texts: readonly string[], most: number): readonly (readonly string[])[] {
  const chunks: string[][] = [];
  let bytes = 0;
  for (const text of texts) {
    const last = chunks.at(-1);
    const size = mostBytes(text) + 1;
    if (last && last.length < most && bytes + size <= MOST_BYTES) {
      last.push(text);
      bytes += size;
    } else {
      chunks.push([text]);
      bytes = size;
    }
  }
  return chunks;
}

/** What UTF-8 makes of a text at most: three bytes for what is not ASCII. */
function mostBytes(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : 3 * text.length;
}
