import { describe, expect, it } from '@jest/globals';
import {
  meanOfRecent,
  movementOfRecent,
  recentValue,
  recentValues,
  spreadOfRecent,
} from '#core/detect/recent-values.ts';

const { NaN: GAP } = Number;

describe('recent values', () => {
  it('keep the newest, oldest first, however often their memory comes to its end', () => {
    const values = recentValues(3);
    expect([...values.toArray()]).toEqual([]);
    for (let i = 1; i <= 20; i++) {
      values.push(i);
      const held = [i - 2, i - 1, i].filter((value) => value > 0);
      expect([...values.toArray()]).toEqual(held);
      expect(values).toHaveLength(held.length);
      expect(values.buffer).toHaveLength(6);
    }
  });

  it('begin with what they are given, of which only the newest fit', () => {
    const values = recentValues(3, [1, 2, 3, 4, 5]);
    expect([...values.toArray()]).toEqual([3, 4, 5]);
    values.push(6);
    expect([...values.toArray()]).toEqual([4, 5, 6]);
  });

  it('are 32-bit floats', () => {
    expect([...recentValues(1, [0.1]).toArray()]).toEqual([Math.fround(0.1)]);
  });

  it('hand out a copy', () => {
    const values = recentValues(2, [1, 2]);
    values.toArray().fill(9);
    expect([...values.toArray()]).toEqual([1, 2]);
  });

  it('are told by their age, and missing beyond what is held', () => {
    const values = recentValues(3, [1, 2, 3, 4]);
    expect([0, 1, 2, 3].map((age) => recentValue(values, age))).toEqual([4, 3, 2, GAP]);
  });
});

describe('what is made of recent values', () => {
  const values = recentValues(6, [100, 4, GAP, 8, 1, 3, 5]);
  const none = recentValues(4, [GAP, GAP]);

  it('is their mean, with and without the newest, present ones only', () => {
    expect(meanOfRecent(values, 0, 3)).toBe(3); // (1 + 3 + 5) / 3
    expect(meanOfRecent(values, 2, 2)).toBe(4.5); // (8 + 1) / 2
    expect(meanOfRecent(values, 3, 2)).toBe(8); // missing, 8
    expect(meanOfRecent(values, 3, 100)).toBe(6); // 4, missing, 8: the 100 has left
    expect(meanOfRecent(values, 6, 2)).toBe(GAP);
    expect(meanOfRecent(none, 0, 2)).toBe(GAP);
  });

  it('is their spread about their own mean', () => {
    expect(spreadOfRecent(values, 3)).toBeCloseTo(Math.sqrt(8 / 3), 12); // 1, 3, 5: -2, 0, 2
    expect(spreadOfRecent(values, 1)).toBe(0);
    expect(spreadOfRecent(none, 2)).toBe(GAP);
    // A million times smaller than the level, and still there: 2^20 ± 0.5.
    const large = recentValues(2, [1_048_575.5, 1_048_576.5]);
    expect(spreadOfRecent(large, 2)).toBe(0.5);
  });

  it('is how much they move, once half of the moves are there', () => {
    expect(movementOfRecent(values, 2)).toBe(2); // |3 - 1|, |5 - 3|
    expect(movementOfRecent(values, 3)).toBe(11 / 3); // |1 - 8|, 2, 2
    expect(movementOfRecent(values, 6)).toBe(11 / 3); // the two beside the gap are missing: 3 of 6
    expect(movementOfRecent(values, 7)).toBe(GAP); // 3 of 7
    expect(movementOfRecent(none, 2)).toBe(GAP);
  });
});
