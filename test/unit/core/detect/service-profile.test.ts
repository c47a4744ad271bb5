import { describe, expect, it } from '@jest/globals';
import { dailyProfile } from '#core/detect/service-profile.ts';

describe('dailyProfile', () => {
  it('takes the median of each slot, and off each value that of the others', () => {
    const values = Float64Array.of(1, 10, 3, 20, 8, 30);
    const { medians, leftOut } = dailyProfile(values, Int32Array.of(0, 1, 0, 1, 0, 1), 2);
    expect([...medians]).toEqual([3, 20]);
    // 1 − (3 + 8)/2, 10 − (20 + 30)/2, 3 − (1 + 8)/2, 20 − (10 + 30)/2, 8 − 2, 30 − 15
    expect([...leftOut]).toEqual([-4.5, -15, -1.5, 0, 6, 15]);
  });

  it('judges no value by itself, and gives an unseen slot the median of all', () => {
    const { medians, leftOut } = dailyProfile(Float64Array.of(1, 2, 6), Int32Array.of(0, 0, 2), 4);
    expect([...medians]).toEqual([1.5, 2, 6, 2]);
    expect([...leftOut]).toEqual([-1, 1, Number.NaN]);
  });

  it('tells equal values apart by their rank', () => {
    const { leftOut } = dailyProfile(Float64Array.of(4, 4, 4), new Int32Array(3), 1);
    expect([...leftOut]).toEqual([0, 0, 0]);
  });
});
