import { describe, expect, it } from '@jest/globals';
import { DailyCourseStateSchema, dailyCourse } from '#core/detect/daily-course.ts';
import { DAY, durationMs, epochMs, HOUR, MINUTE } from '#core/time.ts';

const { NaN: GAP } = Number;
const START = Date.UTC(2024, 0, 1);
const noonOf = (day: number) => epochMs(START + day * DAY + 12 * HOUR);

describe('the daily course', () => {
  it('is unknown before two days, then the mean of the first four, then weighs the newest by 1/4', () => {
    const course = dailyCourse(HOUR);
    const told = [8, 16, 3, 13, 50, 0].map((value, day) => course.expect(noonOf(day), value));
    // (8 + 16) / 2 = 12; (8 + 16 + 3) / 3 = 9; (27 + 13) / 4 = 10; 10 + (50 - 10) / 4 = 20.
    expect(told).toEqual([GAP, GAP, 12, 9, 10, 20]);
    expect(course.expect(noonOf(6), GAP)).toBe(15); // 20 + (0 - 20) / 4
  });

  it('knows each time of day by itself', () => {
    const course = dailyCourse(HOUR);
    for (const day of [0, 1]) {
      for (let hour = 0; hour < 24; hour++) {
        expect(course.expect(epochMs(START + day * DAY + hour * HOUR), hour)).toBe(GAP);
      }
    }
    const midnight = START + 2 * DAY;
    expect(course.expect(epochMs(midnight - 1), GAP)).toBe(23);
    expect(course.expect(epochMs(midnight), GAP)).toBe(0);
    expect(course.expect(epochMs(midnight + HOUR - 1), GAP)).toBe(0);
    expect(course.expect(epochMs(midnight + HOUR), GAP)).toBe(1);
  });

  it('learns nothing from what is missing', () => {
    const course = dailyCourse(HOUR);
    expect([4, GAP, GAP, 6, 0].map((value, day) => course.expect(noonOf(day), value))).toEqual([
      GAP,
      GAP,
      GAP,
      GAP,
      5,
    ]);
  });

  it('lets steps below five minutes share a slot, which the first value of a day teaches', () => {
    const course = dailyCourse(MINUTE);
    const minutes = (day: number, values: readonly number[]) =>
      values.map((value, i) => course.expect(epochMs(START + day * DAY + i * MINUTE), value));
    expect(minutes(0, [GAP, 4, 90, 90, 90])).toEqual([GAP, GAP, GAP, GAP, GAP]);
    expect(minutes(1, [6, 90, 90, 90, 90, 1])).toEqual([GAP, 5, 5, 5, 5, GAP]);
    expect(minutes(2, [GAP, GAP])).toEqual([5, 5]);
  });

  it.each([
    ['a step that is no part of a day', durationMs(7 * HOUR)],
    ['a step of a day', DAY],
    ['a step of two days', durationMs(2 * DAY)],
  ])('takes %s', (_, step) => {
    const course = dailyCourse(step);
    for (let i = 0; i < 40; i++) course.expect(epochMs(START + i * step), 5);
    expect(course.expect(epochMs(START + 40 * step), 5)).toBe(5);
  });

  it.each([HOUR, MINUTE])('goes on from its state as if nothing had happened, at %d ms', (step) => {
    const whole = dailyCourse(step);
    let parts = dailyCourse(step);
    for (let i = 0; i < 200; i++) {
      const state = DailyCourseStateSchema.parse(JSON.parse(JSON.stringify(parts.toState())));
      parts = dailyCourse(step, state);
      // The same twenty steps of each day.
      const at = epochMs(START + Math.floor(i / 20) * DAY + (i % 20) * step);
      const value = i % 11 === 0 ? GAP : 0.1 * i;
      expect(parts.expect(at, value)).toBe(whole.expect(at, value));
    }
  });

  it('refuses the state of another step', () => {
    expect(() => dailyCourse(MINUTE, dailyCourse(HOUR).toState())).toThrow(RangeError);
  });
});
