import type { HeartbeatStage } from '#contracts/http/heartbeat.ts';
import { PredictRequestSchema } from '#contracts/http/predict.ts';
import { isDomainError } from '#core/errors.ts';
import {
  HEARTBEAT_KEY,
  HEARTBEAT_METRIC,
  HEARTBEAT_STEP,
  HEARTBEAT_WORKLOAD,
  heartbeatTruth,
  heartbeatValue,
  lastInjection,
} from '#core/simulate/heartbeat.ts';
import {
  addMs,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  floorTo,
  HOUR,
  MINUTE,
  toIso,
} from '#core/time.ts';
import type { DetectionStates } from '../detection-state.ts';
import type { IncidentLog } from '../incident-log.ts';
import { readFrame } from '../read-frame.ts';
import { predict } from '../serving/predict.ts';
import type { ServingDeps } from '../serving/serving-deps.ts';
import type { Workload } from '../workload-directory.ts';
import type { HeartbeatVerdict } from './heartbeat-log.ts';

/** So long the first model may take. */
const FIRST_TRAINING = HOUR;
/** A workload is trained once a day; a version this old was not replaced when it should have been. */
const TRAINED_WITHIN = durationMs(26 * HOUR);
/** Stored values are rounded to seven digits. */
const STORED_TOLERANCE = 1e-6;
/** Slots whose stored values are compared with what the source said: an hour. */
const COMPARED_SLOTS = 12;
const FORECAST_STEPS = 12;
/** Mean error of the forecast, as a share of the truth: its noise is 2 %, a champion errs by 1 to 3 %. */
const FORECAST_TOLERANCE = 0.1;
/** An injected anomaly is in the newest values, and so in the forecasts, for so long after its end. */
const ECHO = HOUR;
/** Normal points that end an incident. */
const RECOVERY_SLOTS = 5;

export interface HeartbeatDeps extends ServingDeps {
  readonly detectionStates: DetectionStates;
  readonly incidents: IncidentLog;
}

/** One look at the heartbeat. */
export interface HeartbeatLook {
  readonly now: EpochMs;
  /** The first look ever. */
  readonly since: EpochMs;
  /** Time between two rounds of the schedule. */
  readonly cycle: DurationMs;
}

/**
 * Goes through the stages in the order of the data and names the first that is wrong or late: what
 * arrived is what the source said and is new; a champion is there and was learned anew within a day;
 * its forecast is near the truth; the anomaly that was injected last was found and is over.
 *
 * @throws {DomainError} `STORE_UNAVAILABLE`, `STATE_INCOMPATIBLE`
 */
export async function checkHeartbeat(
  deps: HeartbeatDeps,
  look: HeartbeatLook,
): Promise<HeartbeatVerdict> {
  const workload = await deps.directory.get(HEARTBEAT_WORKLOAD);
  if (!workload) {
    const isNew = look.now - look.since < 2 * look.cycle;
    return isNew ? starting('nothing was collected yet') : failing('collect', 'nothing arrived');
  }
  const collected = await checkCollected(deps, workload, look);
  if (collected) return failing('collect', collected);
  const trained = await checkTrained(deps, look);
  if (trained === 'starting') return starting('the first model is being trained');
  if (trained) return failing('train', trained);
  const served = await checkServed(deps, look);
  if (served) return failing('serve', served);
  const detected = await checkDetected(deps, workload, look);
  if (detected) return failing('detect', detected);
  return { state: 'ok', stage: null, message: 'every stage is right and in time' };
}

/** Of what is wrong, in words; undefined when all is right. */
type Complaint = string | undefined;

async function checkCollected(
  deps: HeartbeatDeps,
  workload: Workload,
  { now, cycle }: HeartbeatLook,
): Promise<Complaint> {
  const step = durationMs(HEARTBEAT_STEP);
  // The directory's times lag by less than a slot.
  const newest = Math.ceil(workload.lastSeen / step) * step;
  // The slot that is filling, the slots of one round, and one that a round which comes late may miss.
  const expected = floorTo(now, step) - Math.ceil(cycle / step) * step - 2 * step;
  if (newest < expected) {
    return `the newest value is of ${toIso(epochMs(newest))}, ${minutes(now - newest)} ago`;
  }
  const to = epochMs(newest + step);
  const from = epochMs(Math.max(workload.firstSeen, to - COMPARED_SLOTS * step));
  const frame = await readFrame(deps.observations, workload, { from, to });
  const series = frame?.series.get(HEARTBEAT_METRIC);
  if (!series) return 'no value of the last hour is in the store';
  for (const [index, value] of series.values.entries()) {
    const at = addMs(series.start, step, index);
    const truth = heartbeatValue(at);
    if (Math.abs(value - truth) <= STORED_TOLERANCE * truth) continue;
    return Number.isNaN(value)
      ? `the value of ${toIso(at)} is missing`
      : `the value of ${toIso(at)} is ${value}, not ${truth.toFixed(4)}`;
  }
  return undefined;
}

