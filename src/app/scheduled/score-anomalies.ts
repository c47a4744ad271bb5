import type { DetectionConfig } from '#contracts/config/detection.ts';
import type { ConfiguredEvent } from '#contracts/config/events.ts';
import type { Incident } from '#contracts/http/incidents.ts';
import type { ScoredRow } from '#core/detect/assess.ts';
import { emptyTracker, openIncident } from '#core/detect/incidents.ts';
import { isDomainError } from '#core/errors.ts';
import { type Frame, sliceFrame } from '#core/series/frame.ts';
import { addMs, DAY, type EpochMs, epochMs, floorTo, HOUR } from '#core/time.ts';
import { asObserved } from '../detection/as-observed.ts';
import type { DetectorLoader, LoadedDetectors } from '../detection/load-detectors.ts';
import { scoreRows } from '../detection/score-rows.ts';
import { toIncident } from '../detection/to-incident.ts';
import type { DetectionState, DetectionStates } from '../detection-state.ts';
import type { IncidentLog } from '../incident-log.ts';
import type { MarkLog } from '../marks.ts';
import { disturbancesOf } from '../masks.ts';
import type { ObservationStore } from '../ports/observation-store.ts';
import { endOfData, type Workload } from '../workload-directory.ts';
import { readDetectionFrame } from './detection-frame.ts';
import { followIncidents } from './follow-incidents.ts';
import { moveStreaming } from './move-streaming.ts';
import { settledRows } from './settled-rows.ts';

/** Rows before the first new one that detectors look at: the residual detector wants 214 of them. */
const CONTEXT_ROWS = 216;
/** New rows in one scoring, a week of 5 minutes; the next one goes on after them. */
const MAX_ROWS = 2_016;
/** The past that streaming detectors of a new workload learn from. */
const WARM_UP = { days: 14, rows: 4_032 };
/** Stretches of `MAX_ROWS` without a single value that one scoring passes over: a week of 5 seconds. */
const MAX_SILENT_STRETCHES = 64;
/** The streaming detector of a metric that has not been seen for so long is forgotten. */
const FORGET_AFTER_DAYS = 14;
/** Of a new workload, only what has happened since becomes an incident. */
const FIRST_LOOK = HOUR;

export interface AnomalyDeps {
  readonly observations: ObservationStore;
  readonly events: readonly ConfiguredEvent[];
  readonly detection: DetectionConfig;
  readonly marks: MarkLog;
  readonly detectionStates: DetectionStates;
  readonly detectorsOf: DetectorLoader;
  readonly incidents: IncidentLog;
}

export interface AnomalyOutcome {
  /** Rows that were scored for the first time. */
  readonly rows: number;
  /** The greatest score among them, masked ones left out; null when there is none. */
  readonly score: number | null;
  /** Incidents that opened or closed, as they are stored now. */
  readonly news: readonly { readonly kind: 'opened' | 'closed'; readonly incident: Incident }[];
  /** The incident that is open now. */
  readonly open: Incident | undefined;
  /** Why the trained detectors could not be asked; null when they were, or none is trained yet. */
  readonly undetected: string | null;
}

/**
 * Scores what is new of a workload since the last time and keeps its incidents. Each row is scored
 * once: when all its values are there, or when three slots have passed.
 *
 * First the state is written, and with it what has happened to incidents; then the incidents are. Only
 * one of two scorings at the same time gets its state written. A process that ends between the two
 * loses nothing, because every scoring begins by writing the incidents of the state that it reads.
 *
 * @throws {DomainError} `STORE_UNAVAILABLE`, `STATE_INCOMPATIBLE` when what is stored is of another form
 */
export async function scoreAnomalies(
  deps: AnomalyDeps,
  workload: Workload,
  now: EpochMs,
): Promise<AnomalyOutcome> {
  const stored = await deps.detectionStates.get(workload.key);
  const late = await keepIncidents(deps.incidents, stored?.state.changed ?? []);
  const scored = await scoreNew(deps, workload, stored?.state, now);
  if (!scored) {
    if (stored && stored.state.changed.length > 0) {
      const state = { ...stored.state, changed: [] };
      await deps.detectionStates.put(workload.key, state, stored.revision);
    }
    const open = await openIncidentOf(deps, workload, stored?.state);
    return { rows: 0, score: null, news: late, open, undetected: null };
  }
  const { state, rows, undetected } = scored;
  const isOurs = await deps.detectionStates.put(workload.key, state, stored?.revision);
  const news = isOurs ? await keepIncidents(deps.incidents, state.changed) : [];
  return {
    rows: isOurs ? rows.length : 0,
    score: isOurs ? greatestScore(rows) : null,
    news: [...late, ...news],
    open: await openIncidentOf(deps, workload, isOurs ? state : stored?.state),
    undetected,
  };
}

interface Scored {
  readonly state: DetectionState;
  readonly rows: readonly ScoredRow[];
  readonly undetected: string | null;
}

/** Scores the next stretch of rows, and those after it as long as nothing was observed. */
async function scoreNew(
  deps: AnomalyDeps,
  workload: Workload,
  state: DetectionState | undefined,
  now: EpochMs,
): Promise<Scored | undefined> {
  let scored = await scoreStretch(deps, workload, state, now);
  for (let i = 1; i < MAX_SILENT_STRETCHES && scored && isSilent(scored.rows); i++) {
    const next = await scoreStretch(deps, workload, scored.state, now);
    if (!next) break;
    const changed = latestOfEach([...scored.state.changed, ...next.state.changed]);
    scored = { ...next, state: { ...next.state, changed } };
  }
  return scored;
}

