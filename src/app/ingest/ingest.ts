import {
  type IngestRequest,
  type IngestResponse,
  IngestResponseSchema,
} from '#contracts/http/ingest.ts';
import { sourceName } from '#core/observations/observation.ts';
import { addMs, type Clock, DAY, type EpochMs } from '#core/time.ts';
import { type WorkloadId, workloadKey } from '#core/workload.ts';
import { readRecord } from '../catalog-records.ts';
import type { MarkLog } from '../marks.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';
import type { MergeResult, ObservationStore } from '../ports/observation-store.ts';
import { seenMetrics, type WorkloadDirectory } from '../workload-directory.ts';
import {
  type AcceptedMark,
  type AcceptedSample,
  readColumns,
  readMarks,
  readSamples,
} from './read-samples.ts';

const MAX_REJECTIONS_SHOWN = 100;
const BATCH_LIFETIME_DAYS = 2;

export interface IngestDeps {
  readonly observations: ObservationStore;
  readonly catalog: CatalogStore;
  readonly directory: WorkloadDirectory;
  readonly marks: MarkLog;
  readonly clock: Clock;
}

/**
 * Stores a batch. Commutative and idempotent: any order, any batches and any repeats of the same
 * samples leave the same store. A sample that cannot be taken is named and does not cost the others.
 *
 * @throws {DomainError} `STORE_UNAVAILABLE`: then nothing or a part is stored, and sending the batch
 *   again completes it
 */
export async function ingest(deps: IngestDeps, request: IngestRequest): Promise<IngestResponse> {
  const batchKey = request.batch_id && { partition: `batch#${request.batch_id}`, id: 'answer' };
  if (batchKey) {
    const answered = await readRecord(deps.catalog, IngestResponseSchema, batchKey);
    if (answered) return answered;
  }
  const seenAt = deps.clock.now();
  const read = 'columns' in request ? readColumns(request, seenAt) : readSamples(request, seenAt);
  const samples = read.accepted.length + read.rejected.length;
  const marks = readMarks(request, seenAt, samples);
  await storeMarks(deps.marks, marks.accepted, seenAt);
  const results = await storeAll(deps, read.accepted, seenAt);
  const count = (wanted: MergeResult) => results.filter((result) => result === wanted).length;
  const response: IngestResponse = {
    received: samples + marks.accepted.length + marks.rejected.length,
    accepted: count('accepted') + marks.accepted.length,
    duplicate: count('duplicate'),
    superseded: count('superseded'),
    rejected: read.rejected.length + marks.rejected.length,
    rejections: [...read.rejected, ...marks.rejected].slice(0, MAX_REJECTIONS_SHOWN),
    batch_id: request.batch_id ?? null,
  };
  if (batchKey) {
    const expiresAt = addMs(seenAt, DAY, BATCH_LIFETIME_DAYS);
    await deps.catalog.put(batchKey, response, { expiresAt });
  }
  return response;
}

/** One write a workload, before the observations: whoever scores them knows of the deployment. */
async function storeMarks(
  log: MarkLog,
  marks: readonly AcceptedMark[],
  seenAt: EpochMs,
): Promise<void> {
  const byWorkload = new Map<string, AcceptedMark[]>();
  for (const mark of marks) {
    const key = workloadKey(mark.workload);
    byWorkload.set(key, [...(byWorkload.get(key) ?? []), mark]);
  }
  for (const group of byWorkload.values()) {
    const [first] = group;
    if (!first) continue;
    const times = group.map(({ at }) => at);
    await log.add(first.workload, times, seenAt);
  }
}

/** Merges by workload and step, then notes the delivery: acknowledged means both are durable. */
async function storeAll(
  deps: IngestDeps,
  samples: readonly AcceptedSample[],
  seenAt: EpochMs,
): Promise<readonly MergeResult[]> {
  const groups = new Map<string, AcceptedSample[]>();
  for (const sample of samples) {
    const key = `${workloadKey(sample.workload)}|${sample.step}`;
    const group = groups.get(key);
    if (group) group.push(sample);
    else groups.set(key, [sample]);
  }
  const results: MergeResult[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    const observations = group.map((sample) => sample.observation);
    results.push(
      ...(await deps.observations.merge(first.workload, first.step, observations, seenAt)),
    );
    await noteDelivery(deps.directory, first.workload, group);
  }
  return results;
}

async function noteDelivery(
  directory: WorkloadDirectory,
  workload: WorkloadId,
  samples: readonly AcceptedSample[],
): Promise<void> {
  const bySource = new Map<string, AcceptedSample[]>();
  for (const sample of samples) {
    const source = sourceName(sample.observation.source);
    const own = bySource.get(source);
    if (own) own.push(sample);
    else bySource.set(source, [sample]);
  }
  for (const [source, own] of bySource) {
    const step = own[0]?.step;
    if (step === undefined) continue;
    await directory.note(workload, {
      source,
      step,
      metrics: seenMetrics(own.map(({ observation }) => observation)),
    });
  }
}
