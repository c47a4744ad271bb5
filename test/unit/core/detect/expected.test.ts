import { describe, expect, it } from '@jest/globals';
import {
  FEEDBACK_MEMORY,
  heldBack,
  type JudgedIncident,
  recurrenceOf,
} from '#core/detect/expected.ts';
import { addMs, DAY, durationMs, epochMs, HOUR, MINUTE } from '#core/time.ts';

/** A Thursday at 02:00 UTC. */
const OPENING = {
  start: epochMs(Date.UTC(2026, 2, 5, 2)),
  metrics: ['cpu_utilization'],
  direction: 'above',
};

/** An incident some days earlier, marked by a person unless said otherwise. */
function incident(daysBefore: number, changes: Partial<JudgedIncident> = {}): JudgedIncident {
  const start = addMs(OPENING.start, DAY, -daysBefore);
  return {
    start,
    end: addMs(start, HOUR),
    metrics: ['cpu_utilization', 'memory_bytes'],
    direction: 'above',
    feedback: { label: 'expected', byPerson: true },
    ...changes,
  };
}
const shifted = (daysBefore: number, minutes: number) =>
  incident(daysBefore, {
    start: addMs(addMs(OPENING.start, DAY, -daysBefore), MINUTE, minutes),
  });

describe('recurrenceOf', () => {
  it('finds two like incidents that a person has marked expected, newest first', () => {
    const [older, newer] = [incident(9), incident(3)];
    expect(recurrenceOf(OPENING, [older, newer])).toEqual([newer, older]);
  });

  it('needs two marks', () => {
    expect(recurrenceOf(OPENING, [incident(2)])).toEqual([]);
    expect(recurrenceOf(OPENING, [incident(2), incident(3, { feedback: null })])).toEqual([]);
  });

  it('does not count its own conclusions', () => {
    const concluded = { feedback: { label: 'expected', byPerson: false } } as const;
    expect(recurrenceOf(OPENING, [incident(1, concluded), incident(2)])).toEqual([]);
    expect(recurrenceOf(OPENING, [incident(1, concluded), incident(2), incident(3)])).toHaveLength(
      2,
    );
  });

  it('ends with the newest mark being anomaly', () => {
    const anomaly = { feedback: { label: 'anomaly', byPerson: true } } as const;
    expect(recurrenceOf(OPENING, [incident(1, anomaly), incident(2), incident(3)])).toEqual([]);
    expect(recurrenceOf(OPENING, [incident(2), incident(3), incident(4, anomaly)])).toHaveLength(2);
  });

  it('looks back five weeks, and not into the future', () => {
    expect(FEEDBACK_MEMORY).toBe(35 * DAY);
    expect(recurrenceOf(OPENING, [incident(34), incident(35)])).toHaveLength(2);
    expect(recurrenceOf(OPENING, [incident(34), incident(36)])).toEqual([]);
    expect(recurrenceOf(OPENING, [incident(-1), incident(-2)])).toEqual([]);
  });

  it('takes an hour of the time of day, across midnight too', () => {
    expect(recurrenceOf(OPENING, [shifted(2, 60), shifted(3, -60)])).toHaveLength(2);
    expect(recurrenceOf(OPENING, [shifted(2, 61), shifted(3, 0)])).toEqual([]);
    const midnight = { ...OPENING, start: addMs(OPENING.start, HOUR, -2) };
    const lateEvening = (days: number) => shifted(days, -2 * 60 - 30);
    expect(recurrenceOf(midnight, [lateEvening(2), lateEvening(3)])).toHaveLength(2);
  });

  it('needs the same direction and all of its metrics', () => {
    const down = { direction: 'below' };
    expect(recurrenceOf(OPENING, [incident(1, down), incident(2, down)])).toEqual([]);
    const more = { ...OPENING, metrics: ['cpu_utilization', 'db_cpu'] };
    expect(recurrenceOf(more, [incident(1), incident(2)])).toEqual([]);
    expect(recurrenceOf({ ...OPENING, metrics: [] }, [incident(1), incident(2)])).toEqual([]);
  });

  it('keeps marks of one day of the week to that day', () => {
    // 7 and 14 days before a Thursday are Thursdays, 8 and 15 are Wednesdays.
    expect(recurrenceOf(OPENING, [incident(7), incident(14)])).toHaveLength(2);
    expect(recurrenceOf(OPENING, [incident(8), incident(15)])).toEqual([]);
    expect(recurrenceOf(OPENING, [incident(8), incident(14)])).toHaveLength(2);
  });
});

describe('heldBack', () => {
  const refractory = durationMs(30 * MINUTE);
  const end = addMs(OPENING.start, HOUR);
  const open = incident(0, { end: null });
  const closed = incident(0, { end });

  it('holds the metrics of an expected incident back until its refractory time is over', () => {
    const metrics = new Set(['cpu_utilization', 'memory_bytes']);
    expect(heldBack([open], addMs(OPENING.start, DAY), refractory)).toEqual(metrics);
    expect(heldBack([closed], addMs(end, MINUTE, 29), refractory)).toEqual(metrics);
    expect(heldBack([closed], addMs(end, MINUTE, 30), refractory)).toEqual(new Set());
  });

  it('holds nothing back before it, nor for other incidents', () => {
    expect(heldBack([open], addMs(OPENING.start, MINUTE, -1), refractory)).toEqual(new Set());
    const others = [
      incident(0, { end: null, feedback: null }),
      incident(0, { end: null, feedback: { label: 'anomaly', byPerson: true } }),
    ];
    expect(heldBack(others, end, refractory)).toEqual(new Set());
  });

  it('respects its own conclusions', () => {
    const concluded = incident(0, { feedback: { label: 'expected', byPerson: false } });
    expect(heldBack([concluded], end, refractory).size).toBe(2);
  });
});
