import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import NpmArima from 'arima';
import * as z from 'zod';
import { type ArimaState, arima, restoreArima } from '#core/forecast/arima.ts';
import { type ArmaFit, fitArma, searchArma } from '#core/forecast/arima-estimate.ts';
import { differenced, differencesNeeded } from '#core/forecast/arima-order.ts';
import { restore } from '#core/forecast/registry.ts';
import { kpssStatistic } from '#core/math/kpss.ts';
import { mean, standardDeviation } from '#core/math/statistics.ts';
import { HOUR } from '#core/time.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const EstimateSchema = z.object({
  ar: z.array(z.number()),
  ma: z.array(z.number()),
  mean: z.number(),
  forecast: z.array(z.number()),
});

const CaseSchema = z.object({
  name: z.string(),
  values: z.array(z.number()),
  order: z.tuple([z.int(), z.int(), z.int()]),
  css: EstimateSchema.extend({ sumOfSquares: z.number() }),
  ml: EstimateSchema.extend({ standardErrors: z.array(z.number()) }),
  autoOrder: z.array(z.int()),
  aicc: z.array(z.object({ p: z.int(), q: z.int(), aicc: z.union([z.number(), z.literal('NA')]) })),
  ndiffs: z.int(),
  kpss: z.number(),
  kpssOfMoves: z.number(),
});

const golden = z
  .object({ tool: z.string(), cases: z.array(CaseSchema).min(3) })
  .parse(JSON.parse(readFileSync(new URL('./data/forecast-arima.json', import.meta.url), 'utf8')));

/** optim() differentiates numerically, with steps of 1e-3, and ends this far from the bottom. */
const COEFFICIENT_TOLERANCE = 2e-5;

/** Of the same sum at two points that near to its bottom. */
const SUM_OF_SQUARES_TOLERANCE = 1e-9;

/** In standard deviations of the errors: what such coefficients make of 48 steps. */
const FORECAST_TOLERANCE = 5e-5;

/**
 * In standard deviations of the errors. R and npm filter by Kalman from the first value on, we by the
 * recursion from zero errors on: with the same coefficients they differ by the product of n MA roots.
 * The largest root here (0.87 over 100 values) leaves 1e-6, and npm's estimates differ from R's so
 * that its forecasts are 3e-4 off R's.
 */
const PURE_TOLERANCE = 2e-6;
const NPM_TOLERANCE = 5e-4;

/** In standard errors: conditional and exact estimates differ by a share of their own uncertainty. */
const EXACT_TOLERANCE = 0.25;

/** Models whose criteria differ by less than 2 are about as good (Burnham & Anderson 2002, 2.6). */
const ABOUT_AS_GOOD = 2;

/** Both sides add up the same few hundred doubles. */
const ROUNDING = 1e-12;

