import * as z from 'zod';
import { leastSquaresSlope } from '../math/slope.ts';
import { countPresent, fitSimple, smoothOver, startSimple } from './exponential-smoothing.ts';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import { checkCount } from './parameters.ts';
import {
  fitInput,
  fittedPoint,
  lastPresent,
  lastValues,
  NullableValuesSchema,
  POINT_STATE_SHAPE,
  type PointModel,
  toNullable,
} from './point-model.ts';
import {
  type SeasonalIndices,
  seasonalIndices,
  withoutSeason,
  withSeason,
} from './seasonal-indices.ts';

export const SeasonalThetaStateSchema = z.strictObject({
  kind: z.literal('seasonal-theta'),
  version: z.literal(1),
  ...POINT_STATE_SHAPE,
  seasonLength: z.int().positive(),
  cycles: z.int().positive(),
  /** What the fit found best to do with the season; `unseen` before it could tell. */
  season: z.enum(['divide', 'subtract', 'none', 'unseen']),
  /** Share of each one-step error that moves the level. */
  alpha: z.number().min(0).max(1),
  /** The newest values, `cycles` cycles of them at most. */
  recent: NullableValuesSchema,
  last: z.number(),
});

export type SeasonalThetaState = z.infer<typeof SeasonalThetaStateSchema>;

const MIN_HISTORY = 24;
const MIN_PRESENT = 3;

/** Shorter seasons look back, and let the drift run, as if they had this many steps. */
const LEAST_CYCLE = 24;

/** Half of the slope: the mean of a line through all values (theta 0) and none (theta 2). */
const DRIFT_SHARE = 0.5;

/**
 * The theta method with a season (Assimakopoulos & Nikolopoulos 2000): take the season off, smooth
 * the rest exponentially, go on with half of its slope as drift (the form of Hyndman & Billah 2003,
 * "Unmasking the theta method"), and put the season back on. All of it on the newest `cycles` cycles,
 * a cycle being a season, but 24 steps at least.
 *
 * Differences to R's `forecast::thetaf`:
 * - The season is used when it predicts across cycles, and shrunk (`seasonalIndices`). thetaf tests
 *   the autocorrelation at one season, a test that weekly seasons of hourly series fail.
 * - The drift is damped by `1 - 1 / cycle` a step, so that all of it is worth one cycle of drift at
 *   most: a free linear trend runs away.
 *
 * `update` keeps alpha and what is done with the season; indices, level and drift are those of the
 * newest cycles, as a new fit would have them. A season is used after two cycles and a quarter, also
 * when a history that was too short for it at the fit grows by updates. Missing values move nothing;
 * when nothing but them is left, the forecast is the last present value.
 *
 * Where the season is divided, a series with a constant added has another forecast than the one with
 * the constant added: its season is a smaller share of its level.
 *
 * @param parameters.seasonLength - steps in one season, e.g. 288 for a day of five-minute steps; 1
 *   for none
 * @param parameters.cycles - cycles that the method looks back
 * @throws {RangeError} when a parameter is not a positive integer
 */
export function seasonalTheta(parameters: {
  readonly seasonLength: number;
  readonly cycles?: number;
}): Forecaster<SeasonalThetaState> {
  const { seasonLength, cycles = 7 } = parameters;
  checkCount('seasonLength', seasonLength);
  checkCount('cycles', cycles);
  return {
    kind: 'seasonal-theta',
    capabilities: { quantiles: false, missingValues: true, minHistory: MIN_HISTORY },
    async fit(history, { checkpoint } = {}) {
      const { about, values } = fitInput('seasonal-theta', history, MIN_HISTORY, MIN_PRESENT);
      const recent = values.subarray(-cycles * cycleOf(seasonLength));
      const season = seasonalIndices(recent, seasonLength);
      const adjusted = season?.isPredictive ? withoutSeason(recent, season) : recent;
      const { alpha } = fitSimple(adjusted, checkpoint).smoothing;
      return restoreSeasonalTheta({
        kind: 'seasonal-theta',
        version: 1,
        ...about,
        seasonLength,
        cycles,
        season: season === undefined ? 'unseen' : season.isPredictive ? season.mode : 'none',
        alpha,
        recent: toNullable(recent),
        last: lastPresent(values, 0),
      });
    },
  };
}

/** The fitted model of a state. */
export function restoreSeasonalTheta(
  state: SeasonalThetaState,
): FittedForecaster<SeasonalThetaState> {
  return fittedPoint(MODEL, state);
}

const MODEL: PointModel<SeasonalThetaState> = {
  advance(state, values) {
    const keep = state.cycles * cycleOf(state.seasonLength);
    return {
      ...state,
      recent: toNullable(lastValues(state.recent, values, keep)),
      last: lastPresent(values, state.last),
    };
  },
  point(state, horizon) {
    const values = lastValues(state.recent, new Float64Array(0));
    const season = seasonOf(state, values);
    const adjusted = season === undefined ? values : withoutSeason(values, season);
    const path = thetaPath(adjusted, state, horizon);
    return season === undefined ? path : withSeason(path, season);
  },
};

function cycleOf(seasonLength: number): number {
  return Math.max(LEAST_CYCLE, seasonLength);
}

function seasonOf(
  { season, seasonLength }: SeasonalThetaState,
  values: Float64Array,
): SeasonalIndices | undefined {
  if (season === 'none') return undefined;
  if (season !== 'unseen') return seasonalIndices(values, seasonLength, season);
  const first = seasonalIndices(values, seasonLength);
  return first?.isPredictive ? first : undefined;
}

/**
 * The forecast without the season. An exponential smoothing lags a drift by
 * `(1 - (1 - alpha)^n) / alpha` steps after `n` values (Hyndman & Billah 2003), which
 * the first step makes up for.
 */
function thetaPath(
  values: Float64Array,
  { alpha, seasonLength, last }: Pick<SeasonalThetaState, 'alpha' | 'seasonLength' | 'last'>,
  horizon: number,
): Float64Array {
  const count = countPresent(values);
  if (count === 0) return new Float64Array(horizon).fill(last);
  const { level } = smoothOver(startSimple(values, alpha), values);
  const drift = DRIFT_SHARE * leastSquaresSlope(values);
  const damping = 1 - 1 / cycleOf(seasonLength);
  const path = new Float64Array(horizon);
  let reach = (1 - (1 - alpha) ** count) / alpha;
  let factor = 1;
  for (let h = 0; h < horizon; h++, factor *= damping) {
    path[h] = level + reach * drift;
    reach += factor;
  }
  return path;
}