/** Undefined when nothing is new. */
async function scoreStretch(
  deps: AnomalyDeps,
  workload: Workload,
  state: DetectionState | undefined,
  now: EpochMs,
): Promise<Scored | undefined> {
  const { gridStep } = workload;
  const newest = floorTo(endOfData(workload, now), gridStep);
  const from = state ? epochMs(state.scored_to) : beginningOf(workload, newest);
  const to = epochMs(Math.min(newest, addMs(from, gridStep, state ? MAX_ROWS : WARM_UP.rows)));
  if (to <= from) return undefined;
  const context = state ? CONTEXT_ROWS : 0;
  const range = { from: epochMs(Math.max(0, addMs(from, gridStep, -context))), to };
  const known = remembered(workload, state, from);
  const read = await readDetectionFrame(deps, workload, range, Object.keys(known));
  if (!read) return undefined;
  const first = (from - read.start) / gridStep;
  const end = settledRows(read, first, now);
  if (end === first) return undefined;
  const frame = end === read.length ? read : sliceFrame(read, 0, end);
  const scoredFrom = state ? first : Math.max(first, end - Math.ceil(FIRST_LOOK / gridStep));
  const streaming = moveStreaming(known, frame, first, scoredFrom);
  const { detectors, undetected } = await detectorsOf(deps, workload);
  const { deployments, masks } = await disturbancesOf(deps, workload.id, range);
  const rows = scoreRows(frame, scoredFrom, {
    streaming: streaming.detection,
    trained: detectors,
    breaks: deployments,
    masks,
  }).map((row) => asObserved(row, workload, deps.events));
  const tracker = state?.tracker ?? emptyTracker();
  const followed = await followIncidents(deps, workload, tracker, rows, now);
  return {
    state: {
      scored_to: endOf(frame),
      streaming: streaming.states,
      tracker: followed.tracker,
      changed: [...followed.changed],
    },
    rows,
    undetected,
  };
}

/** The first row that a new workload's detectors learn from. */
function beginningOf({ firstSeen, gridStep }: Workload, newest: EpochMs): EpochMs {
  const byRows = addMs(newest, gridStep, -WARM_UP.rows);
  const byTime = floorTo(addMs(newest, DAY, -WARM_UP.days), gridStep);
  return epochMs(Math.max(0, byRows, byTime, floorTo(firstSeen, gridStep)));
}

function remembered(
  { metrics }: Workload,
  state: DetectionState | undefined,
  from: EpochMs,
): DetectionState['streaming'] {
  const oldest = addMs(from, DAY, -FORGET_AFTER_DAYS);
  const isKnown = (metric: string) => (metrics.get(metric)?.lastSeen ?? oldest) > oldest;
  return Object.fromEntries(
    Object.entries(state?.streaming ?? {}).filter(([metric]) => isKnown(metric)),
  );
}

function isSilent(rows: readonly ScoredRow[]): boolean {
  return rows.every(({ metrics }) => metrics.size === 0);
}

function latestOfEach(incidents: readonly Incident[]): Incident[] {
  return [...new Map(incidents.map((incident) => [incident.id, incident])).values()];
}

function endOf({ start, step, length }: Frame): EpochMs {
  return addMs(start, step, length);
}

/** Where the trained detectors cannot be used, the streaming ones still can. */
async function detectorsOf(
  deps: AnomalyDeps,
  workload: Workload,
): Promise<{
  readonly detectors: LoadedDetectors | undefined;
  readonly undetected: string | null;
}> {
  try {
    const detectors = await deps.detectorsOf(workload.key);
    const fits = detectors?.step === workload.gridStep;
    return { detectors: fits ? detectors : undefined, undetected: null };
  } catch (error) {
    if (!isDomainError(error, 'STATE_INCOMPATIBLE', 'ARTIFACT_CORRUPT')) throw error;
    return { detectors: undefined, undetected: error.code };
  }
}

/** Writes incidents as they are now. @returns those whose opening or closing was not known before */
async function keepIncidents(
  log: IncidentLog,
  incidents: readonly Incident[],
): Promise<AnomalyOutcome['news']> {
  const news: { kind: 'opened' | 'closed'; incident: Incident }[] = [];
  for (const incident of incidents) {
    const before = await storedIncident(log, incident.id);
    const saved = await log.save(incident);
    if (!before) news.push({ kind: 'opened', incident: saved });
    if (saved.state === 'closed' && before?.state !== 'closed') {
      news.push({ kind: 'closed', incident: saved });
    }
  }
  return news;
}

async function openIncidentOf(
  { incidents }: AnomalyDeps,
  workload: Workload,
  state: DetectionState | undefined,
): Promise<Incident | undefined> {
  const open = state && openIncident(state.tracker);
  return open && storedIncident(incidents, toIncident(workload, open).id);
}

async function storedIncident(log: IncidentLog, id: string): Promise<Incident | undefined> {
  try {
    return await log.get(id);
  } catch (error) {
    if (isDomainError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}

function greatestScore(rows: readonly ScoredRow[]): number | null {
  const scores = rows
    .filter(({ isMasked }) => !isMasked)
    .flatMap(({ metrics, service }) => [
      ...[...metrics.values()].map(({ score }) => score),
      ...(service ? [service.score] : []),
    ]);
  return scores.length === 0 ? null : Math.max(...scores);
}
