import { describe, expect, it } from '@jest/globals';
import { rarityOf } from '#core/detect/rarity.ts';

describe('rarityOf', () => {
  it('is the logarithm of one in so many, of the normal distribution', () => {
    // Tables of its upper tail: 1/2, 0.158655, 0.00134990, 2.86652e-7, 6.22096e-16.
    for (const [deviation, tail] of [
      [0, 0.5],
      [1, 0.158655],
      [3, 0.0013499],
      [5, 2.86652e-7],
      [8, 6.22096e-16],
    ] as const) {
      expect(Math.abs(rarityOf(deviation) + Math.log(tail))).toBeLessThan(0.003);
    }
  });

  it('is nothing below 0, and a number however great the deviation', () => {
    expect(rarityOf(-0.001)).toBe(0);
    expect(rarityOf(-Infinity)).toBe(0);
    expect(rarityOf(1e60)).toBeCloseTo(5e119, -110);
    expect(rarityOf(Number.NaN)).toBeNaN();
  });
});
