import { describe, expect, it } from '@jest/globals';
import { fft } from '#core/math/fft.ts';
import { normal, seededRandom } from '#core/math/random.ts';

describe('fft', () => {
  it('is the sum that defines it', () => {
    const random = seededRandom(1, 'fft');
    const real = Float64Array.from({ length: 16 }, () => normal(random));
    const imaginary = Float64Array.from({ length: 16 }, () => normal(random));
    const expected = real.map((_, k) =>
      real.reduce((sum, x, t) => {
        const angle = (-2 * Math.PI * k * t) / 16;
        return sum + x * Math.cos(angle) - imaginary[t]! * Math.sin(angle);
      }, 0),
    );
    const actual = real.slice();
    fft(actual, imaginary.slice());
    actual.forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k]!, 12);
    });
  });

  it('gives n times what it was when undone', () => {
    const real = Float64Array.of(3, 1, 4, 1, 5, 9, 2, 6);
    const imaginary = new Float64Array(8);
    fft(real, imaginary);
    fft(imaginary, real);
    expect([...real].map((value) => Math.round(value * 1e9) / 8e9)).toEqual([
      3, 1, 4, 1, 5, 9, 2, 6,
    ]);
  });

  it('leaves a single value', () => {
    const real = Float64Array.of(7);
    fft(real, Float64Array.of(2));
    expect([...real]).toEqual([7]);
  });

  it.each([
    [3, 3],
    [4, 2],
    [0, 0],
  ])('refuses %d and %d parts', (a, b) => {
    expect(() => fft(new Float64Array(a), new Float64Array(b))).toThrow(RangeError);
  });
});
