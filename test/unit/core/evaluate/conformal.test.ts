import { describe, expect, it } from '@jest/globals';
import {
  bandsOf,
  type Calibration,
  CalibrationSchema,
  calibrate,
  compactCalibration,
  observe,
  observedSteps,
} from '#core/evaluate/conformal.ts';
import type { ResolvedError } from '#core/evaluate/error-record.ts';
import { scaleOf, volatilityOf, volatilityScales } from '#core/evaluate/volatility.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { addMs, epochMs, HOUR } from '#core/time.ts';
import { resultOf } from '#test/helpers/backtest-result.ts';
import { calibrationOf } from '#test/helpers/calibration.ts';
import { seriesOf } from '#test/helpers/series-of.ts';

const { NaN: GAP } = Number;

const range = (length: number, of: (i: number) => number = (i) => i) =>
  Array.from({ length }, (_, i) => of(i));
const oneToThirty = range(30, (i) => i + 1);

describe('calibrate', () => {
  it('keeps the errors at the quarter points of each bucket, by the origin they are of', () => {
    // Buckets 1, 2-3, 4-6, 7-12: a quarter and three quarters of 6 steps from 7 on are 8 and 11.
    const rows = range(12).map((row) => range(12, (h) => (row + h < 12 ? 100 * row + h + 1 : GAP)));
    const calibration = calibrated(rows);
    expect(calibration.cutoffs).toEqual(range(12, (i) => i * HOUR));
    expect(leadsOf(calibration).map(({ step }) => step)).toEqual([1, 2, 3, 4, 6, 8, 11]);
    // Of step 11 the origins 0 and 1 have an actual: errors 11 and 111.
    expect(leadsOf(calibration)[6]!.errors).toEqual([11, 111, ...range(10).map(() => null)]);
    expect(observedSteps(calibration)).toEqual([1, 2, 3, 4, 6, 8, 11]);
    expect(CalibrationSchema.parse(JSON.parse(JSON.stringify(calibration)))).toEqual(calibration);
  });

  it('keeps the newest 200 errors a lead', () => {
    const rows = range(250).map((row) => range(6, (h) => (row + h < 250 ? row : GAP)));
    const calibration = calibrated(rows);
    for (const { step, errors } of leadsOf(calibration)) {
      const kept = errors.filter((error) => error !== null);
      // Step h of origin r is known when r + h <= 250.
      expect(kept).toEqual(range(200, (i) => 251 - step - 200 + i));
    }
    // Origins of which nothing is left are gone: the first is 45, the oldest of step 6.
    expect(calibration.cutoffs[0]).toBe(45 * HOUR);
  });

  it('is null below nine errors one step ahead', () => {
    const rows = (length: number) => range(length).map(() => [1, 2, 3]);
    const run = (length: number) =>
      calibrate(resultOf({ origins: range(length), candidates: { a: rows(length) } }), 'a', {
        ...seriesOf(range(99)),
      });
    expect(run(8)).toBeNull();
    expect(run(9)).not.toBeNull();
  });

  it('uses only what is known at a given time', () => {
    // Step 1 of the origins 0..39 is known at 1..40: by 20 that of 0..19, step 3 of 0..17.
    const result = resultOf({
      origins: range(40),
      candidates: { a: range(40).map(() => [1, 2, 3]) },
    });
    const calibration = calibrate(result, 'a', seriesOf(range(99)), { resolvedBy: 20 })!;
    const known = leadsOf(calibration).map(({ errors }) => errors.filter((e) => e !== null).length);
    expect(known).toEqual([20, 19, 18]);
    expect(calibration.cutoffs.at(-1)).toBe(19 * HOUR);
    expect(calibration.volatility).toEqual(volatilityOf(seriesOf(range(21))));
  });

  it('carries the volatility of the end of the series, and of each origin', () => {
    const values = noise(400);
    const origins = range(60, (i) => 280 + 2 * i);
    const result = resultOf({ origins, candidates: { a: origins.map(() => [1]) } });
    const calibration = calibrate(result, 'a', seriesOf(values))!;
    expect(scaleOf(calibration.volatility)).toBe(volatilityScales(values, [399])[0]);
    const scales = [...volatilityScales(values, origins)];
    expect(calibration.scales).toEqual(scales.map((scale) => (Number.isNaN(scale) ? null : scale)));
    expect(calibration.scales.filter((scale) => scale === null)).toHaveLength(4);
  });
});

