import type { DetectorProvenance } from '#contracts/artifacts/detector-bundle.ts';
import { EngineeredDataSchema, type StoredSeries } from '#contracts/artifacts/stage-outputs.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { alignSeries } from '#core/series/align.ts';
import type { Frame } from '#core/series/frame.ts';
import { untracked } from '#core/series/track.ts';
import { addMs, type EpochMs } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import type { MarkLog } from '../marks.ts';
import { sha256Hex } from '../sha256.ts';
import { TRAINING_SEED } from './fit-metric.ts';
import { fromStored, loadStage } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

export interface DetectorTrainingDeps extends StageDeps {
  readonly marks: Pick<MarkLog, 'deployments'>;
}

/** What the detectors of a workload learn from. */
export interface DetectorTraining {
  /** All its metrics on one grid, without what configured events explain. */
  readonly frame: Frame;
  /** Deployments within it. */
  readonly breaks: readonly EpochMs[];
  readonly provenance: DetectorProvenance;
}

/**
 * Reads what `engineer` left as one frame. As observed: what a request fills in or clips is for models
 * that forecast, while a detector will score what comes as it comes.
 *
 * @throws {DomainError} `ARTIFACT_CORRUPT`
 */
export async function readTraining(
  deps: DetectorTrainingDeps,
  item: WorkloadItem,
): Promise<DetectorTraining> {
  const data = await loadStage(deps.artifacts, EngineeredDataSchema, item.features);
  const stored: [string, StoredSeries][] = Object.entries(data.metrics)
    // Hours of months past say nothing of minutes.
    .filter(([metric]) => untracked(metric).track !== 'hourly')
    .map(([metric, { series, observed }]): [string, StoredSeries] => [metric, observed ?? series])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const frame = alignSeries(new Map(stored.map(([metric, each]) => [metric, fromStored(each)])));
  const { start: from, step, length: steps } = frame;
  const to = addMs(from, step, steps - 1);
  const id = parseWorkloadKey(item.workload);
  const breaks = await deps.marks.deployments(id, { from, to: addMs(to, step) });
  return {
    frame,
    breaks,
    provenance: {
      training: { from, to, steps },
      metrics: stored.map(([metric]) => metric),
      data_sha256: await sha256Hex(JSON.stringify({ stored, breaks })),
      code_version: deps.settings.codeVersion,
      seed: TRAINING_SEED,
    },
  };
}
