import { describe, expect, it } from '@jest/globals';
import {
  HEARTBEAT_STEP,
  heartbeatTruth,
  heartbeatValue,
  injectionOf,
  isHeartbeat,
  lastInjection,
} from '#core/simulate/heartbeat.ts';
import { addMs, DAY, durationMs, epochMs, HOUR, MINUTE } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';

const MIDNIGHT = epochMs(Date.UTC(2026, 2, 1));
const days = Array.from({ length: 60 }, (_, i) => addMs(MIDNIGHT, DAY, i));

describe('the heartbeat', () => {
  it('is within its noise of the truth, and twice the truth while an anomaly is injected', () => {
    const step = durationMs(HEARTBEAT_STEP);
    for (let slot = MIDNIGHT; slot < MIDNIGHT + 2 * DAY; slot = addMs(slot, step)) {
      const { start, end } = injectionOf(slot);
      const factor = slot >= start && slot < end ? 2 : 1;
      expect(Math.abs(heartbeatValue(slot) - factor * heartbeatTruth(slot))).toBeLessThanOrEqual(2);
    }
  });

  it('is least 12 hours after it is greatest: 100 − 30 at 3 o’clock', () => {
    expect(heartbeatTruth(addMs(MIDNIGHT, HOUR, 3))).toBeCloseTo(70, 10);
  });

  it('has an anomaly of half an hour each day, within the day and at another time', () => {
    const starts = days.map((day) => {
      const { start, end } = injectionOf(day);
      expect(end - start).toBe(30 * MINUTE);
      expect(start % HEARTBEAT_STEP).toBe(0);
      expect(start >= day && end <= addMs(day, DAY)).toBe(true);
      return start - day;
    });
    // A model that looks a day or a week back must not learn it: hardly two days are alike.
    expect(new Set(starts).size).toBeGreaterThan(45);
  });

  it('knows the last anomaly at any moment', () => {
    for (const day of days) {
      const { start } = injectionOf(day);
      expect(lastInjection(start).start).toBe(start);
      expect(lastInjection(epochMs(start - 1))).toEqual(injectionOf(addMs(day, DAY, -1)));
    }
  });

  it('is one workload alone', () => {
    expect(isHeartbeat(workloadId({ namespace: 'helios', deployment: 'heartbeat' }))).toBe(true);
    expect(isHeartbeat(workloadId({ deployment: 'heartbeat' }))).toBe(false);
  });
});
