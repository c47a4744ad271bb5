import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  bandsOf,
  type Calibration,
  calibrate,
  observe,
  observedSteps,
} from '#core/evaluate/conformal.ts';
import { measureCoverage } from '#core/evaluate/coverage.ts';
import { scaleOf } from '#core/evaluate/volatility.ts';
import { calibrated } from '#core/forecast/calibrated.ts';
import { restoreNaive } from '#core/forecast/naive.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { epochMs, HOUR } from '#core/time.ts';
import { resultOf } from '#test/helpers/backtest-result.ts';
import { calibrationOf } from '#test/helpers/calibration.ts';
import { seriesOf } from '#test/helpers/series-of.ts';

const { NaN: GAP } = Number;

/** The ends of the central levels 0.5, 0.8, 0.9, 0.95 and 0.99, and the median. */
const QUANTILES = [0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.995];
const HORIZON = 60;

/** Calibrations after a life: some buckets with too few errors, tails pushed about. */
const lives = fc
  .record({
    seed: fc.nat(),
    horizon: fc.integer({ min: 1, max: HORIZON }),
    origins: fc.integer({ min: 9, max: 45 }),
    surprises: fc.array(fc.constantFrom(-1e6, 0, 1e6), { maxLength: 5 }),
  })
  .map(({ seed, horizon, origins, surprises }) => {
    const random = seededRandom(seed, 'bands');
    const steps = observedSteps(calibrationOf(horizon, { 1: [1] }));
    const errorsAt = (step: number) =>
      Array.from({ length: Math.max(0, origins - (step >> 2)) }, () =>
        Math.round(10 * Math.sqrt(step) * normal(random)),
      );
    const start = calibrationOf(
      horizon,
      Object.fromEntries(steps.map((step) => [step, errorsAt(step)])),
      7,
    );
    return surprises.reduce((life, error, i) => {
      const cutoff = epochMs((1000 + i) * HOUR);
      return observe(
        life,
        steps.map((step) => ({ cutoff, step, error, scale: 7 })),
      );
    }, start);
  });
const scales = fc.oneof(fc.constant(GAP), fc.double({ min: 0.001, max: 1e4, noNaN: true }));
const moreQuantiles = fc.array(fc.double({ min: 0.001, max: 0.999, noNaN: true }));

describe('bands', () => {
  it('never cross, whatever the quantile, the step and the scale', () => {
    fc.assert(
      fc.property(lives, scales, moreQuantiles, (life, scale, more) => {
        const bands = bandsOf(life);
        const quantiles = [...QUANTILES, ...more].sort((a, b) => a - b);
        expectAscending(quantiles.map((q) => bands.path(q, HORIZON, scale)));
      }),
      { numRuns: 30 },
    );
  });

  it('stay inside the bounds, and do not cross there', () => {
    const bounds = { minimum: -5, maximum: 12 };
    fc.assert(
      fc.property(lives, fc.integer({ min: -20, max: 20 }), (life, last) => {
        const about = { seriesId: 'test', step: HOUR, cutoff: 0 };
        const model = restoreNaive({ kind: 'naive', version: 1, ...about, last });
        const request = { horizon: HORIZON, quantiles: QUANTILES };
        const { quantiles } = calibrated(model, life, bounds).predict(request);
        const paths = quantiles.map(({ values }) => values);
        expectAscending(paths);
        const all = paths.flatMap((path) => [...path]);
        expect(Math.min(...all)).toBeGreaterThanOrEqual(bounds.minimum);
        expect(Math.max(...all)).toBeLessThanOrEqual(bounds.maximum);
      }),
      { numRuns: 20 },
    );
  });

  it('follow the unit of the series and not its level', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: -4, max: 4 }), fc.integer(), (seed, power, level) => {
        const life = simulate(seed);
        const plain = servedPaths(life);
        // Powers of two leave every digit as it is.
        const unit = 2 ** power;
        const inUnit = { values: times(life.values, unit), errors: times(life.errors, unit) };
        expect(servedPaths(inUnit)).toEqual(plain.map((path) => times(path, unit)));
        // A level of up to 2³¹ leaves 6 digits behind the point of the values.
        const shifted = { ...life, values: life.values.map((value) => value + level) };
        servedPaths(shifted).forEach((path, k) => {
          const apart = path.map((value, h) => Math.abs(value - plain[k]![h]!));
          expect(Math.max(...apart)).toBeLessThan(1e-5);
        });
      }),
      { numRuns: 4 },
    );
  });

  it('do not know what became known later', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: FIRST + 45, max: FIRST + 75 }), (seed, moment) => {
        const honest = simulate(seed);
        const other = {
          values: honest.values.map((value, i) => (i <= moment ? value : 1e6)),
          errors: honest.errors.map((error, cell) => (resolvedAt(cell) <= moment ? error : -1e6)),
        };
        const known = { resolvedBy: moment };
        expect(calibrationAt(other, known)).toEqual(calibrationAt(honest, known));
        // What a band is judged by does not move the band: whether errors that only became known
        // after the last origin lie far above or far below, none of them is inside.
        const [above, below] = [1e9, -1e9].map((unknown) =>
          coverageOf({
            ...honest,
            errors: honest.errors.map((error, cell) =>
              resolvedAt(cell) > FIRST + ORIGINS - 1 ? unknown : error,
            ),
          }),
        );
        expect(above).toEqual(below);
      }),
      { numRuns: 4 },
    );
  });
});

/** Origins FIRST, FIRST + 1 and so on, each with the errors of `STEPS` steps. */
const FIRST = 290;
const ORIGINS = 80;
const STEPS = 8;

interface Simulated {
  readonly values: readonly number[];
  /** Origins × steps, row by row. */
  readonly errors: readonly number[];
}

function simulate(seed: number): Simulated {
  const random = seededRandom(seed, 'life');
  const noise = (length: number) => Array.from({ length }, () => normal(random));
  return { values: noise(FIRST + ORIGINS + STEPS), errors: noise(ORIGINS * STEPS) };
}

function resolvedAt(cell: number): number {
  return FIRST + Math.floor(cell / STEPS) + 1 + (cell % STEPS);
}

function backtestOf({ errors }: Simulated) {
  const origins = Array.from({ length: ORIGINS }, (_, row) => FIRST + row);
  const rows = origins.map((_, row) => errors.slice(row * STEPS, (row + 1) * STEPS));
  return resultOf({ origins, candidates: { a: rows } });
}

function calibrationAt(life: Simulated, options = {}): Calibration {
  return calibrate(backtestOf(life), 'a', seriesOf(life.values), options)!;
}

function coverageOf(life: Simulated) {
  return measureCoverage(backtestOf(life), 'a', seriesOf(life.values));
}

function servedPaths(life: Simulated): readonly (readonly number[])[] {
  const calibration = calibrationAt(life);
  const bands = bandsOf(calibration);
  const scale = scaleOf(calibration.volatility) ?? GAP;
  return QUANTILES.map((q) => [...bands.path(q, 20, scale)]);
}

function times(values: readonly number[], factor: number): readonly number[] {
  return values.map((value) => value * factor);
}

function expectAscending(paths: readonly Float64Array[]): void {
  for (let k = 1; k < paths.length; k++) {
    const crossing = paths[k]!.findIndex((value, h) => !(value >= paths[k - 1]![h]!));
    expect({ path: k, crossing }).toEqual({ path: k, crossing: -1 });
  }
}
