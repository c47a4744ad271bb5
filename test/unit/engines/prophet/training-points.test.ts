import { describe, expect, it } from '@jest/globals';
import { DEFAULT_STEP, HOUR } from '#core/time.ts';
import { MAX_POINTS, trainingPoints } from '#engines/prophet/training-points.ts';

const counting = (length: number) => Float64Array.from({ length }, (_, i) => i);

describe('training points', () => {
  it('are the present values of a short history', () => {
    const { times, values } = trainingPoints(7, HOUR, Float64Array.of(3, Number.NaN, 5));
    expect([...values]).toEqual([3, 5]);
    expect([...times]).toEqual([7, 7 + 2 * HOUR]);
  });

  it('are means of three steps over four weeks of five minutes', () => {
    const { times, values } = trainingPoints(0, DEFAULT_STEP, counting(8064));
    // 8064 / 4000 is above two: blocks of three, 2688 of them, the first 0 1 2, the last 8061 … 8063.
    expect(values).toHaveLength(2688);
    expect([values[0], values[2687]]).toEqual([1, 8062]);
    expect(times[2687]).toBe(8062 * DEFAULT_STEP);
  });

  it('end with a whole block: a part of one comes first', () => {
    const { values } = trainingPoints(0, DEFAULT_STEP, counting(4001));
    expect([...values.slice(0, 2)]).toEqual([0, 1.5]);
    expect(values[values.length - 1]).toBe(3999.5);
  });

  it('stand for the mean time of what is present in a block', () => {
    const holed = counting(8064).map((value) =>
      value % 3 === 1 || value < 3 ? Number.NaN : value,
    );
    const { times, values } = trainingPoints(0, DEFAULT_STEP, holed.fill(Number.NaN, 3, 5));
    expect(values).toHaveLength(2687);
    // Of the block 3 4 5 only 5 is left, of 6 7 8 the first and the last.
    expect([...values.slice(0, 2)]).toEqual([5, 7]);
    expect([...times.slice(0, 2)]).toEqual([5 * DEFAULT_STEP, 7 * DEFAULT_STEP]);
  });

  it('reach as far back as their number allows on a coarse grid', () => {
    const { times, values } = trainingPoints(0, HOUR, counting(10_000));
    expect(values).toHaveLength(MAX_POINTS);
    expect(values[0]).toBe(6000);
    expect(times[0]).toBe(6000 * HOUR);
  });
});
