import { describe, expect, it } from '@jest/globals';
import { rampColumns, rampReach } from '#core/detect/residual-ramps.ts';

const { NaN: GAP } = Number;
const NO_MEMORY = [0, 0, 0, 0, 0, 0];
const ROWS = 40;
const never = new Float64Array(ROWS).fill(Infinity);

/** The last four rows rise by one a step; what is before them lies at 5. */
const ramp = Float64Array.from({ length: ROWS }, (_, row) => 5 + Math.max(0, row - 35));

const at = (values: Float64Array, row: number, sinceBreak = never, coefficients = NO_MEMORY) =>
  rampColumns({ values, sinceBreak }, [4], coefficients, row)[0]?.[0];

describe('rampColumns', () => {
  it('is the matched filter of growth from the level before it', () => {
    // Weights 1 to 4: 1 + 4 + 9 + 16 = 30 of the ramp with itself. It varies by 30 and, as the level is
    // known from the 36 rows before (30 with a complete past), by another (1 + 2 + 3 + 4)² / 36.
    expect(at(ramp, 39)).toBeCloseTo(30 / Math.sqrt(30 + 100 / 36), 2);
    // A level that stays is none, wherever it lies.
    expect(at(new Float64Array(ROWS).fill(1e6), 39)).toBeCloseTo(0, 9);
  });

  it('takes off what the past foretells', () => {
    // Half of each value is foretold: of a ramp 1, 2, 3, 4 there remain 1, 1.5, 2, 2.5, and as much of
    // the values above their level; 1 + 2.25 + 4 + 6.25 = 13.5, and 7² / 36 for the level.
    const half = [0.5, 0, 0, 0, 0, 0];
    expect(at(ramp, 39, never, half)).toBeCloseTo(13.5 / Math.sqrt(13.5 + 49 / 36), 2);
  });

  it('does not look across a deployment, and says nothing before it knows a level', () => {
    const deployedAt = (row: number) =>
      Float64Array.from({ length: ROWS }, (_, i) => (i < row ? Infinity : i - row));
    const other = ramp.map((value, i) => (i < 10 ? 1e9 : value));
    // 12 rows of a level after 12 that settle, and 4 of growth: 28 rows in all.
    expect(at(other, 39, deployedAt(12))).toBeCloseTo(30 / Math.sqrt(30 + 100 / 12), 9);
    expect(at(other, 39, deployedAt(13))).toBeNaN();
  });

  it('passes over missing values, up to half of them', () => {
    const holed = ramp.slice();
    holed[37] = GAP;
    // Without the value, and the six after it whose past is incomplete: one of four is left.
    expect(at(holed, 39)).toBeNaN();
    holed[37] = ramp[37]!;
    holed[30] = GAP;
    // Rows 30 to 36 are not foretold: 2 + 3 + 4 of the growth are left.
    expect(at(holed, 39)).toBeGreaterThan(4);
  });

  it('says how far it looks back', () => {
    expect(rampReach([])).toBe(0);
    expect(rampReach([4, 64])).toBe(64 + 144 + 6);
  });
});