describe('the quantile of an error', () => {
  const at = (calibration: Calibration, q: number, step: number) =>
    bandsOf(calibration).quantile(q, step, scaleOf(calibration.volatility) ?? GAP);

  it('is of rank (n + 1) q where no scale is known', () => {
    // (30 + 1) q: 3.1, 15.5, 27.9.
    const calibration = calibrationOf(1, { 1: oneToThirty });
    expect(at(calibration, 0.1, 1)).toBeCloseTo(3.1, 10);
    expect(at(calibration, 0.5, 1)).toBeCloseTo(15.5, 10);
    expect(at(calibration, 0.9, 1)).toBeCloseTo(27.9, 10);
  });

  it('is half raw, half in units of the scale', () => {
    // Scales of 2 then and 6 now: (27.9 + 6 · 27.9 / 2) / 2. Unknown now: the raw half alone.
    const then = calibrationOf(1, { 1: oneToThirty }, 2);
    const now = { ...then, volatility: calibrationOf(1, { 1: [] }, 6).volatility };
    expect(at(now, 0.9, 1)).toBeCloseTo((27.9 + 3 * 27.9) / 2, 9);
    expect(bandsOf(now).quantile(0.9, 1, GAP)).toBeCloseTo(27.9, 10);
  });

  it('lies between two centres in proportion to the logarithm of the step', () => {
    // The second bucket's centre is √(2 · 3); its 60 errors, 10 … 300 twice, have the rank
    // 61 · 0.9 = 54.9 and so the value 270 + 0.9 · 10 = 279 (ranks 54 and 55: 270 and 280).
    const tens = range(30, (i) => 10 * (i + 1));
    const calibration = calibrationOf(3, { 1: oneToThirty, 2: tens, 3: tens });
    const share = Math.log(2) / Math.log(Math.sqrt(6));
    expect(at(calibration, 0.9, 2)).toBeCloseTo((1 - share) * 27.9 + share * 279, 9);
  });

  it.each([
    // Errors of ±1 at step 1 and ±u at √6: the 80 % band grows with the power ln u / ln √6.
    [6 ** (1 / 8), 0.25],
    // At most as the square root, at least not at all.
    [9, 0.5],
    [0.5, 0],
  ])('grows beyond the last centre by the growth before it: %p', (unit, power) => {
    const both = (size: number) => range(30, (i) => (i % 2 === 0 ? size : -size));
    const calibration = calibrationOf(3, { 1: both(1), 2: both(unit), 3: both(unit) });
    expect(at(calibration, 0.9, 600) / at(calibration, 0.9, 6)).toBeCloseTo(100 ** power, 9);
  });

  it('of a bucket with too few errors is that of a random walk out of the ones before it', () => {
    // Nine errors at step 1: ±(40, 30, 20, 10) and 0; the ranks of 0.1 and 0.9 are the first and
    // last. Enlarged by √(√6 / 1) at the centre of the bucket 2-3 and by a power of 0.5 from there
    // on, so by √3 at step 3 and √48 at step 48.
    const calibration = calibrationOf(3, { 1: [0, 10, -10, 20, -20, 30, -30, 40, -40] });
    expect(at(calibration, 0.9, 3)).toBeCloseTo(40 * Math.sqrt(3), 9);
    expect(at(calibration, 0.1, 48)).toBeCloseTo(-40 * Math.sqrt(48), 9);
  });

  it('of a bucket with too few errors counts its own in', () => {
    // One error of the bucket 2-3 beside nine zeros: rank 11 · 0.9 = 9.9 of ten.
    const calibration = calibrationOf(3, { 1: range(9, () => 0), 2: [100] });
    expect(bandsOf(calibration).path(0.9, 3, GAP)[2]).toBeGreaterThan(89.9);
  });

  it('has two sides up to 72 steps and one beyond', () => {
    const steps = observedSteps(calibrationOf(288, { 1: [1] }));
    const above = Object.fromEntries(steps.map((step) => [step, oneToThirty]));
    const calibration = calibrationOf(288, above);
    expect(at(calibration, 0.1, 54)).toBeGreaterThan(0);
    expect(at(calibration, 0.9, 288)).toBeGreaterThan(0);
    expect(at(calibration, 0.1, 288)).toBeCloseTo(-at(calibration, 0.9, 288), 9);
    expect(at(calibration, 0.5, 288)).toBeCloseTo(0, 10);
  });

  it('is the same at a step and along a path', () => {
    const bands = bandsOf(calibrationOf(12, { 1: oneToThirty, 2: oneToThirty, 8: [5] }, 3));
    const path = bands.path(0.2, 40, 4);
    expect([...path]).toEqual(range(40, (h) => bands.quantile(0.2, h + 1, 4)));
  });
});

