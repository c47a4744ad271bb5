import { describe, expect, it } from '@jest/globals';
import { parseTimestamp, type TimestampOptions } from '#core/series/timestamp.ts';

/** The moment in ISO form, or the problem. */
function read(text: string, options?: TimestampOptions): string {
  const parsed = parseTimestamp(text, options);
  return parsed.ok ? new Date(parsed.at).toISOString() : parsed.problem;
}

describe('parseTimestamp', () => {
  it.each([
    ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01 12:00:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01 12:00:00 UTC', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T12:00:00+02:00', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T12:00:00-0330', '2026-03-01T15:30:00.000Z'],
    ['2026-03-01 12:00:00 +0200', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T00:30:00+01', '2026-02-28T23:30:00.000Z'],
    ['2026-03-01T12:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T12:00:00.25Z', '2026-03-01T12:00:00.250Z'],
    ['  2026-03-01T12:00:00z\n', '2026-03-01T12:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('cuts fractions of a millisecond, never rounding into the next slot', () => {
    expect(read('2026-03-01T11:59:59.999999Z')).toBe('2026-03-01T11:59:59.999Z');
    expect(read('1772366399.9999')).toBe('2026-03-01T11:59:59.999Z');
  });

  it.each([
    // 1970 to 2026 are 56 years with 14 leap days: (56 × 365 + 14) × 86 400 s = 1 767 225 600 s.
    ['1767225600', '2026-01-01T00:00:00.000Z'],
    ['1767225600.5', '2026-01-01T00:00:00.500Z'],
    ['1767225600123', '2026-01-01T00:00:00.123Z'],
  ])('reads %s as time since the epoch', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '01/02/2026 10:00',
    '2026-3-1T12:00:00Z',
    '20260301T120000Z',
    '2026-03-01T12:00:00Zulu',
    '2026-03-01T12:00:00 CET',
    '123456789',
    '17672256001',
    '1767225600123456',
    '-1767225600',
    '1.7672256e9',
  ])('does not read %j', (text) => {
    expect(read(text, { zone: 'utc' })).toBe('UNREADABLE');
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T12:60:00Z',
    '2026-01-01T12:00:60Z',
    '2026-01-01T12:00:00+24:00',
    '2026-01-01T12:00:00+01:60',
  ])('knows that there is no %s', (text) => {
    expect(read(text)).toBe('NO_SUCH_TIME');
  });

  it('refuses a local time whose zone nobody tells, and says so', () => {
    expect(read('2026-03-01T12:00:00')).toBe('ZONE_MISSING');
    expect(read('2026-03-01')).toBe('ZONE_MISSING');
    expect(parseTimestamp('2026-03-01 12:00')).toEqual({
      ok: false,
      problem: 'ZONE_MISSING',
      message: '2026-03-01 12:00 has no zone: append Z or an offset, or name its zone',
    });
  });

  it.each([
    ['utc', '2026-07-01T12:00:00.000Z'],
    ['Z', '2026-07-01T12:00:00.000Z'],
    ['+05:30', '2026-07-01T06:30:00.000Z'],
    ['-08', '2026-07-01T20:00:00.000Z'],
    // Summer time, UTC+2.
    ['Europe/Berlin', '2026-07-01T10:00:00.000Z'],
    ['europe/berlin', '2026-07-01T10:00:00.000Z'],
    // UTC−3:30 in winter, −2:30 in summer.
    ['America/St_Johns', '2026-07-01T14:30:00.000Z'],
    ['Asia/Kathmandu', '2026-07-01T06:15:00.000Z'],
  ])('takes a local time to be in zone %s when told so', (zone, expected) => {
    expect(read('2026-07-01 12:00:00', { zone })).toBe(expected);
  });

  it('follows the zone through the year and keeps fractions', () => {
    expect(read('2026-01-15 12:00:00.5', { zone: 'Europe/Berlin' })).toBe(
      '2026-01-15T11:00:00.500Z',
    );
  });

  it('takes a date alone for its first moment', () => {
    expect(read('2026-07-01', { zone: 'Europe/Berlin' })).toBe('2026-06-30T22:00:00.000Z');
  });

  it('lets a time keep its own zone', () => {
    const zone = 'America/New_York';
    expect(read('2026-07-01T12:00:00Z', { zone })).toBe('2026-07-01T12:00:00.000Z');
    expect(read('1767225600', { zone })).toBe('2026-01-01T00:00:00.000Z');
  });

  it.each(['Mars/Olympus', '', '+25:00', 'local'])('knows no zone %j', (zone) => {
    expect(read('2026-07-01 12:00:00', { zone })).toBe('ZONE_UNKNOWN');
  });

  describe('when clocks change', () => {
    const zone = 'Europe/Berlin';

    it('refuses what the clocks skipped in spring, and nothing beside it', () => {
      // 2026-03-29: at 02:00 (01:00Z) the clocks go to 03:00.
      expect(read('2026-03-29 01:59:59', { zone })).toBe('2026-03-29T00:59:59.000Z');
      expect(read('2026-03-29 02:00:00', { zone })).toBe('NO_SUCH_TIME');
      expect(read('2026-03-29 02:59:59', { zone })).toBe('NO_SUCH_TIME');
      expect(read('2026-03-29 03:00:00', { zone })).toBe('2026-03-29T01:00:00.000Z');
    });

    it('refuses what the clocks showed twice in autumn unless told which', () => {
      // 2026-10-25: at 03:00 (01:00Z) the clocks go back to 02:00.
      const text = '2026-10-25 02:30:00';
      expect(read(text, { zone })).toBe('AMBIGUOUS');
      expect(read(text, { zone, repeated: 'earlier' })).toBe('2026-10-25T00:30:00.000Z');
      expect(read(text, { zone, repeated: 'later' })).toBe('2026-10-25T01:30:00.000Z');
      expect(read('2026-10-25 01:59:59', { zone })).toBe('2026-10-24T23:59:59.000Z');
      expect(read('2026-10-25 03:00:00', { zone })).toBe('2026-10-25T02:00:00.000Z');
    });

    it('knows changes of half an hour and west of Greenwich', () => {
      // Lord Howe, 2026-04-05: at 02:00 (+11, 15:00Z the day before) back to 01:30 (+10:30).
      expect(read('2026-04-05 01:45', { zone: 'Australia/Lord_Howe' })).toBe('AMBIGUOUS');
      expect(read('2026-04-05 01:45', { zone: 'Australia/Lord_Howe', repeated: 'later' })).toBe(
        '2026-04-04T15:15:00.000Z',
      );
      // New York, 2026-03-08: 02:00 to 03:00.
      expect(read('2026-03-08 02:30', { zone: 'America/New_York' })).toBe('NO_SUCH_TIME');
    });

    it('knows the day that Samoa skipped', () => {
      expect(read('2011-12-30 12:00', { zone: 'Pacific/Apia' })).toBe('NO_SUCH_TIME');
      // 2011-12-31 12:00 at UTC+14.
      expect(read('2011-12-31 12:00', { zone: 'Pacific/Apia' })).toBe('2011-12-30T22:00:00.000Z');
    });
  });
});
