import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { type ProphetState, prophetAt } from '#core/forecast/prophet.ts';
import { SEASONALITY_MODES } from '#core/forecast/prophet-season.ts';
import { makeSeries } from '#core/series/series.ts';
import { durationMs, epochMs } from '#core/time.ts';
import { prophet } from '#engines/prophet/prophet.ts';

const golden = z
  .object({
    tool: z.string(),
    stepMs: z.number(),
    start: z.number(),
    cases: z.array(
      z.object({
        name: z.string(),
        mode: z.enum(SEASONALITY_MODES),
        weekly: z.boolean(),
        values: z.array(z.number().nullable()),
        origin: z.number(),
        span: z.number(),
        scale: z.number(),
        slope: z.number(),
        offset: z.number(),
        changepoints: z.array(z.number()),
        changes: z.array(z.number()),
        seasons: z.array(
          z.object({
            name: z.string(),
            periodDays: z.number(),
            coefficients: z.array(z.number()),
          }),
        ),
        first: z.number(),
        point: z.array(z.number()),
        trend: z.array(z.number()),
      }),
    ),
  })
  .parse(
    JSON.parse(readFileSync(new URL('./data/forecast-prophet.json', import.meta.url), 'utf8')),
  );

type Case = (typeof golden.cases)[number];

/**
 * R takes the sine of angles up to 5e5 without taking whole turns off, so its terms have lost six of
 * their sixteen digits.
 */
const EVALUATION_TOLERANCE = 1e-9;

/**
 * Relative to the spread of the series. Stan's search ends a little below the top of the density, and
 * the scale of an additive model, so the strength of its priors, is not R's.
 */
const FIT_TOLERANCE = 0.02;

describe(`prophet against ${golden.tool}`, () => {
  describe.each(golden.cases)('$name', (example) => {
    it('the same curve and trend from the parameters R found, also after JSON', () => {
      const state = stateOf(example);
      for (const each of [state, JSON.parse(JSON.stringify(state))]) {
        example.point.forEach((point, i) => {
          const { value, trend } = prophetAt(each, example.first + i * golden.stepMs);
          expect(Math.abs(value / point - 1)).toBeLessThan(EVALUATION_TOLERANCE);
          expect(Math.abs(trend / example.trend[i]! - 1)).toBeLessThan(EVALUATION_TOLERANCE);
        });
      }
    });

    it('a forecast of its own that is close to that of R', async () => {
      const fitted = await prophet({
        seasonalityMode: example.mode,
        weeklySeasonality: example.weekly,
        reanchor: false,
      }).fit({ target: targetOf(example) });
      const state = fitted.toState();
      const worst = Math.max(
        ...example.point.map((point, i) =>
          Math.abs(prophetAt(state, example.first + i * golden.stepMs).value - point),
        ),
      );
      expect(worst / spreadOf(example)).toBeLessThan(FIT_TOLERANCE);
    });

    it('may bend where R lets it bend', async () => {
      const fitted = await prophet().fit({ target: targetOf(example) });
      const times = fitted.toState().trend.changepoints.map(({ at }) => at);
      expect(times).toHaveLength(example.changepoints.length);
      times.forEach((at, i) => {
        expect(at).toBeCloseTo(example.changepoints[i]!, 12);
      });
    });
  });
});

function stateOf(example: Case): ProphetState {
  const { origin, span, scale, slope, offset, mode } = example;
  return {
    kind: 'prophet',
    version: 1,
    seriesId: example.name,
    step: golden.stepMs,
    cutoff: origin + span,
    origin,
    span,
    floor: 0,
    scale,
    trend: {
      slope,
      offset,
      changepoints: example.changepoints.map((at, i) => ({ at, change: example.changes[i]! })),
    },
    mode,
    seasons: example.seasons.map(({ name, periodDays, coefficients }) => ({
      name,
      periodDays,
      harmonics: Array.from({ length: coefficients.length / 2 }, (_, n) => ({
        sin: coefficients[2 * n]!,
        cos: coefficients[2 * n + 1]!,
      })),
    })),
    anchor: null,
  };
}

function targetOf({ name, values }: Case) {
  return makeSeries({
    id: name,
    unit: 'unspecified',
    start: epochMs(golden.start),
    step: durationMs(golden.stepMs),
    values: values.map((value) => value ?? Number.NaN),
  });
}

function spreadOf({ values }: Case): number {
  const known = values.filter((value) => value !== null);
  return Math.max(...known) - Math.min(...known);
}
