import { describe, expect, it } from '@jest/globals';
import { counterToRate } from '#core/series/counter-rate.ts';
import type { Point } from '#core/series/point.ts';
import { durationMs, epochMs } from '#core/time.ts';

const point = (seconds: number, value: number): Point => ({ at: epochMs(seconds * 1_000), value });
const tolerance = durationMs(60_000);
const rates = (...points: Point[]) => counterToRate(points, tolerance);

describe('counterToRate', () => {
  it('divides the increase by the seconds and stands at the later reading', () => {
    // (160 − 100) / 15 s = 4, then (160 − 160) / 30 s = 0
    expect(rates(point(0, 100), point(15, 160), point(45, 160))).toEqual([
      point(15, 4),
      point(45, 0),
    ]);
  });

  it('counts from zero after a restart', () => {
    // Falls from 1000 to 30: 30 were counted since the restart, 30 / 10 s = 3, then 20 / 10 s = 2.
    expect(rates(point(0, 1_000), point(10, 30), point(20, 50))).toEqual([
      point(10, 3),
      point(20, 2),
    ]);
  });

  it('says nothing across more than the tolerance and starts anew after it', () => {
    // 60 s is within the tolerance: 60 / 60 = 1. 61 s is not. Then 5 / 5 s = 1.
    expect(rates(point(0, 0), point(60, 60), point(121, 500), point(126, 505))).toEqual([
      point(60, 1),
      point(126, 1),
    ]);
  });

  it('gives nothing for a single reading or none', () => {
    expect(rates(point(0, 100))).toEqual([]);
    expect(rates()).toEqual([]);
  });

  it('collapses readings of one time into the greatest', () => {
    // At 10 s the total is 50, not 40: (50 − 0) / 10 s = 5, then (60 − 50) / 10 s = 1.
    const expected = [point(10, 5), point(20, 1)];
    expect(rates(point(0, 0), point(10, 50), point(10, 40), point(20, 60))).toEqual(expected);
    expect(rates(point(10, 40), point(20, 60), point(10, 50), point(0, 0))).toEqual(expected);
  });

  it.each([NaN, Infinity, -5])('passes over %d, which is no total', (value) => {
    // Without the odd reading: (40 − 0) / 20 s = 2.
    expect(rates(point(0, 0), point(10, value), point(20, 40))).toEqual([point(20, 2)]);
  });
});
