import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import type { Forecaster, ModelState } from '#core/forecast/forecaster.ts';
import { naive } from '#core/forecast/naive.ts';
import { seasonalNaive } from '#core/forecast/seasonal-naive.ts';
import { restoreSes, ses } from '#core/forecast/ses.ts';
import { makeSeries } from '#core/series/series.ts';
import { epochMs, HOUR } from '#core/time.ts';

const golden = z
  .object({
    tool: z.string(),
    cases: z.array(
      z.object({
        name: z.string(),
        values: z.array(z.number()),
        seasonLength: z.int(),
        naive: z.array(z.number()),
        seasonalNaive: z.array(z.number()),
        ses: z.object({
          forecastAlpha: z.number(),
          forecastLevel: z.number(),
          leastAlpha: z.number(),
          leastSse: z.number(),
        }),
        sesFixed: z.object({ alpha: z.number(), level: z.number() }),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('./data/forecast-simple.json', import.meta.url), 'utf8')));

/**
 * A quadratic valley is flat to within the rounding of a double, 1e-16, about its square root, 1e-8,
 * around the bottom; both searches end at a bracket of 1e-7 or less.
 */
const ALPHA_TOLERANCE = 5e-7;

/** forecast's own search differentiates numerically with steps of 1e-3 and ends before the bottom. */
const FORECAST_ALPHA_TOLERANCE = 1e-3;

/** With a given alpha both sides add up the same few hundred doubles. */
const RELATIVE_TOLERANCE = 1e-12;

describe(`simple models against ${golden.tool}`, () => {
  describe.each(golden.cases)('$name', (example) => {
    const points = async <S extends ModelState>(forecaster: Forecaster<S>, horizon: number) => {
      const fitted = await forecaster.fit({ target: seriesOf(example.values) });
      return [...fitted.predict({ horizon }).point];
    };

    it('naive: the same forecasts', async () => {
      expect(await points(naive(), example.naive.length)).toEqual(example.naive);
    });

    it('seasonal naive: the same forecasts', async () => {
      const { seasonLength, seasonalNaive: expected } = example;
      expect(await points(seasonalNaive({ seasonLength }), expected.length)).toEqual(expected);
    });

    it('ses: the alpha of the least sum of squares, and a level to match', async () => {
      const fitted = await ses().fit({ target: seriesOf(example.values) });
      const { alpha, level } = fitted.toState();
      expect(Math.abs(alpha - example.ses.leastAlpha)).toBeLessThan(ALPHA_TOLERANCE);
      expect(Math.abs(alpha - example.ses.forecastAlpha)).toBeLessThan(FORECAST_ALPHA_TOLERANCE);
      const spread = Math.max(...example.values) - Math.min(...example.values);
      expect(Math.abs(level - example.ses.forecastLevel) / spread).toBeLessThan(
        FORECAST_ALPHA_TOLERANCE,
      );
    });

    it('ses: the same level with a given alpha', () => {
      const [first, ...rest] = example.values;
      const { alpha, level } = example.sesFixed;
      const start = restoreSes({
        kind: 'ses',
        version: 1,
        seriesId: 'golden',
        step: HOUR,
        cutoff: 0,
        alpha,
        level: first!,
      });
      const after = start.update({ target: { ...seriesOf(rest), start: epochMs(HOUR) } }).toState();
      const spread = Math.max(...example.values) - Math.min(...example.values);
      expect(Math.abs(after.level - level) / spread).toBeLessThan(RELATIVE_TOLERANCE);
    });
  });
});

function seriesOf(values: readonly number[]) {
  return makeSeries({ id: 'golden', unit: 'unspecified', start: epochMs(0), step: HOUR, values });
}
