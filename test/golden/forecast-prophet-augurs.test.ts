import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  initSync,
  type ProphetInitialParams,
  type ProphetOptimizedParams,
  type ProphetOptions,
  Prophet as Reference,
} from '@bsull/augurs/prophet';
import { optimizer } from '@bsull/augurs-prophet-wasmstan';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type ProphetState, prophetAt } from '#core/forecast/prophet.ts';
import { phaseAt, type SeasonalityMode } from '#core/forecast/prophet-season.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { makeSeries, type Series } from '#core/series/series.ts';
import { epochMs, HOUR } from '#core/time.ts';
import { prophet } from '#engines/prophet/prophet.ts';
import { stanEstimate } from '#engines/prophet/stan-estimate.ts';

interface Example {
  readonly name: string;
  readonly mode: SeasonalityMode;
  /** augurs' name of the scaling that `scalingOf` chooses for the mode. */
  readonly scaling: NonNullable<ProphetOptions['scaling']>;
  readonly isMissing: (i: number) => boolean;
}

const EXAMPLES: readonly Example[] = [
  { name: 'additive', mode: 'additive', scaling: 'minMax', isMissing: () => false },
  { name: 'multiplicative', mode: 'multiplicative', scaling: 'absMax', isMissing: () => false },
  {
    name: 'with gaps',
    mode: 'additive',
    scaling: 'minMax',
    isMissing: (i) => i % 7 === 3 || (i > 200 && i < 260),
  },
];

const LENGTH = 600;
const AHEAD = 200;

/**
 * augurs takes sines of angles up to 1e5 without taking whole turns off, so its terms, and through
 * them its forecasts, have lost five of their sixteen digits.
 */
const EVALUATION_TOLERANCE = 1e-9;

/** Two climbs of one hill, each ended by its own rule; relative to the spread of the series. */
const FIT_TOLERANCE = 5e-3;

/** A second witness beside R, in Rust, with Stan in WebAssembly: Grafana's augurs. */
describe('prophet against augurs 0.10.2', () => {
  beforeAll(() => {
    const entry = createRequire(import.meta.url).resolve('@bsull/augurs/prophet');
    initSync({ module: readFileSync(entry.replace('.js', '_bg.wasm')) });
  });

  describe.each(EXAMPLES)('$name', (example) => {
    const target = seriesOf(example);
    const times = Array.from({ length: LENGTH + AHEAD }, (_, i) => target.start + i * HOUR);
    const reference = () => fitReference(target, example);

    it('the same curve and trend from the parameters it found, also after JSON', () => {
      const { state, predict } = reference();
      const expected = predict(times);
      for (const each of [state, JSON.parse(JSON.stringify(state))]) {
        times.forEach((at, i) => {
          const { value, trend } = prophetAt(each, at);
          expect(Math.abs(value / expected.point[i]! - 1)).toBeLessThan(EVALUATION_TOLERANCE);
          expect(Math.abs(trend / expected.trend[i]! - 1)).toBeLessThan(EVALUATION_TOLERANCE);
        });
      }
    });

    it.each([
      ['its own search', undefined],
      ['Stan', stanEstimate],
    ])('the same forecast, found by %s', async (_, estimate) => {
      const parameters = {
        seasonalityMode: example.mode,
        dailySeasonality: true,
        weeklySeasonality: true,
        reanchor: false,
      };
      const fitted = await prophet(parameters, estimate).fit({ target });
      const { point } = fitted.predict({ horizon: AHEAD });
      const expected = reference().predict(times).point.slice(LENGTH);
      const known = target.values.filter((value) => !Number.isNaN(value));
      const spread = Math.max(...known) - Math.min(...known);
      const worst = Math.max(...point.map((value, h) => Math.abs(value - expected[h]!)));
      expect(worst / spread).toBeLessThan(FIT_TOLERANCE);
    });
  });
});

