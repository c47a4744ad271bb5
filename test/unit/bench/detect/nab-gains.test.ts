import { describe, expect, it } from '@jest/globals';
import { OUTSIDE, probationRows, rowGains, sigmoid } from '../../../../bench/detect/nab-gains.ts';

// Digits of the hand calculations below.
const DIGITS = 8;

describe('NAB gains', () => {
  it('leaves min(⌊0.15·n⌋, 750) rows to the probation', () => {
    // 0.15·6 = 0.9, 0.15·7 = 1.05, 0.15·4999 = 749.85, 0.15·5000 = 750.
    expect([0, 6, 7, 4_999, 5_000, 22_695].map(probationRows)).toEqual([0, 0, 1, 749, 750, 750]);
  });

  it('follows 2/(1+e^{5y}) − 1 up to y = 3, and is −1 behind that', () => {
    // e^-5 = 0.006737947: 2/1.006737947 − 1.
    expect(sigmoid(-1)).toBeCloseTo(0.986614298, DIGITS);
    // e^-2.5 = 0.0820849986: 2/1.0820849986 − 1.
    expect(sigmoid(-0.5)).toBeCloseTo(0.848283639, DIGITS);
    expect(sigmoid(0)).toBe(0);
    expect(sigmoid(1)).toBeCloseTo(-0.986614298, DIGITS);
    // e^15 = 3269017.37: −1 + 6.118e-7.
    expect(sigmoid(3)).toBeCloseTo(-1 + 6.118e-7, 10);
    expect(sigmoid(3.000001)).toBe(-1);
    expect(sigmoid(Infinity)).toBe(-1);
  });

  it('gives 1 at the beginning of a window, less to its end, and falls to −1 behind it', () => {
    const { gain, window } = rowGains({ rows: 6, windows: [{ first: 2, last: 3 }] });
    expect([...window]).toEqual([OUTSIDE, OUTSIDE, 0, 0, OUTSIDE, OUTSIDE]);
    // Width 2. Row 3: sig(−1/2)/sig(−1). Rows 4 and 5: sig(1/1) and sig(2/1), e^10 = 22026.46579.
    const expected = [-1, -1, 1, 0.859792566, -0.986614298, -0.999909204];
    expected.forEach((each, i) => {
      expect(gain[i]).toBeCloseTo(each, DIGITS);
    });
  });

  it('counts from the last window left behind', () => {
    const windows = [
      { first: 0, last: 2 },
      { first: 4, last: 8 },
    ];
    const { gain, window } = rowGains({ rows: 10, windows });
    expect([...window]).toEqual([0, 0, 0, OUTSIDE, 1, 1, 1, 1, 1, OUTSIDE]);
    // Row 3: sig(1/2), a window of width 3. Row 9: sig(1/4), one of width 5, e^1.25 = 3.490342957.
    expect(gain[3]).toBeCloseTo(-0.848283639, DIGITS);
    expect(gain[9]).toBeCloseTo(2 / 4.490342957 - 1, DIGITS);
  });

  it('is −1 at once behind a window of one row', () => {
    const { gain } = rowGains({ rows: 4, windows: [{ first: 1, last: 1 }] });
    expect([...gain]).toEqual([-1, 1, -1, -1]);
  });

  it('lets a window end with the file', () => {
    const { gain, window } = rowGains({ rows: 3, windows: [{ first: 1, last: 2 }] });
    expect([...window]).toEqual([OUTSIDE, 0, 0]);
    expect(gain[2]).toBeCloseTo(0.859792566, DIGITS);
  });

  it.each([
    {
      fault: 'overlap',
      spans: [
        [2, 4],
        [4, 5],
      ],
    },
    {
      fault: 'are out of order',
      spans: [
        [4, 5],
        [1, 2],
      ],
    },
    { fault: 'end behind the file', spans: [[7, 10]] },
    { fault: 'are upside down', spans: [[3, 2]] },
  ])('refuses windows that $fault', ({ spans }) => {
    const windows = spans.map(([first = 0, last = 0]) => ({ first, last }));
    expect(() => rowGains({ rows: 10, windows })).toThrow(RangeError);
  });
});
