import { describe, expect, it } from '@jest/globals';
import {
  LEVEL_COURSE,
  learnWeeklyCourse,
  type PreparedCourse,
  prepareCourse,
  WeeklyCourseSchema,
} from '#core/detect/weekly-course.ts';
import { encodeFloat32 } from '#core/math/float32-base64.ts';
import { DAY, type DurationMs, durationMs, epochMs, HOUR, MINUTE, WEEK } from '#core/time.ts';

const { NaN: GAP } = Number;
/** A Monday. */
const START = epochMs(Date.UTC(2024, 0, 1));
const FIVE_MINUTES = durationMs(5 * MINUTE);
/** A course is 32-bit floats. */
const FLOAT32 = 5;

/** What a metric is at each hour of each day (Monday is 0); `day` counts on through the weeks. */
type Shape = (hour: number, weekday: number, day: number) => number;

/** What is learned of so many days of this shape. */
function learn(shape: Shape, days: number, { step = HOUR as DurationMs, start = START } = {}) {
  const values = Float64Array.from({ length: (days * DAY) / step }, (_, i) => {
    const since = start - START + i * step;
    return shape((since % DAY) / HOUR, Math.floor(since / DAY) % 7, Math.floor(since / DAY));
  });
  return learnWeeklyCourse(values, start, step);
}

function courseOf(...args: Parameters<typeof learn>): PreparedCourse {
  const learned = learn(...args);
  if (learned === undefined) throw new Error('nothing learned');
  return prepareCourse(WeeklyCourseSchema.parse(JSON.parse(JSON.stringify(learned))));
}

/** The times of the week after `weeks` weeks, hour by hour. */
const hours = Array.from({ length: 7 * 24 }, (_, i) => ({ hour: i % 24, weekday: (i / 24) | 0 }));
const at = (hour: number, weekday = 0, weeks = 10) =>
  epochMs(START + weeks * WEEK + weekday * DAY + hour * HOUR);

function expectShape(course: PreparedCourse, shape: (hour: number, weekday: number) => number) {
  for (const { hour, weekday } of hours) {
    expect(course.at(at(hour, weekday))).toBeCloseTo(shape(hour, weekday), FLOAT32 - 1);
  }
}

const wave = (hour: number) => 10 * Math.sin((2 * Math.PI * hour) / 24);
const isWeekend = (weekday: number) => weekday >= 5;

