import { describe, expect, it } from '@jest/globals';
import { dayOfWeek, expectedRate, minuteOfDay } from '#core/simulate/webshop-load.ts';
import { epochMs } from '#core/time.ts';

const at = (text: string) => epochMs(Date.parse(text));

describe('the expected load', () => {
  it('is the hourly table at full hours', () => {
    // 2026-01-05 is a Monday: 55 * 1.62; Sunday 20:00: 55 * 1.18 * 1.5.
    expect(expectedRate(at('2026-01-05T20:00:00Z'))).toBeCloseTo(89.1, 9);
    expect(expectedRate(at('2026-01-11T20:00:00Z'))).toBeCloseTo(97.35, 9);
  });

  it('is the Catmull-Rom curve between them', () => {
    // Half way: (9 * (left + right) - (before + after)) / 16, with 1.52, 1.62 and 1.30, 1.45.
    const half = (55 * (9 * (1.52 + 1.62) - (1.3 + 1.45))) / 16;
    expect(expectedRate(at('2026-01-05T19:30:00Z'))).toBeCloseTo(half, 9);
  });

  it('passes from Sunday to Monday without a leap', () => {
    const before = expectedRate(at('2026-01-11T23:59:59Z'));
    const after = expectedRate(at('2026-01-12T00:00:00Z'));
    expect(Math.abs(before - after)).toBeLessThan(0.01);
  });

  it('counts days from Monday and minutes from midnight, in UTC', () => {
    expect(dayOfWeek(at('1970-01-01T00:00:00Z'))).toBe(3);
    expect(dayOfWeek(at('2026-01-05T00:00:00Z'))).toBe(0);
    expect(dayOfWeek(at('2026-01-11T23:59:59Z'))).toBe(6);
    expect(minuteOfDay(at('2026-01-11T02:05:59Z'))).toBe(125);
  });
});
