import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { ets } from '#core/forecast/ets.ts';
import {
  fitDamped,
  fitSimple,
  type Smoothing,
  smoothedPath,
  smoothOver,
} from '#core/forecast/exponential-smoothing.ts';
import { mstl } from '#core/forecast/mstl.ts';
import { decompose } from '#core/forecast/mstl-decomposition.ts';
import { seasonalIndices } from '#core/forecast/seasonal-indices.ts';
import { restoreSeasonalTheta, seasonalTheta } from '#core/forecast/seasonal-theta.ts';
import { makeSeries } from '#core/series/series.ts';
import { epochMs, HOUR } from '#core/time.ts';

const Numbers = z.array(z.number());
const EtsGolden = z.object({
  alpha: z.number(),
  beta: z.number(),
  phi: z.number(),
  level: z.number(),
  trend: z.number(),
  lastLevel: z.number(),
  lastTrend: z.number(),
  sse: z.number(),
  aicc: z.number(),
  forecast: Numbers,
});
const SeasonGolden = z.object({
  shrinkage: z.number(),
  isPredictive: z.boolean(),
  indices: Numbers,
  alpha: z.number(),
  forecast: Numbers,
});
const golden = z
  .object({
    tool: z.string(),
    ets: z.array(
      z.object({
        name: z.string(),
        values: Numbers,
        simple: EtsGolden,
        damped: EtsGolden,
        leastSimpleAlpha: z.number(),
        leastSimpleSse: z.number(),
      }),
    ),
    theta: z.array(
      z.object({
        name: z.string(),
        values: Numbers,
        seasonLength: z.int(),
        plainAlpha: z.number(),
        plain: Numbers,
        thetafFirst: z.number(),
        multiplicative: SeasonGolden.optional(),
        additive: SeasonGolden.optional(),
      }),
    ),
    mstl: z.array(
      z.object({
        name: z.string(),
        values: Numbers,
        seasonLengths: z.array(z.int()),
        seasonal: z.array(Numbers),
        trend: Numbers,
        shares: Numbers,
      }),
    ),
  })
  .parse(
    JSON.parse(readFileSync(new URL('./data/forecast-classical.json', import.meta.url), 'utf8')),
  );

/** The file holds twelve digits; both sides add up a few hundred doubles. */
const ROUNDING = 1e-10;

/** A valley is flat to 1e-16 about the square root of that around its bottom; see forecast-simple. */
const ALPHA_TOLERANCE = 1e-6;

/** What that alpha moves a forecast by, relative to the spread of the series. */
const FORECAST_TOLERANCE = 1e-6;

/**
 * forecast's own search ends a few thousandths before the bottom of the valley, in the level by about
 * as much of the spread.
 */
const SEARCH_TOLERANCE = 5e-3;

describe(`exponential smoothing against ${golden.tool}`, () => {
  describe.each(golden.ets)('$name', ({ values: list, simple, damped, ...example }) => {
    const values = Float64Array.from(list);
    const spread = spreadOf(list);

    it.each([
      ['ANN', simple],
      ['AAdN', damped],
    ])("%s: the same states and forecasts from R's parameters", (_, expected) => {
      const after = smoothOver(smoothingOf(expected), values);
      expect(Math.abs(after.level - expected.lastLevel) / spread).toBeLessThan(ROUNDING);
      expect(Math.abs(after.trend - expected.lastTrend) / spread).toBeLessThan(ROUNDING);
      const path = smoothedPath(after, expected.forecast.length);
      expect(worst(path, expected.forecast) / spread).toBeLessThan(ROUNDING);
    });

    it('ANN: the alpha and the error of the greatest likelihood', () => {
      const fit = fitSimple(values);
      expect(Math.abs(fit.smoothing.alpha - example.leastSimpleAlpha)).toBeLessThan(
        ALPHA_TOLERANCE,
      );
      expect(fit.sse / example.leastSimpleSse).toBeCloseTo(1, 9);
      expect(Math.abs(fit.aicc - simple.aicc)).toBeLessThan(1e-4);
      const path = smoothedPath(fit.smoothing, simple.forecast.length);
      expect(worst(path, simple.forecast) / spread).toBeLessThan(SEARCH_TOLERANCE);
    });

    it('AAdN: no less likely than what R finds, by the same criterion', () => {
      const fit = fitDamped(values, simple.alpha);
      expect(fit.sse).toBeLessThanOrEqual(damped.sse * (1 + ROUNDING));
      const gain = values.length * Math.log(damped.sse / fit.sse);
      expect(Math.abs(fit.aicc + gain - damped.aicc)).toBeLessThan(1e-6);
    });

    it('chooses as AICc does', async () => {
      const fitted = await ets().fit({ target: seriesOf(list) });
      expect(fitted.toState().form).toBe(damped.aicc < simple.aicc ? 'AAdN' : 'ANN');
    });
  });

  it('AAdN: the same forecast where the likelihood has one sharp peak', () => {
    const { values, damped } = golden.ets.find(({ name }) => name === 'a trend that ends')!;
    const { smoothing } = fitDamped(Float64Array.from(values), 0.5);
    expect(Math.abs(smoothing.alpha - damped.alpha)).toBeLessThan(SEARCH_TOLERANCE);
    expect(Math.abs(smoothing.damping - damped.phi)).toBeLessThan(SEARCH_TOLERANCE);
    const path = smoothedPath(smoothing, damped.forecast.length);
    expect(worst(path, damped.forecast) / spreadOf(values)).toBeLessThan(SEARCH_TOLERANCE);
  });
});

