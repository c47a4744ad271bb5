import { ALARM_SIGMAS, onAlarmScale, serviceOnAlarmScale } from '#core/detect/alarm-scale.ts';
import { assess, type Interval, type NamedDetection, type ScoredRow } from '#core/detect/assess.ts';
import type { Detection } from '#core/detect/detector.ts';
import { RECENT_LEVEL, recentLevel } from '#core/detect/recent-level.ts';
import { type Frame, makeFrame } from '#core/series/frame.ts';
import type { EpochMs } from '#core/time.ts';
import type { LoadedDetectors } from './load-detectors.ts';

/** What rows are scored with. */
export interface RowScoring {
  /** What the streaming detectors said of the same rows. */
  readonly streaming: Detection;
  /** The detectors that were trained, where there are any for this grid. */
  readonly trained: LoadedDetectors | undefined;
  /** Deployments, which detectors do not compare across. */
  readonly breaks: readonly EpochMs[];
  readonly masks: readonly Interval[];
  /** Metrics that nobody else judges: the values before are all there is to compare with. */
  readonly judgedByLevel?: ReadonlySet<string>;
}

/**
 * What all detectors of a workload say of the rows of a frame from `from` on.
 *
 * @param frame - as `readDetectionFrame` gives it
 */
export function scoreRows(frame: Frame, from: number, scoring: RowScoring): readonly ScoredRow[] {
  const { streaming, trained, breaks, masks, judgedByLevel = new Set() } = scoring;
  const detections: NamedDetection[] = [{ detector: 'streaming', detection: streaming }];
  const residual = trained?.residual?.detect(frame, from, breaks);
  if (residual) detections.push({ detector: 'residual', detection: residual });
  const reconstruction = trained?.reconstruction?.detect(frame, from);
  if (reconstruction) {
    const detection = onAlarmScale(reconstruction, ALARM_SIGMAS.reconstruction);
    detections.push({ detector: 'reconstruction', detection });
  }
  detections.push(levels(frame, from, residual, judgedByLevel));
  const together = trained?.service?.score(frame, from);
  const service = together && serviceOnAlarmScale(together, ALARM_SIGMAS.service);
  return assess(frame, from, detections, { service, masks });
}

/**
 * What is to be expected of metrics whose course nobody has learned: as much as before. A verdict only
 * where there is no other.
 */
function levels(
  frame: Frame,
  from: number,
  residual: Detection | undefined,
  judged: ReadonlySet<string>,
): NamedDetection {
  const unknown = [...frame.series].filter(([metric]) => !residual?.has(metric));
  if (unknown.length === 0) return { detector: RECENT_LEVEL, detection: new Map() };
  const found = [...recentLevel(makeFrame(new Map(unknown)), from)].map(([metric, scores]) => {
    if (judged.has(metric)) return [metric, scores] as const;
    const silence = new Float64Array(scores.scores.length).fill(Number.NaN);
    return [metric, { ...scores, scores: silence }] as const;
  });
  return { detector: RECENT_LEVEL, detection: new Map(found) };
}
