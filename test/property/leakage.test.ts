import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BacktestResult, backtest } from '#core/evaluate/backtest.ts';
import type { BacktestPlan } from '#core/evaluate/backtest-plan.ts';
import { calibrate } from '#core/evaluate/conformal.ts';
import { measureCoverage } from '#core/evaluate/coverage.ts';
import type { Forecaster } from '#core/forecast/forecaster.ts';
import { blend, lineUp } from '#core/forecast/line-up.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { HOUR } from '#core/time.ts';
import { seriesOf } from '#test/helpers/series-of.ts';

const LENGTH = 420;
const PLAN: BacktestPlan = {
  initial: 200,
  horizon: 30,
  stride: 9,
  window: 'expanding',
  refit: 4,
};
const BLEND = 'median';
const CANDIDATES: readonly { readonly name: string; readonly forecaster: Forecaster }[] = [
  ...lineUp(HOUR),
  { name: BLEND, forecaster: blend(HOUR) },
];
const HONEST = honestValues();

/** What somebody might find after the cutoff instead of what came. */
const otherValue = fc.oneof(
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  fc.constantFrom(Number.NaN, 0, Infinity, 1e12),
);
const rewritten = fc
  .record({
    cutoff: fc.integer({ min: 10, max: LENGTH - 2 }),
    others: fc.array(otherValue, { minLength: 1, maxLength: 40 }),
  })
  .map(({ cutoff, others }) => ({
    cutoff,
    values: HONEST.map((value, i) => (i <= cutoff ? value : others[i % others.length]!)),
  }));

describe('the future does not leak', () => {
  it('into forecasts: the same up to the cutoff, whatever follows', async () => {
    await fc.assert(
      fc.asyncProperty(rewritten, async ({ cutoff, values }) => {
        for (const { name, forecaster } of CANDIDATES) {
          const before = await forecastAt(forecaster, HONEST, cutoff);
          expectIdentical(await forecastAt(forecaster, values, cutoff), before, name);
        }
      }),
      { numRuns: 5 },
    );
  });

  it('into backtests, calibrations and coverage: the same in all that was known by the cutoff', async () => {
    const honest = await run(HONEST);
    await fc.assert(
      fc.asyncProperty(rewritten, async ({ cutoff, values }) => {
        const other = await run(values);
        for (const { name } of CANDIDATES) {
          expectIdentical(
            knownErrors(other, name, cutoff),
            knownErrors(honest, name, cutoff),
            name,
          );
          expect(calibrate(other, name, seriesOf(values), { resolvedBy: cutoff })).toEqual(
            calibrate(honest, name, seriesOf(HONEST), { resolvedBy: cutoff }),
          );
        }
        // The first origins alone, their errors past the cutoff set aside: what coverage was then.
        expect(coverageKnown(other, values, cutoff)).toEqual(coverageKnown(honest, HONEST, cutoff));
      }),
      { numRuns: 5 },
    );
  });

  it('into the band an origin is judged by', async () => {
    const honest = await run(HONEST);
    for (let rows = 1; rows <= honest.origins.length; rows++) {
      // Errors that only resolve after the last origin can enter no band; that huge they lie in
      // none. So their sign must not matter to what is counted as inside.
      const [high, low] = [1e9, -1e9].map((error) =>
        inside(withUnresolved(firstRows(honest, rows), error)),
      );
      expect(high).toEqual(low);
    }
  });
});

async function forecastAt(
  forecaster: Forecaster,
  values: ArrayLike<number>,
  cutoff: number,
): Promise<Float64Array> {
  const { minHistory } = forecaster.capabilities;
  // Too little is known for this one: no forecast, with either future.
  if (cutoff + 1 < minHistory) return new Float64Array(0);
  const series = seriesOf(values);
  const learned = Math.max(minHistory, cutoff >> 1);
  // Views on the whole, so that a model which looks past its end would find something.
  const fitted = await forecaster.fit({
    target: { ...series, values: series.values.subarray(0, learned) },
  });
  const updated = fitted.update({
    target: { ...series, values: series.values.subarray(0, cutoff + 1) },
  });
  return updated.predict({ horizon: 50 }).point;
}

function run(values: ArrayLike<number>): Promise<BacktestResult> {
  return backtest(CANDIDATES, { target: seriesOf(values) }, PLAN);
}

/** The errors of a candidate that were known at the index `cutoff`, the others as NaN. */
function knownErrors(result: BacktestResult, name: string, cutoff: number): Float64Array {
  const errors = result.candidates.find((candidate) => candidate.name === name)!.errors;
  return errors.map((error, cell) => (resolvedAt(result, cell) <= cutoff ? error : Number.NaN));
}

function coverageKnown(result: BacktestResult, values: ArrayLike<number>, cutoff: number) {
  const errors = knownErrors(result, BLEND, cutoff);
  const known = { ...result, candidates: [{ name: BLEND, errors, failures: [] }] };
  return measureCoverage(known, BLEND, seriesOf(values));
}

function firstRows(result: BacktestResult, rows: number): BacktestResult {
  return {
    ...result,
    origins: result.origins.slice(0, rows),
    candidates: result.candidates.map((candidate) => ({
      ...candidate,
      errors: candidate.errors.slice(0, rows * result.horizon),
    })),
  };
}

function withUnresolved(result: BacktestResult, error: number): BacktestResult {
  const last = result.origins.at(-1)!;
  return {
    ...result,
    candidates: result.candidates.map((candidate) => ({
      ...candidate,
      errors: candidate.errors.map((own, cell) => (resolvedAt(result, cell) > last ? error : own)),
    })),
  };
}

function inside(result: BacktestResult): readonly number[] {
  return measureCoverage(result, BLEND, seriesOf(HONEST)).map(({ coverage, cases }) =>
    Math.round((coverage ?? 0) * cases),
  );
}

/** Index in the series of the actual of a cell. */
function resolvedAt({ origins, horizon }: BacktestResult, cell: number): number {
  return origins[Math.floor(cell / horizon)]! + 1 + (cell % horizon);
}

function expectIdentical(actual: Float64Array, expected: Float64Array, name: string): void {
  const differs = [...actual].findIndex((value, i) => !Object.is(value, expected[i]));
  expect({ name, length: actual.length, differs }).toEqual({
    name,
    length: expected.length,
    differs: -1,
  });
}

function honestValues(): readonly number[] {
  const random = seededRandom(7, 'leakage');
  return Array.from(
    { length: LENGTH },
    (_, i) => 50 + 20 * Math.sin((2 * Math.PI * i) / 24) + 4 * normal(random),
  );
}