/** Waves of a day and a week on a trend that bends once, with noise. */
function seriesOf({ name, isMissing }: Example): Series {
  const random = seededRandom(20240131, name);
  const values = Array.from({ length: LENGTH }, (_, i) => {
    const trend = 50 + 0.02 * i - 0.04 * Math.max(0, i - 250);
    const wave = 0.3 * Math.sin((2 * Math.PI * i) / 24) + 0.1 * Math.cos((2 * Math.PI * i) / 168);
    const value = trend * (1 + wave) + normal(random);
    return isMissing(i) ? Number.NaN : value;
  });
  // Not at midnight and not on a Thursday, so that the two seasons begin at different phases.
  const start = epochMs(Date.UTC(2024, 0, 9, 5));
  return makeSeries({ id: name, unit: 'unspecified', start, step: HOUR, values });
}

/** Fits augurs' own Prophet and takes its parameters down as its optimizer returns them. */
function fitReference(target: Series, { mode, scaling }: Example) {
  let found: { data: string; params: ProphetOptimizedParams } | undefined;
  const optimize = (init: ProphetInitialParams, data: string) => {
    const output = optimizer.optimize(init, data, { seed: 1 });
    found = { data, params: output.params };
    return output;
  };
  const reference = new Reference({
    optimizer: { optimize },
    uncertaintySamples: 0,
    seasonalityMode: mode,
    scaling,
    dailySeasonality: { type: 'manual', enabled: true },
    weeklySeasonality: { type: 'manual', enabled: true },
    yearlySeasonality: { type: 'manual', enabled: false },
  });
  const points = Array.from(target.values, (y, i) => ({ at: target.start + i * HOUR, y })).filter(
    ({ y }) => !Number.isNaN(y),
  );
  reference.fit({ ds: points.map(({ at }) => at / 1000), y: points.map(({ y }) => y) });
  const predict = (times: readonly number[]) => {
    const { yhat, trend } = reference.predict({ ds: times.map((at) => at / 1000) });
    return { point: yhat.point, trend: trend.point };
  };
  return { state: stateOf(points, mode, found!), predict };
}

function stateOf(
  points: readonly { readonly at: number; readonly y: number }[],
  mode: SeasonalityMode,
  { data, params }: { readonly data: string; readonly params: ProphetOptimizedParams },
): ProphetState {
  const { t_change, X } = JSON.parse(data);
  const values = points.map(({ y }) => y);
  const first = points[0]!.at;
  const last = points[points.length - 1]!.at;
  const floor = mode === 'additive' ? Math.min(...values) : 0;
  return {
    kind: 'prophet',
    version: 1,
    seriesId: 'reference',
    step: HOUR,
    cutoff: last,
    origin: first,
    span: last - first,
    floor,
    scale: Math.max(...values) - floor,
    trend: {
      slope: params.k,
      offset: params.m,
      changepoints: t_change.map((at: number, i: number) => ({ at, change: params.delta[i]! })),
    },
    mode,
    seasons: inTheOrderOf(X[0], first).map(({ name, periodDays, order, from }) => ({
      name,
      periodDays,
      harmonics: Array.from({ length: order }, (_, n) => ({
        sin: params.beta[from + 2 * n]!,
        cos: params.beta[from + 2 * n + 1]!,
      })),
    })),
    anchor: null,
  };
}

/** augurs orders the seasons anew for every model: the first sine of the first row tells how. */
function inTheOrderOf(row: readonly number[], at: number) {
  const daily = { name: 'daily', periodDays: 1, order: 4 };
  const weekly = { name: 'weekly', periodDays: 7, order: 3 };
  const isDayFirst = Math.abs(row[0]! - Math.sin(phaseAt(at, daily.periodDays))) < 1e-6;
  return isDayFirst
    ? [
        { ...daily, from: 0 },
        { ...weekly, from: 8 },
      ]
    : [
        { ...weekly, from: 0 },
        { ...daily, from: 6 },
      ];
}