describe('the weekly course', () => {
  it('is the shape of working days, that of weekends, and what each weekday does besides', () => {
    const shape: Shape = (hour, weekday) =>
      (isWeekend(weekday) ? 2 : wave(hour)) + (weekday === 1 ? 3 : 0) + (weekday === 6 ? -1 : 0);
    expectShape(courseOf(shape, 21), (hour, weekday) => shape(hour, weekday, 0));
    // From a Thursday at 05:00 on just the same.
    const start = epochMs(START + 3 * DAY + 5 * HOUR);
    expectShape(courseOf(shape, 21, { start }), (hour, weekday) => shape(hour, weekday, 0));
  });

  it('is one shape for all days below two weeks', () => {
    const weekend = (weekday: number) => (isWeekend(weekday) ? 100 : 0);
    // Of ten days from a Monday two are 100: one is trimmed off on either side, one of eight is left.
    expectShape(
      courseOf((hour, weekday) => wave(hour) + weekend(weekday), 10),
      (hour) => wave(hour) + 100 / 8,
    );
  });

  it('is not moved by an incident', () => {
    const incident: Shape = (hour, _, day) => (day === 9 && hour >= 8 && hour < 14 ? 500 : 0);
    const shape: Shape = (hour, weekday) => wave(hour) + weekday;
    const clean = learn(shape, 28);
    expect(clean).toBeDefined();
    expect(learn((...when) => shape(...when) + incident(...when), 28)).toEqual(clean);
  });

  it('is not moved by gaps of days', () => {
    const shape: Shape = (hour, weekday) => wave(hour) + weekday;
    expectShape(
      courseOf((...when) => (when[2] >= 9 && when[2] < 12 ? GAP : shape(...when)), 21),
      (hour, weekday) => shape(hour, weekday, 0),
    );
  });

  it('smooths over 40 minutes, and keeps the edges of a nightly job', () => {
    const isJob = (hour: number) => hour >= 2 && hour < 2.5;
    const { at: usual, edge } = courseOf((hour) => wave(hour) + (isJob(hour) ? 30 : 0), 14, {
      step: FIVE_MINUTES,
    });
    // A line through nine points of a sine is off by less than its curvature there:
    // 10 (2π / 288)² / 2 × 4² = 0.04.
    for (const hour of [0, 1.75, 2, 2.25, 2.5, 6, 12, 23]) {
      const truth = wave(hour) + (isJob(hour) ? 30 : 0);
      expect(Math.abs(usual(at(hour)) - truth)).toBeLessThan(0.04);
    }
    expect(Math.abs(edge(at(2)) - 30)).toBeLessThan(0.5);
    expect(Math.abs(edge(at(2.5)) - 30)).toBeLessThan(0.5);
    expect([0, 1.75, 2.25, 12, 23].map((hour) => edge(at(hour)))).toEqual([0, 0, 0, 0, 0]);
  });

  it('jumps at midnight where the days do', () => {
    const { at: usual, edge } = courseOf((hour) => hour, 14, { step: FIVE_MINUTES });
    expect(usual(at(0))).toBeCloseTo(0, FLOAT32);
    expect(usual(epochMs(at(24) - 1))).toBeCloseTo(23 + 55 / 60, FLOAT32);
    expect(edge(at(0))).toBeCloseTo(23 + 55 / 60, FLOAT32);
    expect(edge(at(0, 6))).toBeCloseTo(23 + 55 / 60, FLOAT32);
    expect(edge(at(12))).toBe(0);
  });

  it('lets steps below five minutes share a slot', () => {
    const { at: usual } = courseOf((hour) => Math.round(60 * hour), 2, { step: MINUTE });
    // The slot from 00:05 on holds the minutes 5 … 9.
    expect(usual(epochMs(START + 5 * MINUTE))).toBeCloseTo(7, FLOAT32 - 1);
    expect(usual(epochMs(START + 10 * MINUTE - 1))).toBeCloseTo(7, FLOAT32 - 1);
    expect(usual(epochMs(START + 10 * MINUTE))).toBeCloseTo(12, FLOAT32 - 1);
  });

  it('takes a weekday that lacks an hour to be as the others there', () => {
    const shape: Shape = (hour) => wave(hour);
    expectShape(
      courseOf((...when) => (when[1] === 2 && when[0] === 3 ? GAP : shape(...when)), 21),
      wave,
    );
  });

  it('is unknown where an hour was never seen', () => {
    expect(learn((hour) => (hour === 3 ? GAP : 1), 21)).toBeUndefined();
    expect(
      learn((hour, weekday) => (hour === 3 && isWeekend(weekday) ? GAP : 1), 21),
    ).toBeUndefined();
    expect(learn(() => GAP, 21)).toBeUndefined();
    expect(learn(() => 1, 0.5)).toBeUndefined();
  });

  it('is unknown where a day is not a whole number of steps', () => {
    expect(learnWeeklyCourse(new Float64Array(500), START, durationMs(7 * HOUR))).toBeUndefined();
    expect(learnWeeklyCourse(new Float64Array(500), START, durationMs(2 * DAY))).toBeUndefined();
  });

  it('is 0 without edges where there is none', () => {
    expect(LEVEL_COURSE.at(START)).toBe(0);
    expect(LEVEL_COURSE.edge(START)).toBe(0);
  });

  it.each([0, 6, 8])('refuses %d slots: these are no seven days', (count) => {
    const slots = encodeFloat32(new Float32Array(count));
    expect(() => prepareCourse({ slots })).toThrow(RangeError);
  });
});
