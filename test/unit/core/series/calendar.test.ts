import { describe, expect, it } from '@jest/globals';
import { calendarFeatures, localSlots } from '#core/series/calendar.ts';
import type { Grid } from '#core/series/grid.ts';
import { findTimeZone, type TimeZone } from '#core/series/time-zone.ts';
import { DEFAULT_STEP, type DurationMs, durationMs, epochMs, HOUR } from '#core/time.ts';

const BERLIN = zone('Europe/Berlin');
const UTC = zone('utc');

function zone(name: string): TimeZone {
  const found = findTimeZone(name);
  if (found === undefined) throw new Error(`no zone ${name}`);
  return found;
}

function from(iso: string, length: number, step: DurationMs = HOUR): Grid {
  return { start: epochMs(Date.parse(iso)), step, length };
}

describe('calendarFeatures', () => {
  it('reads hour and day from the clocks of the zone', () => {
    // 2024-01-01 was a Monday. 23:30 UTC is half past midnight on Tuesday in Berlin, an hour ahead.
    const grid = from('2024-01-01T23:30:00Z', 1);
    const inBerlin = calendarFeatures(grid, BERLIN);
    expect([inBerlin.hour[0], inBerlin.day_of_week[0]]).toEqual([0.5, 1]);
    const inUtc = calendarFeatures(grid, UTC);
    expect([inUtc.hour[0], inUtc.day_of_week[0]]).toEqual([23.5, 0]);
  });

  it('knows weekend and business hours to their first and last moment', () => {
    const { is_business_hours: open, is_weekend: weekend } = calendarFeatures(
      from('2024-01-05T08:00:00Z', 3 * 24),
      UTC,
    );
    // Friday 08:00 … Monday 07:00: open from 09:00 to before 17:00 on Friday alone.
    expect([...open.slice(0, 11)]).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
    expect(open.slice(11).every((value) => value === 0)).toBe(true);
    // 16 hours of Friday, 48 of the weekend, 8 of Monday.
    expect([...weekend]).toEqual([...ones(16, 0), ...ones(48, 1), ...ones(8, 0)]);
  });

  it('puts hours and days on circles', () => {
    const { hour_sin, hour_cos, day_sin, day_cos } = calendarFeatures(
      from('2024-01-01T00:00:00Z', 25),
      UTC,
    );
    // 06:00 is a quarter of the circle, 12:00 half of it.
    expect([hour_sin[6], hour_cos[12], hour_sin[0], hour_cos[0]]).toEqual([1, -1, 0, 1]);
    // Monday is 0; Tuesday a seventh of the circle, at any hour.
    expect([day_sin[23], day_cos[23]]).toEqual([0, 1]);
    expect(day_sin[24]).toBeCloseTo(0.781831482468, 11);
    expect(day_cos[24]).toBeCloseTo(0.623489801859, 11);
  });

  it('shows an hour twice when summer time ends and skips one when it begins', () => {
    // Europe 2024: forward on March 31 at 01:00 UTC (02:00 → 03:00), back on October 27 at 01:00 UTC.
    const spring = calendarFeatures(from('2024-03-30T23:00:00Z', 5), BERLIN).hour;
    expect([...spring]).toEqual([0, 1, 3, 4, 5]);
    const autumn = calendarFeatures(from('2024-10-26T22:00:00Z', 6), BERLIN).hour;
    expect([...autumn]).toEqual([0, 1, 2, 2, 3, 4]);
  });

  it.each([
    ['2024-03-31T00:55:00Z', [1 + 55 / 60, 3]],
    ['2024-10-27T00:55:00Z', [2 + 55 / 60, 2]],
  ])('changes the clocks at the very step, at %s', (start, hours) => {
    const { hour } = calendarFeatures(from(start, 2, DEFAULT_STEP), BERLIN);
    expect(hour[0]).toBeCloseTo(hours[0]!, 12);
    expect(hour[1]).toBe(hours[1]);
  });

  it('agrees with the zone at every moment of a year', () => {
    // Lord Howe moves by half an hour, Chatham is 12:45 ahead, Berlin by one hour.
    for (const name of [
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'Pacific/Chatham',
      'Asia/Kolkata',
    ]) {
      const grid = from('2024-01-01T00:17:00Z', 600, durationMs(14.7 * HOUR));
      const { hour } = calendarFeatures(grid, zone(name));
      const expected = Array.from(hour, (_, i) => {
        const at = epochMs(grid.start + i * grid.step);
        return ((at + zone(name).offsetAt(at)) % (24 * HOUR)) / HOUR;
      });
      expect([...hour]).toEqual(expected);
    }
  });

  it('asks the zone a few times a day, not at every moment', () => {
    let asked = 0;
    const counting: TimeZone = {
      offsetAt: (at) => {
        asked++;
        return BERLIN.offsetAt(at);
      },
    };
    calendarFeatures(from('2024-03-15T00:00:00Z', 28 * 288, DEFAULT_STEP), counting);
    // Twice on each of 28 days, and a search among 86,400 seconds on one of them.
    expect(asked).toBeLessThan(100);
  });

  it('knows days before the epoch', () => {
    // 1969-12-31 was a Wednesday.
    const { day_of_week, hour } = calendarFeatures(from('1969-12-31T22:00:00Z', 3), UTC);
    expect([...day_of_week]).toEqual([2, 2, 3]);
    expect([...hour]).toEqual([22, 23, 0]);
  });
});

describe('localSlots', () => {
  it('gives the same local time the same slot on days of 23, 24 and 25 hours', () => {
    // Noon in Berlin: 11:00 UTC in winter, 10:00 in summer.
    const noons = [
      '2024-03-30T11:00Z',
      '2024-03-31T10:00Z',
      '2024-10-26T10:00Z',
      '2024-10-27T11:00Z',
    ];
    for (const noon of noons) expect([...localSlots(from(noon, 1), BERLIN)]).toEqual([12]);
  });

  it('fills the repeated slots twice and the skipped ones not at all', () => {
    const slotsOf = (iso: string, length: number) =>
      localSlots(from(iso, length, DEFAULT_STEP), BERLIN);
    const spring = new Set(slotsOf('2024-03-30T23:00:00Z', 23 * 12));
    expect(spring.size).toBe(23 * 12);
    expect(spring.has(2 * 12)).toBe(false);
    const autumn = [...slotsOf('2024-10-26T22:00:00Z', 25 * 12)];
    expect(new Set(autumn).size).toBe(24 * 12);
    expect(autumn.filter((slot) => slot === 2 * 12 + 5)).toHaveLength(2);
  });

  it('counts a week from Monday on, in slots of any length that divides a day', () => {
    const grid = from('2024-01-07T23:00:00Z', 3);
    expect([...localSlots(grid, UTC, { cycle: 'week' })]).toEqual([167, 0, 1]);
    expect([...localSlots(grid, UTC, { cycle: 'week', slot: durationMs(6 * HOUR) })]).toEqual([
      27, 0, 0,
    ]);
  });

  it('refuses slots that do not divide a day', () => {
    expect(() => localSlots(from('2024-01-01T00:00Z', 1, durationMs(7 * HOUR)), UTC)).toThrow(
      RangeError,
    );
  });
});

function ones(count: number, value: number): number[] {
  return new Array<number>(count).fill(value);
}