describe('observe', () => {
  const resolved = (row: number, step: number, error: number): ResolvedError => ({
    cutoff: epochMs(row * HOUR),
    step,
    error,
    scale: null,
  });

  it('moves each tail by 0.03 of what it missed, and other levels with it', () => {
    // The band [3.1, 27.9] of thirty: 100 lies above. Upper 0.1 + 0.03 (0.1 − 1), lower
    // 0.1 + 0.03 (0.1 − 0).
    const after = observe(calibrationOf(1, { 1: oneToThirty }), [resolved(30, 1, 100)]);
    const { lower, upper } = after.buckets[0]!.tails;
    expect(lower).toBeCloseTo(0.103, 12);
    expect(upper).toBeCloseTo(0.073, 12);
    const at = (q: number) => bandsOf(after).quantile(q, 1, GAP);
    // Ranks of 31 errors: 32 · 0.103 = 3.296, 32 · 0.927 = 29.664.
    expect(at(0.1)).toBeCloseTo(3.296, 9);
    expect(at(0.9)).toBeCloseTo(29.664, 9);
    expect(at(0.5)).toBeCloseTo(16, 9);
    // Of 0.8 the odds of 4 become 4^k with 9^k = 0.927 / 0.073.
    const odds = 4 ** (Math.log(0.927 / 0.073) / Math.log(9));
    expect(at(0.8)).toBeCloseTo((32 * odds) / (1 + odds), 9);
  });

  it('counts the errors of one moment in a bucket as one step', () => {
    // Of the two errors of the bucket 2-3 one lies above its band: upper 0.1 + 0.03 (0.1 − 0.5).
    const before = calibrationOf(3, { 1: oneToThirty, 2: oneToThirty, 3: oneToThirty });
    const after = observe(before, [resolved(31, 2, 15), resolved(30, 3, 100)]);
    expect(after.buckets[0]!.tails).toEqual({ lower: 0.1, upper: 0.1 });
    expect(after.buckets[1]!.tails.lower).toBeCloseTo(0.103, 12);
    expect(after.buckets[1]!.tails.upper).toBeCloseTo(0.088, 12);
  });

  it('keeps the tails between 0.005 and 0.3', () => {
    let misses = calibrationOf(1, { 1: oneToThirty });
    let hits = misses;
    for (let row = 30; row < 110; row++) {
      misses = observe(misses, [resolved(row, 1, 2 ** row)]);
      hits = observe(hits, [resolved(row, 1, 15)]);
    }
    expect(misses.buckets[0]!.tails).toEqual({ lower: 0.3, upper: 0.005 });
    expect(hits.buckets[0]!.tails).toEqual({ lower: 0.3, upper: 0.3 });
  });

  it('adapts no bucket before it has errors of thirty origins, and none beyond 36 steps', () => {
    const few = calibrationOf(1, { 1: range(29) });
    expect(observe(few, [resolved(30, 1, 100)]).buckets[0]!.tails.upper).toBe(0.1);
    const steps = observedSteps(calibrationOf(72, { 1: [1] }));
    const all = calibrationOf(72, Object.fromEntries(steps.map((step) => [step, oneToThirty])));
    const after = observe(
      all,
      steps.map((step, i) => resolved(40 + i, step, 100)),
    );
    expect(after.buckets.map(({ tails }) => tails.upper < 0.1)).toEqual([
      ...range(5).map(() => true),
      false,
    ]);
  });

  it('passes over errors that it has, other steps, and what is no number', () => {
    const before = calibrationOf(3, { 1: oneToThirty, 2: oneToThirty, 3: oneToThirty });
    expect(observe(before, [resolved(4, 1, 77), resolved(40, 5, 1), resolved(40, 1, GAP)])).toEqual(
      before,
    );
    const twice = [resolved(40, 1, 7), resolved(40, 1, 7)];
    const once = observe(before, twice);
    expect(once.buckets[0]!.leads[0]!.errors).toEqual([...oneToThirty, 7]);
    expect(observe(once, twice)).toEqual(once);
  });

  it('passes over errors older than those it keeps', () => {
    const full = calibrationOf(1, { 1: range(200) });
    const later = { ...full, cutoffs: full.cutoffs.map((cutoff) => cutoff + 9 * HOUR) };
    expect(observe(later, [resolved(3, 1, 500)])).toEqual(later);
  });

  it('gives what calibrating over the longer list gives', () => {
    const target = seriesOf(noise(600));
    const origins = range(240, (i) => 300 + i);
    const errors = noise(240 * 12, 'errors');
    const rows = origins.map((_, row) => [...errors.subarray(row * 12, (row + 1) * 12)]);
    const result = resultOf({ origins, candidates: { a: rows } });
    const scales = volatilityScales(target.values, origins);
    const [from, to] = [490, 530];
    let live = calibrate(result, 'a', target, { resolvedBy: from })!;
    for (let moment = from + 1; moment <= to; moment++) {
      const news = observedSteps(live).flatMap((step) => {
        const row = origins.indexOf(moment - step);
        const cutoff = addMs(epochMs(0), HOUR, moment - step);
        return row < 0 ? [] : [{ cutoff, step, error: rows[row]![step - 1]!, scale: scales[row]! }];
      });
      live = observe(live, news);
    }
    const { volatility, ...expected } = calibrate(result, 'a', target, { resolvedBy: to })!;
    expect({ ...live, volatility }).toEqual({ ...expected, volatility });
    expect(expected.buckets[0]!.tails).not.toEqual({ lower: 0.1, upper: 0.1 });
  });
});

