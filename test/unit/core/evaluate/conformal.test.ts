import { describe, expect, it } from '@jest/globals';
import {
  type Calibration,
  CalibrationSchema,
  calibrate,
  errorQuantile,
} from '#core/evaluate/conformal.ts';
import { measureCoverage } from '#core/evaluate/coverage.ts';
import { resultOf } from '#test/helpers/backtest-result.ts';

const { NaN: GAP } = Number;

const range = (length: number, of: (i: number) => number = (i) => i) =>
  Array.from({ length }, (_, i) => of(i));
const oneStep = (errors: readonly number[]) =>
  resultOf({ origins: range(errors.length), candidates: { a: errors.map((error) => [error]) } });
const errorsOf = (calibration: Calibration | null) =>
  calibration?.buckets.map(({ errors }) => errors);

describe('calibrate', () => {
  it('keeps the errors of each bucket, ascending, missing ones left out', () => {
    // 40 origins, 1 step: errors 39, 38, … 0, two of them missing.
    const errors = range(40, (i) => (i === 3 || i === 7 ? GAP : 39 - i));
    const calibration = calibrate(oneStep(errors), 'a');
    const expected = range(40).filter((error) => error !== 36 && error !== 32);
    expect(errorsOf(calibration)).toEqual([expected]);
    expect(calibration?.buckets[0]).toMatchObject({ fromStep: 1, toStep: 1, pooled: false });
    expect(CalibrationSchema.parse(JSON.parse(JSON.stringify(calibration)))).toEqual(calibration);
  });

  it('keeps the newest 400', () => {
    expect(errorsOf(calibrate(oneStep(range(500)), 'a'))).toEqual([range(400, (i) => i + 100)]);
  });

  it('takes the same few steps of every origin where a bucket has more than it keeps', () => {
    // 200 origins, steps 4..6 in the third bucket: two of its three steps an origin. Of the evenly
    // spread positions 0.75 and 2.25 these are the first and the third, steps 4 and 6.
    const rows = range(200).map(() => [1, 2, 3, 4, 5, 6]);
    const calibration = calibrate(resultOf({ origins: range(200), candidates: { a: rows } }), 'a');
    const third = calibration?.buckets[2]?.errors ?? [];
    expect(third).toHaveLength(400);
    expect(new Set(third)).toEqual(new Set([4, 6]));
  });

  it('pools a bucket of fewer than 30 errors with its neighbours until it has 30', () => {
    // 12 origins: the buckets 1, 2-3, 4-6 have 12, 24 and 36 errors.
    const rows = range(12).map(() => [1, 2, 2, 3, 3, 3]);
    const calibration = calibrate(resultOf({ origins: range(12), candidates: { a: rows } }), 'a');
    expect(calibration?.buckets.map(({ errors, pooled }) => [errors.length, pooled])).toEqual([
      [36, true],
      [72, true],
      [36, false],
    ]);
    expect(new Set(calibration?.buckets[0]?.errors)).toEqual(new Set([1, 2]));
  });

  it('is null below nine errors in all', () => {
    expect(calibrate(oneStep(range(8)), 'a')).toBeNull();
    expect(calibrate(oneStep(range(9)), 'a')).not.toBeNull();
  });

  it('uses only errors known at a given time', () => {
    // Step 1 of the origins 0..39 is known at 1..40: by 20 those of the origins 0..19.
    expect(errorsOf(calibrate(oneStep(range(40)), 'a', { resolvedBy: 20 }))).toEqual([range(20)]);
  });
});

describe('errorQuantile', () => {
  const calibration = (length: number): Calibration => ({
    kind: 'split-conformal',
    version: 1,
    buckets: [
      { fromStep: 1, toStep: 1, errors: range(length, (i) => i + 1), pooled: false },
      { fromStep: 2, toStep: 3, errors: range(length, (i) => (i + 1) * 10), pooled: false },
    ],
  });

  it.each([
    // (19 + 1) q: rank 2, 1.5 → 1, 10, 18, 18.5 → 19.
    [0.1, 2],
    [(1 - 0.8) / 2, 2],
    [0.075, 1],
    [0.5, 10],
    [0.9, 18],
    [0.925, 19],
  ])('takes the corrected rank of 19 errors for %p', (q, rank) => {
    expect(errorQuantile(calibration(19), 1, q)).toBe(rank);
  });

  it('takes the extreme error where the rank does not exist', () => {
    expect(errorQuantile(calibration(19), 1, 0.01)).toBe(1);
    expect(errorQuantile(calibration(19), 1, 0.99)).toBe(19);
  });

  it('takes the middle of an even number at the median', () => {
    expect(errorQuantile(calibration(4), 1, 0.5)).toBe(2.5);
  });

  it('looks into the bucket of the step, and into the last one beyond', () => {
    expect(errorQuantile(calibration(19), 3, 0.5)).toBe(100);
    expect(errorQuantile(calibration(19), 999, 0.5)).toBe(100);
  });

  it.each([1, 2, 5, 30, 31])('ascends in the quantile with %d errors', (length) => {
    const values = range(99, (i) => errorQuantile(calibration(length), 1, (i + 1) / 100));
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });
});

describe('measureCoverage', () => {
  it('judges each origin by the band of the errors before it', () => {
    // Errors 1..10, then 5 and 99. The band at origin i is made of the errors 1..i (step 1 of
    // origin i - 1 is known at i). From nine on: at origin 9 (errors 1..9) the 80 % band is ranks 1
    // and 9, [1, 9], error 10 is out; at origin 10 the ranks of 10 are ⌊1.1⌋ = 1 and ⌈9.9⌉ = 10:
    // [1, 10] holds 5; at origin 11 [1, 10] does not hold 99.
    const errors = [...range(10, (i) => i + 1), 5, 99];
    expect(measureCoverage(oneStep(errors), 'a', [0.8])).toEqual([
      { fromStep: 1, toStep: 1, level: 0.8, coverage: 1 / 3, cases: 3 },
    ]);
  });

  it('answers a row a bucket and level, null without cases', () => {
    const rows = range(5).map(() => [1, 2]);
    const result = resultOf({ origins: range(5), candidates: { a: rows } });
    expect(measureCoverage(result, 'a').map(({ fromStep, level }) => [fromStep, level])).toEqual([
      [1, 0.8],
      [1, 0.95],
      [2, 0.8],
      [2, 0.95],
    ]);
    expect(measureCoverage(oneStep(range(8)), 'a', [0.8])).toEqual([
      { fromStep: 1, toStep: 1, level: 0.8, coverage: null, cases: 0 },
    ]);
  });

  it('covers its level when the errors are exchangeable', () => {
    // A fixed shuffle of 0..1008 by steps of 617 modulo the prime 1009.
    const result = oneStep(range(1009, (i) => (i * 617) % 1009));
    for (const { level, coverage, cases } of measureCoverage(result, 'a')) {
      expect(cases).toBe(1000);
      expect(Math.abs((coverage ?? 0) - level)).toBeLessThan(0.02);
    }
  });

  it.each([0, 1, 95, GAP])('refuses the level %p', (level) => {
    expect(() => measureCoverage(oneStep(range(9)), 'a', [level])).toThrow(RangeError);
  });
});
