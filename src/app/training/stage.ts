import type * as z from 'zod';
import type { StoredSeries } from '#contracts/artifacts/stage-outputs.ts';
import type { StageName, TrainRequest } from '#contracts/http/train.ts';
import {
  type PipelineInput,
  PipelineInputSchema,
  type WorkloadItem,
} from '#contracts/tasks/items.ts';
import { DomainError } from '#core/errors.ts';
import { makeSeries, type Series } from '#core/series/series.ts';
import { durationMs, epochMs } from '#core/time.ts';
import { parseWorkloadKey, workloadPath } from '#core/workload.ts';
import type { ArtifactRef, ArtifactStore } from '../ports/artifact-store.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RunLog, StageEnd } from '../run-log.ts';

/**
 * Runs one stage of one workload with its progress in the run log. The stage's own work is
 * idempotent: an execution that is repeated after a crash does it again and ends the same.
 */
export async function runStage(
  runs: RunLog,
  item: WorkloadItem,
  stage: StageName,
  work: () => Promise<{ readonly item: WorkloadItem; readonly end: StageEnd }>,
): Promise<WorkloadItem> {
  await runs.stageStarted(item.run_id, item.workload, stage);
  const done = await work();
  await runs.stageEnded(item.run_id, item.workload, stage, done.end);
  return done.item;
}

/** Where everything of one workload in one run lies. */
export function stagePrefix(item: WorkloadItem, stage?: StageName): string {
  const base = `runs/${item.run_id}/${workloadPath(parseWorkloadKey(item.workload))}`;
  return stage ? `${base}/${stage}` : base;
}

/** Loads the output of an earlier stage. @throws {DomainError} `ARTIFACT_CORRUPT`, `REQUEST_INVALID` */
export async function loadStage<T>(
  artifacts: ArtifactStore,
  schema: z.ZodType<T>,
  ref: ArtifactRef | undefined,
): Promise<T> {
  if (!ref) {
    const message = 'the payload has no reference to the output of an earlier stage';
    throw new DomainError('REQUEST_INVALID', message);
  }
  const parsed = schema.safeParse(await artifacts.load(ref.key, ref.sha256));
  if (parsed.success) return parsed.data;
  throw new DomainError(
    'ARTIFACT_CORRUPT',
    `the stage output ${ref.key} does not have the form expected`,
    { key: ref.key },
    parsed.error,
  );
}

/** A small JSON file people read, beside the stage outputs. */
export async function saveReport(
  objects: ObjectStore,
  item: WorkloadItem,
  name: string,
  content: unknown,
): Promise<string> {
  const key = `${stagePrefix(item)}/${name}`;
  await objects.put(key, new TextEncoder().encode(`${JSON.stringify(content, null, 2)}\n`));
  return key;
}

/** The request of a run, which `plan` keeps for the stages. */
export async function saveRequest(
  objects: ObjectStore,
  runId: string,
  input: PipelineInput,
): Promise<void> {
  await objects.put(requestKey(runId), new TextEncoder().encode(JSON.stringify(input)));
}

/** What a run was started with. @throws {DomainError} `ARTIFACT_CORRUPT` when it was never planned */
export async function loadInput(objects: ObjectStore, runId: string): Promise<PipelineInput> {
  const bytes = await objects.get(requestKey(runId), { maxBytes: 65_536 });
  if (!bytes) throw new DomainError('ARTIFACT_CORRUPT', `run ${runId} was not planned`, { runId });
  return PipelineInputSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

export async function loadRequest(objects: ObjectStore, runId: string): Promise<TrainRequest> {
  return (await loadInput(objects, runId)).request;
}

function requestKey(runId: string): string {
  return `runs/${runId}/request.json`;
}

/** A series as JSON: NaN becomes null. */
export function toStored(series: Series): StoredSeries {
  return {
    id: series.id,
    unit: series.unit,
    start: series.start,
    step: series.step,
    values: Array.from(series.values, (value) => (Number.isNaN(value) ? null : value)),
  };
}

/** The inverse of `toStored`. */
export function fromStored(stored: StoredSeries): Series {
  return makeSeries({
    id: stored.id,
    unit: stored.unit,
    start: epochMs(stored.start),
    step: durationMs(stored.step),
    values: stored.values.map((value) => value ?? Number.NaN),
  });
}
