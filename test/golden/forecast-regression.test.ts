import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { profileAr } from '#core/forecast/profile-ar.ts';
import { ridge } from '#core/forecast/ridge.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const Numbers = z.array(z.number());
const golden = z
  .object({
    tool: z.string(),
    days: z.int(),
    decay: z.number(),
    ridge: z.array(
      z.object({
        name: z.string(),
        values: Numbers,
        seasonLength: z.int().nullable(),
        knots: Numbers,
        weights: z.array(Numbers),
        point: Numbers,
      }),
    ),
    profileAr: z.array(
      z.object({
        name: z.string(),
        values: Numbers,
        seasonLength: z.int(),
        smoothing: z.number(),
        persistence: z.number(),
        residual: z.number(),
        point: Numbers,
      }),
    ),
  })
  .parse(
    JSON.parse(readFileSync(new URL('./data/forecast-regression.json', import.meta.url), 'utf8')),
  );

/**
 * The penalty keeps the condition of the equations below 100, so both solvers lose two or three of
 * sixteen digits; the means of R and of running sums differ in the last one or two.
 */
const SOLVED_TOLERANCE = 1e-11;

/** A quadratic valley is flat to 1e-8 around its bottom; ours is searched to 1e-7 in log time. */
const SEARCHED_TOLERANCE = 1e-6;

describe(`ridge against ${golden.tool}`, () => {
  it.each(golden.ridge)('$name: the same weights and forecasts', async (example) => {
    const { seasonLength, values, knots, weights, point } = example;
    const model = ridge({ days: golden.days, ...(seasonLength === null ? {} : { seasonLength }) });
    const fitted = await model.fit(historyOf(values));
    const state = fitted.toState();
    expect(state.knots.map(({ ahead }) => ahead)).toEqual(knots);
    expect(
      worst(
        state.knots.flatMap((knot) => knot.weights),
        weights.flat(),
      ),
    ).toBeLessThan(SOLVED_TOLERANCE);
    const forecast = [...fitted.predict({ horizon: point.length }).point];
    expect(worst(forecast, point) / Math.abs(point[0]!)).toBeLessThan(SOLVED_TOLERANCE);
  });
});

describe(`profile-ar against ${golden.tool}`, () => {
  it.each(golden.profileAr)('$name: the same decay and forecasts', async (example) => {
    const { seasonLength, values, point } = example;
    const { days, decay } = golden;
    const fitted = await profileAr({ seasonLength, days, decay }).fit(historyOf(values));
    const state = fitted.toState();
    expect(state.smoothing).toBe(example.smoothing);
    expect(Math.abs(state.persistence - example.persistence)).toBeLessThan(SEARCHED_TOLERANCE);
    expect(Math.abs(state.residual / example.residual - 1)).toBeLessThan(SOLVED_TOLERANCE);
    const forecast = [...fitted.predict({ horizon: point.length }).point];
    expect(worst(forecast, point) / Math.abs(point[0]!)).toBeLessThan(SEARCHED_TOLERANCE);
  });
});

function worst(actual: readonly number[], expected: readonly number[]): number {
  expect(actual).toHaveLength(expected.length);
  return Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
}