describe('compactCalibration', () => {
  it('rounds what is stored many times, and no more', () => {
    const calibration = calibrationOf(1, { 1: [1 / 3, 20_000 / 3, -1e-9 / 3] }, 1 / 3);
    const compact = compactCalibration(calibration);
    expect(compact.buckets[0]!.leads[0]!.errors).toEqual([0.3333, 6667, -3.333e-10]);
    expect(compact.scales).toEqual([0.3333, 0.3333, 0.3333]);
    expect(scaleOf(compact.volatility)).toBeCloseTo(1 / 3, 6);
    expect(CalibrationSchema.parse(compact)).toEqual(compact);
  });
});

describe('CalibrationSchema', () => {
  it('refuses columns of different lengths', () => {
    const calibration = calibrationOf(1, { 1: [1, 2] });
    expect(CalibrationSchema.safeParse(calibration).success).toBe(true);
    for (const broken of [
      { ...calibration, scales: [null] },
      { ...calibration, cutoffs: [0] },
    ]) {
      expect(CalibrationSchema.safeParse(broken).success).toBe(false);
    }
  });
});

function calibrated(rows: readonly (readonly number[])[]): Calibration {
  const result = resultOf({ origins: range(rows.length), candidates: { a: rows } });
  return calibrate(result, 'a', seriesOf(range(rows.length + 50)))!;
}

function leadsOf({ buckets }: Calibration) {
  return buckets.flatMap(({ leads }) => leads);
}

function noise(length: number, stream = 'values'): Float64Array {
  const random = seededRandom(3, stream);
  return Float64Array.from({ length }, () => normal(random));
}