describe(`arima against ${golden.tool}`, () => {
  describe.each(golden.cases)('$name', (example) => {
    const { values, order, css, ml } = example;
    const spread = Math.sqrt(css.sumOfSquares / values.length);
    const moves = differenced(Float64Array.from(values), order[1]);
    const fitted = () => arima({ order }).fit(historyOf(values));

    it('finds the coefficients of the least conditional sum of squares', async () => {
      const { ar, ma, mean } = (await fitted()).toState();
      expect(worstDifference([...ar, ...ma], [...css.ar, ...css.ma])).toBeLessThan(
        COEFFICIENT_TOLERANCE,
      );
      expect(Math.abs(mean - css.mean) / spread).toBeLessThan(COEFFICIENT_TOLERANCE);
    });

    it('finds no larger sum of squares than R', () => {
      const scale = standardDeviation(moves);
      const scaled = moves.map((move) => move / scale);
      const fit = fitArma(scaled, order[0], order[2], { hasMean: order[1] === 0 });
      const sumOfSquares = fit!.sumOfSquares * scale * scale;
      expect(sumOfSquares / css.sumOfSquares - 1).toBeLessThan(SUM_OF_SQUARES_TOLERANCE);
      expect(sumOfSquares / css.sumOfSquares - 1).toBeGreaterThan(-SUM_OF_SQUARES_TOLERANCE);
    });

    it('is within a share of a standard error of the exact likelihood', async () => {
      const { ar, ma } = (await fitted()).toState();
      const exact = [...ml.ar, ...ml.ma];
      [...ar, ...ma].forEach((value, i) => {
        const errors = Math.abs(value - exact[i]!) / ml.standardErrors[i]!;
        expect(errors).toBeLessThan(EXACT_TOLERANCE);
      });
    });

    it('forecasts what R does, also after JSON', async () => {
      const model = await fitted();
      const horizon = css.forecast.length;
      for (const one of [model, restore(JSON.parse(JSON.stringify(model.toState())))]) {
        const { point } = one.predict({ horizon });
        expect(worstDifference(point, css.forecast) / spread).toBeLessThan(FORECAST_TOLERANCE);
      }
    });

    it('evaluates the coefficients of R as R does, also after JSON', () => {
      for (const estimate of [css, ml]) {
        const state = conditioned(estimate, order[1], values);
        const { point } = restoreArima(JSON.parse(JSON.stringify(state))).predict({
          horizon: estimate.forecast.length,
        });
        expect(worstDifference(point, estimate.forecast) / spread).toBeLessThan(PURE_TOLERANCE);
      }
    });

    it('evaluates the coefficients of R as npm arima forecasts', () => {
      const [p, d, q] = order;
      // Method 0 is the exact likelihood; 1, the conditional one, is not always what it says.
      const [forecast] = new NpmArima({ p, d, q, method: 0, verbose: false })
        .train(values)
        .predict(ml.forecast.length);
      const { point } = restoreArima(conditioned(ml, d, values)).predict({
        horizon: ml.forecast.length,
      });
      expect(worstDifference(point, forecast) / spread).toBeLessThan(NPM_TOLERANCE);
    });

    it('chooses an order that R finds about as good as its own, at equal differences', () => {
      const best = bestOf(moves, order[1]);
      const criterionOf = (p: number, q: number) =>
        Number(example.aicc.find((row) => row.p === p && row.q === q)?.aicc);
      const [p, , q] = example.autoOrder;
      const worse = criterionOf(best.ar.length, best.ma.length) - criterionOf(p!, q!);
      expect(worse).toBeLessThan(ABOUT_AS_GOOD);
    });

    it('differences when ndiffs does, by the same statistic', () => {
      const statistic = kpssStatistic(values);
      expect(Math.abs(statistic / example.kpss - 1)).toBeLessThan(ROUNDING);
      expect(Math.abs(kpssStatistic(moves) / example.kpssOfMoves - 1)).toBeLessThan(ROUNDING);
      expect(differencesNeeded(Float64Array.from(values))).toBe(Math.min(1, example.ndiffs));
    });
  });

  it('chooses the very order of auto.arima for every simulated series', () => {
    const simulated = golden.cases.filter(({ name }) => /^(AR|MA)/.test(name));
    expect(simulated).toHaveLength(6);
    for (const { values, order, autoOrder } of simulated) {
      const { ar, ma } = bestOf(differenced(Float64Array.from(values), order[1]), order[1]);
      expect([ar.length, order[1], ma.length]).toEqual(autoOrder);
    }
  });
});

/** The search on values brought to a mean of 0 and a standard deviation of 1. */
function bestOf(moves: Float64Array, differences: number): ArmaFit {
  const centre = differences === 0 ? mean(moves) : 0;
  const scale = standardDeviation(moves);
  const best = searchArma(
    moves.map((move) => (move - centre) / scale),
    { hasMean: differences === 0 },
  );
  if (best === undefined) throw new Error('no order was found');
  return best;
}

/** A state with these coefficients that has seen these values. */
function conditioned(
  { ar, ma, mean }: z.infer<typeof EstimateSchema>,
  differences: number,
  values: readonly number[],
): ArimaState {
  const kept = ar.length + differences;
  const start = restoreArima({
    kind: 'arima',
    version: 1,
    seriesId: 'test',
    step: HOUR,
    cutoff: (kept - 1) * HOUR,
    ar,
    differences,
    ma,
    mean,
    recent: values.slice(0, kept),
    residuals: ma.map(() => 0),
    season: [0],
    slot: 0,
  });
  return start.update(historyOf(values)).toState();
}

function worstDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual).toHaveLength(expected.length);
  return Array.from(actual).reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - expected[i]!)),
    0,
  );
}
