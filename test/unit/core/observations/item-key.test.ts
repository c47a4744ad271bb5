import { describe, expect, it } from '@jest/globals';
import { batchByItem, inDeliveryOrder } from '#core/observations/item-batch.ts';
import {
  hourlyExpiry,
  hourlySortKey,
  parseHourlySortKey,
  parseRawSortKey,
  rawExpiry,
  rawSortKey,
} from '#core/observations/item-key.ts';
import { durationMs, epochMs, toIso } from '#core/time.ts';

const FIVE_MINUTES = durationMs(300_000);
const FIVE_SECONDS = durationMs(5_000);
const BUCKET = epochMs(Date.UTC(2026, 10, 21, 11));

describe('sort keys', () => {
  it('are padded, so that text order is time order', () => {
    expect(rawSortKey(FIVE_MINUTES, epochMs(1_763_722_800_000))).toBe(
      'raw#000300000#001763722800000',
    );
    const starts = [0, 3_600_000, 999_997_200_000, 1_000_000_800_000, 10_000_000_800_000];
    const keys = starts.map((start) => rawSortKey(FIVE_MINUTES, epochMs(start)));
    expect([...keys].sort()).toEqual(keys);
    expect(hourlySortKey(epochMs(Date.UTC(2026, 0, 9)))).toBe('hourly#2026-01-09');
  });

  it('can be read back', () => {
    expect(parseRawSortKey(rawSortKey(FIVE_SECONDS, BUCKET))).toEqual({
      step: 5_000,
      bucketStart: BUCKET,
    });
    const day = epochMs(Date.UTC(2026, 10, 21));
    expect(parseHourlySortKey(hourlySortKey(day))).toBe(day);
  });

  it('are told from each other', () => {
    expect(parseRawSortKey('hourly#2026-01-09')).toBeUndefined();
    expect(parseHourlySortKey(rawSortKey(FIVE_SECONDS, BUCKET))).toBeUndefined();
  });
});

describe('expiry', () => {
  it('is 35 days after the item is full, 2 days for steps below a minute', () => {
    // Full at 12:00 (12 x 5 min) and at 11:01 (12 x 5 s).
    expect(toIso(rawExpiry(FIVE_MINUTES, BUCKET, BUCKET))).toBe('2026-12-26T12:00:00.000Z');
    expect(toIso(rawExpiry(FIVE_SECONDS, BUCKET, BUCKET))).toBe('2026-11-23T11:01:00.000Z');
    expect(toIso(rawExpiry(durationMs(60_000), BUCKET, BUCKET))).toBe('2026-12-26T11:12:00.000Z');
  });

  it('counts from when it was first seen for history that is filled in later', () => {
    // Seen a year and a day after BUCKET's day began: 35 days on from then.
    const seen = epochMs(Date.UTC(2027, 10, 22, 9));
    expect(toIso(rawExpiry(FIVE_MINUTES, BUCKET, seen))).toBe('2027-12-27T09:00:00.000Z');
  });

  it('is as configured, and never longer than 2 days for steps below a minute', () => {
    // Full at 12:00 on 2026-11-21: 90 days on is 2027-02-19 (9 + 31 + 31 + 19).
    expect(toIso(rawExpiry(FIVE_MINUTES, BUCKET, BUCKET, 90))).toBe('2027-02-19T12:00:00.000Z');
    expect(toIso(rawExpiry(FIVE_SECONDS, BUCKET, BUCKET, 90))).toBe('2026-11-23T11:01:00.000Z');
    expect(toIso(rawExpiry(FIVE_SECONDS, BUCKET, BUCKET, 1))).toBe('2026-11-22T11:01:00.000Z');
    // The day ends 2026-11-22; 40 days on is 2027-01-01 (8 + 31 + 1).
    const day = epochMs(Date.UTC(2026, 10, 21));
    expect(toIso(hourlyExpiry(day, 40))).toBe('2027-01-01T00:00:00.000Z');
  });

  it('is 400 days after the day for hours', () => {
    // The day ends 2026-11-22; 400 days = a year and 35 days.
    expect(toIso(hourlyExpiry(epochMs(Date.UTC(2026, 10, 21))))).toBe('2027-12-27T00:00:00.000Z');
  });
});

describe('batchByItem', () => {
  const observation = (at: number, value = 1) => ({
    metric: 'm',
    source: 's',
    at: epochMs(at),
    value,
    asOf: epochMs(at),
  });

  it('gathers by item and remembers the places', () => {
    // Items of 5 s slots begin every 60 s.
    const batches = batchByItem(
      FIVE_SECONDS,
      [60_000, 0, 119_999, 120_000].map((at) => observation(at)),
      epochMs(0),
    );
    expect(batches.map(({ bucketStart, indices }) => [bucketStart, indices])).toEqual([
      [60_000, [0, 2]],
      [0, [1]],
      [120_000, [3]],
    ]);
    expect(
      inDeliveryOrder(batches, [['accepted', 'duplicate'], ['superseded'], ['accepted']]),
    ).toEqual(['accepted', 'superseded', 'duplicate', 'accepted']);
  });

  it('refuses the whole delivery for one impossible observation', () => {
    const delivery = [observation(0), observation(120_000, Number.NaN)];
    expect(() => batchByItem(FIVE_SECONDS, delivery, epochMs(0))).toThrow(RangeError);
  });
});
