import { seededRandom } from '../math/random.ts';
import { DAY, type EpochMs, epochMs, floorTo, HOUR, MINUTE } from '../time.ts';
import { type WorkloadId, workloadId, workloadKey } from '../workload.ts';

/**
 * The heartbeat: a workload that does not exist, whose load is a known function of time. It runs
 * through everything that real workloads run through, so that a part which fails without a word is
 * found by what it should have said.
 */
export const HEARTBEAT_WORKLOAD: WorkloadId = workloadId({
  namespace: 'helios',
  deployment: 'heartbeat',
});
export const HEARTBEAT_KEY = workloadKey(HEARTBEAT_WORKLOAD);
export const HEARTBEAT_METRIC = 'request_rate';
export const HEARTBEAT_STEP = 5 * MINUTE;

const SEED = 20_260_301;
const LEVEL = 100;
const AMPLITUDE = 30;
/** The hour of the day, in UTC, at which the load rises through its level. */
const RISE_HOUR = 9;
/** Noise lies evenly within this on both sides. */
const NOISE = 2;
/** What an injected anomaly multiplies the load by. */
const INJECTED_FACTOR = 2;
const INJECTION = 30 * MINUTE;

/** From the first slot with an injected anomaly until the first one without. */
export interface Injection {
  readonly start: EpochMs;
  readonly end: EpochMs;
}

/** Whether a workload is the heartbeat: nobody's load, no part of any fleet, cost or grade. */
export function isHeartbeat(id: WorkloadId): boolean {
  return workloadKey(id) === HEARTBEAT_KEY;
}

/**
 * The load that is true at a moment, in requests a second, without noise and injected anomalies:
 * 100 + 30 sin(2π (hour − 9) / 24).
 *
 * @example
 * ```ts
 * heartbeatTruth(epochMs(Date.UTC(2026, 2, 1, 9))); // => 100
 * heartbeatTruth(epochMs(Date.UTC(2026, 2, 1, 15))); // => 130
 * ```
 */
export function heartbeatTruth(at: EpochMs): number {
  const hours = (at % DAY) / HOUR - RISE_HOUR;
  return LEVEL + AMPLITUDE * Math.sin((2 * Math.PI * hours) / 24);
}

/** What is observed in the slot that begins at `slot`, on the grid of five minutes; pure. */
export function heartbeatValue(slot: EpochMs): number {
  const noise = (2 * seededRandom(SEED, String(slot))() - 1) * NOISE;
  const { start, end } = injectionOf(slot);
  const factor = slot >= start && slot < end ? INJECTED_FACTOR : 1;
  return heartbeatTruth(slot) * factor + noise;
}

/**
 * The anomaly that is injected on the UTC day of `at`: half an hour at twice the load. It comes at
 * another time each day, or models would learn it as part of the day.
 */
export function injectionOf(at: EpochMs): Injection {
  const day = floorTo(at, DAY);
  const slots = (DAY - INJECTION) / HEARTBEAT_STEP + 1;
  const slot = Math.floor(seededRandom(SEED, `injection ${day}`)() * slots);
  const start = epochMs(day + slot * HEARTBEAT_STEP);
  return { start, end: epochMs(start + INJECTION) };
}

/** The injection that began last, at `now` or before. */
export function lastInjection(now: EpochMs): Injection {
  const today = injectionOf(now);
  return today.start <= now ? today : injectionOf(epochMs(now - DAY));
}
