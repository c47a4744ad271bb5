import * as z from 'zod';
import { interpolated } from '../math/interpolated.ts';
import { loessWeights } from '../math/loess.ts';
import { SMOOTHING_STATE_SHAPE } from './ets.ts';
import { fitSmoothing, smoothedPath } from './exponential-smoothing.ts';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import { decompose, type SeasonalComponent } from './mstl-decomposition.ts';
import { checkCount } from './parameters.ts';
import { fitInput, fittedPoint, POINT_STATE_SHAPE, type PointModel } from './point-model.ts';

export const MstlStateSchema = z.strictObject({
  kind: z.literal('mstl'),
  version: z.literal(1),
  ...POINT_STATE_SHAPE,
  /** A cycle of each season in use, in the series' unit; the first is for the step after the cutoff. */
  seasons: z.array(z.array(z.number()).min(2)),
  /** Level and trend of what the seasons leave. */
  ...SMOOTHING_STATE_SHAPE,
});

export type MstlState = z.infer<typeof MstlStateSchema>;

const MIN_HISTORY = 24;
const MIN_PRESENT = 3;

/**
 * A season with less signal than noise forecasts worse than none: what it leaves has the variance
 * `noise + index noise`, without it `noise + (index power - index noise)`.
 */
const LEAST_SIGNAL_SHARE = 0.5;

/** Share of a one-step error that the seasons take up together, so that they follow between fits. */
const ADAPTION = 0.1;

/**
 * Several seasons by loess (`decompose`, the MSTL of Bandara, Hyndman & Bergmeir 2021), each
 * continued by its last cycle, and exponential smoothing (`ets`) of what they leave.
 *
 * A season of STL follows the last few cycles and so holds their noise, which the decomposition
 * alone would forecast. Two things are added to R's `forecast(mstl(x), method = "ets")`: each season
 * is shrunk by the positive-part James-Stein factor `1 - V / S` (`S` the mean squared index of the
 * last cycle, `V` the noise in an index: half of the mean squared change from cycle to cycle, times
 * the squared weights of the smoother at the end), and left out below one half (Miller & Williams
 * 2003, on seasonal factors). With that, moving the whole forecast to the last value (`0.99^(h-1)`)
 * no longer helps, so it is not done.
 *
 * A season needs more than two cycles; the ones not seen so often are left out until the next fit.
 * `update` moves level and trend by the one-step errors of the adjusted values, and every season by
 * a share of a tenth. Missing values are interpolated for the decomposition; after that they have no
 * error.
 *
 * @param parameters.seasonLengths - steps in each season, e.g. 24 and 168 on an hourly grid
 * @throws {RangeError} when one is not a positive integer
 */
export function mstl(parameters: {
  readonly seasonLengths: readonly number[];
}): Forecaster<MstlState> {
  const { seasonLengths } = parameters;
  for (const seasonLength of seasonLengths) checkCount('a season length', seasonLength);
  return {
    kind: 'mstl',
    capabilities: { quantiles: false, missingValues: true, minHistory: MIN_HISTORY },
    async fit(history, { checkpoint } = {}) {
      const { about, values } = fitInput('mstl', history, MIN_HISTORY, MIN_PRESENT);
      const { seasons, rest } = adjusted(values, seasonLengths, checkpoint);
      const { smoothing } = fitSmoothing(rest, checkpoint);
      return restoreMstl({ kind: 'mstl', version: 1, ...about, seasons, ...smoothing });
    },
  };
}

/** The fitted model of a state. */
export function restoreMstl(state: MstlState): FittedForecaster<MstlState> {
  return fittedPoint(MODEL, state);
}

const MODEL: PointModel<MstlState> = {
  advance(state, values) {
    const { alpha, beta, damping } = state;
    let { level, trend } = state;
    const seasons = state.seasons.map((season) => Float64Array.from(season));
    const seasonShare = ADAPTION / Math.max(1, seasons.length);
    values.forEach((value, i) => {
      const drift = damping * trend;
      const usual = seasons.reduce((sum, season) => sum + season[i % season.length]!, 0);
      const error = Number.isNaN(value) ? 0 : value - (level + drift + usual);
      level += drift + alpha * error;
      trend = drift + beta * error;
      for (const season of seasons) season[i % season.length]! += seasonShare * error;
    });
    const rotated = seasons.map((season) => startingAt(season, values.length % season.length));
    return { ...state, level, trend, seasons: rotated };
  },
  point(state, horizon) {
    const path = smoothedPath(state, horizon);
    for (const season of state.seasons) {
      for (let h = 0; h < horizon; h++) path[h]! += season[h % season.length]!;
    }
    return path;
  },
};

/** The last cycle of each season worth using, and the values without these seasons (NaN stays). */
function adjusted(
  values: Float64Array,
  seasonLengths: readonly number[],
  checkpoint?: () => void,
): { readonly seasons: number[][]; readonly rest: Float64Array } {
  const { seasons, remainder } = decompose(interpolated(values), seasonLengths, checkpoint);
  const rest = values.slice();
  const used: number[][] = [];
  for (const season of seasons) {
    const share = signalShare(season, remainder);
    if (share < LEAST_SIGNAL_SHARE) continue;
    const { seasonLength, seasonal } = season;
    used.push(Array.from(seasonal.subarray(-seasonLength), (index) => share * index));
    for (let i = 0; i < rest.length; i++) rest[i]! -= share * seasonal[i]!;
  }
  return { seasons: used, rest };
}

/** The share of a season's last cycle that is not noise; 0 or less when all of it may be. */
function signalShare(
  { seasonLength, seasonWindow, seasonal }: SeasonalComponent,
  remainder: Float64Array,
): number {
  let power = 0;
  for (const index of seasonal.subarray(-seasonLength)) power += index * index;
  if (power === 0) return 0;
  let changes = 0;
  for (let i = seasonLength; i < remainder.length; i++) {
    const now = seasonal[i]! + remainder[i]!;
    const before = seasonal[i - seasonLength]! + remainder[i - seasonLength]!;
    changes += (now - before) ** 2;
  }
  const noise = changes / (2 * (remainder.length - seasonLength));
  const cycles = Math.floor(remainder.length / seasonLength);
  const weights = loessWeights(cycles, cycles - 1, { window: seasonWindow, degree: 0 });
  const kept = weights.reduce((sum, weight) => sum + weight * weight, 0);
  return 1 - (noise * kept * seasonLength) / power;
}

function startingAt(season: Float64Array, first: number): number[] {
  return [...season.subarray(first), ...season.subarray(0, first)];
}
