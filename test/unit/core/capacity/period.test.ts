import { describe, expect, it } from '@jest/globals';
import { CAPACITY_PERIODS, type CapacityPeriod, periodAfter } from '#core/capacity/period.ts';
import { findTimeZone } from '#core/series/time-zone.ts';
import { HOUR, toIso } from '#core/time.ts';
import { at } from '#test/helpers/memory-services.ts';

function period(now: string, name: CapacityPeriod, zoneName: string) {
  const zone = findTimeZone(zoneName);
  if (!zone) throw new Error(`no zone ${zoneName}`);
  const { from, to, firstDay, firstWeekday } = periodAfter(at(now), name, zone);
  return { from: toIso(from), to: toIso(to), hours: (to - from) / HOUR, firstDay, firstWeekday };
}

describe('next_day', () => {
  it('is tomorrow from midnight to midnight', () => {
    expect(period('2026-03-04T15:30:00Z', 'next_day', 'UTC')).toEqual({
      from: '2026-03-05T00:00:00.000Z',
      to: '2026-03-06T00:00:00.000Z',
      hours: 24,
      firstDay: '2026-03-05',
      // 2026-03-05 is a Thursday.
      firstWeekday: 3,
    });
  });

  it('is tomorrow where the caller is: at 23:30 UTC Berlin is a day ahead already', () => {
    const { from, firstDay } = period('2026-03-04T23:30:00Z', 'next_day', 'Europe/Berlin');
    expect([from, firstDay]).toEqual(['2026-03-05T23:00:00.000Z', '2026-03-06']);
  });

  it('begins tomorrow also at the stroke of midnight', () => {
    expect(period('2026-03-04T00:00:00Z', 'next_day', 'UTC').firstDay).toBe('2026-03-05');
  });

  it('has 23 hours where summer time begins', () => {
    // Berlin, 2026-03-29: 00:00+01:00 is 23:00Z the day before, midnight after it is +02:00.
    expect(period('2026-03-28T12:00:00Z', 'next_day', 'Europe/Berlin')).toMatchObject({
      from: '2026-03-28T23:00:00.000Z',
      to: '2026-03-29T22:00:00.000Z',
      hours: 23,
    });
  });

  it('has 25 hours where it ends', () => {
    // Berlin, 2026-10-25.
    expect(period('2026-10-24T12:00:00Z', 'next_day', 'Europe/Berlin')).toMatchObject({
      from: '2026-10-24T22:00:00.000Z',
      to: '2026-10-25T23:00:00.000Z',
      hours: 25,
    });
  });

  it('begins at one o’clock where midnight is skipped', () => {
    // Beirut, 2026-03-29: from 00:00+02:00 clocks go to 01:00+03:00, at 22:00Z.
    expect(period('2026-03-28T12:00:00Z', 'next_day', 'Asia/Beirut')).toMatchObject({
      from: '2026-03-28T22:00:00.000Z',
      to: '2026-03-29T21:00:00.000Z',
      hours: 23,
    });
  });

  it('knows zones that are half an hour off', () => {
    const { from } = period('2026-03-04T12:00:00Z', 'next_day', 'Asia/Kolkata');
    expect(from).toBe('2026-03-04T18:30:00.000Z');
  });
});

describe('the longer periods', () => {
  it('next_week is seven local days from tomorrow, an hour less when summer time begins', () => {
    expect(period('2026-03-27T12:00:00Z', 'next_week', 'UTC').hours).toBe(168);
    expect(period('2026-03-27T12:00:00Z', 'next_week', 'Europe/Berlin').hours).toBe(167);
  });

  it('next_month is 28 local days from tomorrow', () => {
    expect(period('2026-03-04T12:00:00Z', 'next_month', 'UTC')).toMatchObject({
      from: '2026-03-05T00:00:00.000Z',
      to: '2026-04-02T00:00:00.000Z',
    });
  });

  it.each([
    // Wednesday to Saturday before midnight: the coming one.
    ['2026-03-04T12:00:00Z', '2026-03-07'],
    ['2026-03-06T23:59:00Z', '2026-03-07'],
    // A weekend that has begun is not the next one.
    ['2026-03-07T00:00:00Z', '2026-03-14'],
    ['2026-03-08T12:00:00Z', '2026-03-14'],
  ])('next_weekend at %s begins on Saturday %s', (now, firstDay) => {
    const { to, ...weekend } = period(now, 'next_weekend', 'UTC');
    expect(weekend).toMatchObject({ firstDay, firstWeekday: 5, hours: 48 });
    expect(new Date(to).getUTCDay()).toBe(1);
  });

  it('are all ahead and in reach of 30 days by the hour, wherever and whenever', () => {
    for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Berlin', 'UTC']) {
      for (const now of ['2026-03-28T12:00:00Z', '2026-10-24T23:59:59Z', '2026-12-31T23:00:00Z']) {
        for (const name of CAPACITY_PERIODS) {
          const { from, to } = period(now, name, zone);
          expect(at(from)).toBeGreaterThan(at(now));
          expect(at(to) - at(now)).toBeLessThanOrEqual(714 * HOUR);
        }
      }
    }
  });
});