async function checkTrained(
  deps: HeartbeatDeps,
  { now, since }: HeartbeatLook,
): Promise<Complaint | 'starting'> {
  const subject = { workload: HEARTBEAT_KEY, metric: HEARTBEAT_METRIC };
  const pointer = await deps.registry.pointer(subject);
  const isNew = now - since < FIRST_TRAINING;
  if (!pointer?.champion || !pointer.latest) {
    return isNew ? 'starting' : 'no model has won against naive';
  }
  const latest = await deps.registry.version(subject, pointer.latest);
  const age = latest ? now - Date.parse(latest.trained_at) : Infinity;
  if (age <= TRAINED_WITHIN || isNew) return undefined;
  return `the newest version was trained at ${latest?.trained_at ?? 'no time'}, more than ${minutes(TRAINED_WITHIN)} ago`;
}

async function checkServed(deps: HeartbeatDeps, { now }: HeartbeatLook): Promise<Complaint> {
  const request = PredictRequestSchema.parse({
    ...HEARTBEAT_WORKLOAD,
    metric: HEARTBEAT_METRIC,
    periods: FORECAST_STEPS,
  });
  try {
    const { predictions, stage, valid_until } = await predict(deps, request);
    if (stage !== 'champion') return `${stage ?? 'no version'} answers, not the champion`;
    if (Date.parse(valid_until) <= now) return `the forecast was valid until ${valid_until} only`;
    const injected = lastInjection(now);
    if (now < injected.end + ECHO) return undefined;
    const errors = predictions.map(({ timestamp, value }) => {
      const truth = heartbeatTruth(epochMs(Date.parse(timestamp)));
      return Math.abs(value - truth) / truth;
    });
    const error = errors.reduce((sum, each) => sum + each, 0) / errors.length;
    if (error <= FORECAST_TOLERANCE) return undefined;
    return `the forecast of the next hour errs by ${percent(error)}, allowed are ${percent(FORECAST_TOLERANCE)}`;
  } catch (error) {
    if (isDomainError(error)) return `no forecast: ${error.code}: ${error.message}`;
    throw error;
  }
}

async function checkDetected(
  deps: HeartbeatDeps,
  workload: Workload,
  { now, since, cycle }: HeartbeatLook,
): Promise<Complaint> {
  const stored = await deps.detectionStates.get(HEARTBEAT_KEY);
  const scoredTo = stored?.state.scored_to ?? 0;
  if (scoredTo < workload.lastSeen - 2 * cycle - HEARTBEAT_STEP) {
    return `nothing was scored since ${toIso(epochMs(scoredTo))}`;
  }
  const { start, end } = lastInjection(now);
  // Until the first detectors are trained nobody is to find anything.
  if (start < since + FIRST_TRAINING) return undefined;
  const delay = HEARTBEAT_STEP + 2 * cycle;
  if (now < start + delay) return undefined;
  const incidents = await deps.incidents.ofWorkload(HEARTBEAT_KEY, start);
  const found = incidents.find((each) => Date.parse(each.start) < end);
  const when = `the anomaly injected at ${toIso(start)}`;
  if (!found) return `${when} opened no incident`;
  if (found.end === null && now >= end + RECOVERY_SLOTS * HEARTBEAT_STEP + delay) {
    return `the incident of ${when} is still open`;
  }
  return undefined;
}

function starting(message: string): HeartbeatVerdict {
  return { state: 'starting', stage: null, message };
}

function failing(stage: HeartbeatStage, message: string): HeartbeatVerdict {
  return { state: 'failing', stage, message };
}

function minutes(ms: number): string {
  return `${Math.round(ms / MINUTE)} minutes`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
