import type { DetectionConfig } from '#contracts/config/detection.ts';
import { deploymentMasks, type Interval } from '#core/detect/assess.ts';
import { DAY, durationMs, type EpochMs, epochMs, MINUTE } from '#core/time.ts';
import type { WorkloadId } from '#core/workload.ts';
import { appliesTo } from './configured-events.ts';
import type { MarkLog } from './marks.ts';
import type { TimeRange } from './ports/observation-store.ts';

/** What is known to have happened, or to happen, to a workload. */
export interface KnownDisturbances {
  /** Deployments: detectors do not compare across them. Ascending. */
  readonly deployments: readonly EpochMs[];
  /** When nothing may become an incident: after deployments, and in maintenance windows. */
  readonly masks: readonly Interval[];
}

/** What a deployment has started, such as caches that fill, goes on for days. */
const REMEMBERED = durationMs(7 * DAY);

/** The disturbances of a workload that bear on a range of time. */
export async function disturbancesOf(
  deps: { readonly marks: MarkLog; readonly detection: DetectionConfig },
  workload: WorkloadId,
  { from, to }: TimeRange,
): Promise<KnownDisturbances> {
  const { deployment_mask_minutes, maintenance } = deps.detection;
  const maskLength = durationMs(deployment_mask_minutes * MINUTE);
  const since = epochMs(Math.max(0, from - Math.max(maskLength, REMEMBERED)));
  const deployments = await deps.marks.deployments(workload, { from: since, to });
  const masked = deploymentMasks(deployments, maskLength).filter((mask) => mask.to > from);
  const windows = maintenance
    .filter((window) => appliesTo(window, workload))
    .map((window) => ({
      from: epochMs(Date.parse(window.start)),
      to: epochMs(Date.parse(window.end)),
    }))
    .filter((window) => window.from < to && window.to > from);
  return { deployments, masks: [...masked, ...windows] };
}
