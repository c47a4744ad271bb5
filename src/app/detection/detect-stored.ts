import type { Reason } from '#contracts/http/common.ts';
import { DETECT_LIMITS, type DetectRequest } from '#contracts/http/detect.ts';
import type { Detection } from '#core/detect/detector.ts';
import type { IncidentPolicy } from '#core/detect/incident-policy.ts';
import { DomainError } from '#core/errors.ts';
import { type Frame, sliceFrame } from '#core/series/frame.ts';
import { addMs, type EpochMs, epochMs, floorTo, MINUTE, WEEK } from '#core/time.ts';
import { disturbancesOf } from '../masks.ts';
import { readDetectionFrame } from '../scheduled/detection-frame.ts';
import { moveStreaming } from '../scheduled/move-streaming.ts';
import { requireMetric } from '../serving/predict.ts';
import { endOfData, type Workload } from '../workload-directory.ts';
import type { DetectDeps } from './detect-deps.ts';
import { BY_LEVEL, BY_STREAMING, detectorLeftOut, staleData } from './detect-reasons.ts';
import { emptyFrame } from './empty-frame.ts';
import { examine, type Findings, leadOf, type Material } from './examine.ts';
import { trainedFor } from './trained-for.ts';

const DEFAULT_LOOKBACK_MINUTES = 60;
/** Rows looked at, and rows before them that streaming detectors learn from, at most. */
const MAX_ROWS = 20_160;
/** Values that streaming detectors learn from in one request at most, some 100 ms. */
const MAX_REPLAYED = 60_000;
/** Rows before the time looked at, for the other detectors. */
const LEAST_CONTEXT_ROWS = 400;

/** What a detection has to go on, and what it found. */
export interface Detected {
  readonly material: Material;
  readonly findings: Findings;
  readonly judges: Pick<Parameters<typeof examine>[1], 'trained'>;
  readonly reasons: readonly Reason[];
}

/**
 * Judges the newest stored observations of a workload, or those before `end`.
 *
 * The streaming detectors are taken through the week before once more, because their kept state is
 * that of the present.
 *
 * @throws {DomainError} `METRIC_UNKNOWN`, `REQUEST_INVALID` when there are too many steps
 */
export async function detectStored(
  deps: DetectDeps,
  workload: Workload,
  request: DetectRequest,
  policy: IncidentPolicy,
): Promise<Detected> {
  const now = deps.clock.now();
  const names = Array.isArray(request.metrics) ? request.metrics : [...workload.metrics.keys()];
  const metrics = new Set(names.map((name) => requireMetric(workload, name)));
  const { frame, from } = await readLookedAt(deps, workload, request, now);
  const material = {
    workload,
    frame,
    from,
    metrics,
    isWhole: metrics.size === workload.metrics.size,
  };
  const replayed = replay(frame, leadOf(material, policy));
  const { trained, reasons } = await trainedFor(deps, workload, {
    values: (frame.length - from) * frame.series.size,
    explain: request.explain,
    instead: replayed.detection.size === frame.series.size ? BY_STREAMING : BY_LEVEL,
  });
  const range = { from: frame.start, to: addMs(frame.start, frame.step, frame.length) };
  const { deployments, masks } = await disturbancesOf(deps, workload.id, range);
  const judges = {
    trained,
    streaming: replayed.detection,
    breaks: deployments,
    masks,
    policy,
    events: deps.events,
  };
  const isStale = !request.end && frame.length > 0;
  const newest = addMs(frame.start, frame.step, frame.length - 1);
  return {
    material,
    findings: examine(material, judges),
    judges,
    reasons: [
      ...reasons,
      ...replayed.reasons,
      ...(isStale ? staleData(newest, frame.step, now) : []),
    ],
  };
}

/** The rows looked at with those before them that somebody needs. */
async function readLookedAt(
  deps: DetectDeps,
  workload: Workload,
  { lookback_minutes = DEFAULT_LOOKBACK_MINUTES, end }: DetectRequest,
  now: EpochMs,
): Promise<{ readonly frame: Frame; readonly from: number }> {
  const step = workload.gridStep;
  const rows = Math.max(1, Math.ceil((lookback_minutes * MINUTE) / step));
  if (rows > MAX_ROWS) {
    const minutes = Math.floor((MAX_ROWS * step) / MINUTE);
    throw new DomainError(
      'REQUEST_INVALID',
      `lookback_minutes holds ${rows} steps, up to ${MAX_ROWS} are allowed: ${minutes} minutes here`,
      {
        steps: rows,
        maxSteps: MAX_ROWS,
        max_minutes: Math.min(minutes, DETECT_LIMITS.maxLookbackMinutes),
      },
    );
  }
  const newest = endOfData(workload, now);
  const to = floorTo(end ? epochMs(Math.min(Date.parse(end), newest)) : newest, step);
  const replayed = Math.floor(MAX_REPLAYED / Math.max(1, workload.metrics.size));
  const context = Math.max(LEAST_CONTEXT_ROWS, Math.min(replayed, Math.ceil(WEEK / step)));
  const earliest = addMs(to, step, -(rows + context));
  const start = Math.max(0, floorTo(workload.firstSeen, step), earliest);
  const range = { from: epochMs(start), to };
  const read = to > start ? await readDetectionFrame(deps, workload, range, []) : undefined;
  if (!read) return { frame: emptyFrame(to, step), from: 0 };
  // Slots that nobody has filled yet are not what somebody asks about who names no end.
  const length = end ? read.length : lastObserved(read) + 1;
  return {
    frame: length === read.length ? read : sliceFrame(read, 0, length),
    from: Math.max(0, length - rows),
  };
}

function lastObserved({ series }: Frame): number {
  return Math.max(
    ...[...series.values()].map(({ values }) =>
      values.findLastIndex((value) => !Number.isNaN(value)),
    ),
  );
}

/** What streaming detectors say from `lead` on; those that are still warming up have no say. */
function replay(frame: Frame, lead: number) {
  const { states, detection } = moveStreaming({}, frame, 0, lead);
  const rows = frame.length - lead;
  const warm = new Map(
    [...detection].filter(([metric]) => {
      const state = states[metric];
      return state !== undefined && state.seen - rows >= state.warm_up;
    }),
  );
  const cold = [...detection.keys()].filter((metric) => !warm.has(metric));
  const why = `it learns for two days first, and not that much is stored of ${cold.join(', ')}`;
  const reasons = cold.length === 0 ? [] : [detectorLeftOut('streaming', why, { metrics: cold })];
  return { detection: warm as Detection, reasons };
}
