import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SortedErrors } from '#core/evaluate/sorted-errors.ts';

const errors = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 });

describe('SortedErrors', () => {
  it.each([
    // (9 + 1) q is the rank: 1, 2.5, 5, 9.
    [0.1, 10],
    [0.25, 25],
    [0.5, 50],
    [0.9, 90],
    // Ranks 0.5 and 9.9 do not exist: the extremes.
    [0.05, 10],
    [0.99, 90],
  ])('interpolates the quantile %p between the errors of nine', (q, expected) => {
    const nine = new SortedErrors([50, 10, 90, 30, 20, 80, 40, 70, 60]);
    expect(nine.quantile(q)).toBeCloseTo(expected, 10);
  });

  it.each([
    // −3 −2 −1 1 2 3 have the ranks 7 q: 3.5 is between −1 and 1, 4.5 between 1 and 2.
    [3.5 / 7, 0],
    [4.5 / 7, 1.5],
    [5 / 7, 2],
    [2 / 7, -2],
    [0.99, 3],
    [0.01, -3],
  ])('takes both signs of an error for the symmetric quantile %p', (q, expected) => {
    expect(new SortedErrors([2, 3, 1]).symmetricQuantile(q)).toBeCloseTo(expected, 10);
  });

  it('has no quantile without errors', () => {
    expect(new SortedErrors().quantile(0.5)).toBeNaN();
    expect(new SortedErrors().symmetricQuantile(0.5)).toBeNaN();
  });

  it('is sorted however errors come and go', () => {
    fc.assert(
      fc.property(errors, fc.nat(), (values, some) => {
        const sorted = new SortedErrors();
        for (const value of values) sorted.add(value);
        const gone = some % values.length;
        for (const value of values.slice(0, gone)) sorted.remove(value);
        const rest = values.slice(gone).sort((a, b) => a - b);
        expect([...sorted.toArray()]).toEqual(rest);
        expect(sorted.size).toBe(rest.length);
      }),
    );
  });

  it('ascends in the quantile', () => {
    fc.assert(
      fc.property(errors, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (values, some) => {
        const qs = some.sort((a, b) => a - b);
        const sorted = new SortedErrors(values);
        const absolute = new SortedErrors(values.map(Math.abs));
        const ascends = (of: number[]) => of.every((value, i) => i === 0 || value >= of[i - 1]!);
        expect(ascends(qs.map((q) => sorted.quantile(q)))).toBe(true);
        expect(ascends(qs.map((q) => absolute.symmetricQuantile(q)))).toBe(true);
      }),
    );
  });

  it('refuses to remove what it does not have', () => {
    expect(() => new SortedErrors([1, 3]).remove(2)).toThrow(RangeError);
    expect(() => new SortedErrors().remove(2)).toThrow(RangeError);
  });
});