describe(`seasonal theta against ${golden.tool}`, () => {
  describe.each(golden.theta)('$name', ({ values, seasonLength, ...example }) => {
    const spread = spreadOf(values);
    const learn = (length: number) =>
      seasonalTheta({ seasonLength: length }).fit({ target: seriesOf(values) });

    it('without a season: the alpha, the first forecast of thetaf, the damped path', async () => {
      const fitted = await learn(1);
      const { alpha, season } = fitted.toState();
      expect(season).toBe('none');
      expect(Math.abs(alpha - example.plainAlpha)).toBeLessThan(ALPHA_TOLERANCE);
      const { point } = fitted.predict({ horizon: example.plain.length });
      expect(Math.abs(point[0]! - example.thetafFirst) / spread).toBeLessThan(SEARCH_TOLERANCE);
      expect(worst(point, example.plain) / spread).toBeLessThan(FORECAST_TOLERANCE);
    });

    const seasons = [
      ['divide', example.multiplicative],
      ['subtract', example.additive],
    ] as const;
    for (const [mode, expected] of seasons) {
      if (expected === undefined) continue;
      it(`${mode}: decompose's indices, shrunk`, () => {
        const season = seasonalIndices(Float64Array.from(values), seasonLength, mode);
        expect(season?.mode).toBe(mode);
        expect(season?.isPredictive).toBe(expected.isPredictive);
        const scale = mode === 'divide' ? 1 : spread;
        expect(worst(season!.indices, expected.indices) / scale).toBeLessThan(ROUNDING);
      });

      it(`${mode}: the forecast with R's alpha`, async () => {
        const state = (await learn(seasonLength)).toState();
        const fitted = restoreSeasonalTheta({ ...state, season: mode, alpha: expected.alpha });
        const { point } = fitted.predict({ horizon: expected.forecast.length });
        expect(worst(point, expected.forecast) / spread).toBeLessThan(ROUNDING);
      });
    }

    if (example.multiplicative !== undefined) {
      it('divides, with the alpha of the least error', async () => {
        const { season, alpha } = (await learn(seasonLength)).toState();
        expect(season).toBe('divide');
        expect(Math.abs(alpha - example.multiplicative!.alpha)).toBeLessThan(ALPHA_TOLERANCE);
      });
    }
  });
});

describe(`MSTL against ${golden.tool}`, () => {
  describe.each(golden.mstl)('$name', ({ values, seasonLengths, ...expected }) => {
    const spread = spreadOf(values);

    it('the same seasons and trend', () => {
      const parts = decompose(Float64Array.from(values), seasonLengths);
      expect(parts.seasons.map(({ seasonLength }) => seasonLength)).toEqual(seasonLengths);
      parts.seasons.forEach(({ seasonal }, i) => {
        expect(worst(seasonal, expected.seasonal[i]!) / spread).toBeLessThan(ROUNDING);
      });
      expect(worst(parts.trend, expected.trend) / spread).toBeLessThan(ROUNDING);
    });

    it('keeps the last cycle of each season, less its noise', async () => {
      const fitted = await mstl({ seasonLengths }).fit({ target: seriesOf(values) });
      const { seasons } = fitted.toState();
      seasonLengths.forEach((seasonLength, i) => {
        const cycle = expected.seasonal[i]!.slice(-seasonLength);
        const shrunk = cycle.map((index) => index * expected.shares[i]!);
        expect(worst(Float64Array.from(seasons[i]!), shrunk) / spread).toBeLessThan(ROUNDING);
      });
    });
  });
});

function smoothingOf(parameters: z.infer<typeof EtsGolden>): Smoothing {
  const { alpha, beta, phi: damping, level, trend } = parameters;
  return { alpha, beta, damping, level, trend };
}

function worst(actual: Float64Array, expected: readonly number[]): number {
  expect(actual).toHaveLength(expected.length);
  return Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
}

function spreadOf(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

function seriesOf(values: readonly number[]) {
  return makeSeries({ id: 'golden', unit: 'unspecified', start: epochMs(0), step: HOUR, values });
}
