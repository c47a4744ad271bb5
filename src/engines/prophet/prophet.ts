import type { Forecaster } from '#core/forecast/forecaster.ts';
import { checkCount, checkShare } from '#core/forecast/parameters.ts';
import { fitInput } from '#core/forecast/point-model.ts';
import {
  advanceAnchor,
  type ProphetAnchor,
  type ProphetState,
  restoreProphet,
} from '#core/forecast/prophet.ts';
import type { ProphetParameters } from '#core/forecast/prophet-presets.ts';
import type { ProphetSeason } from '#core/forecast/prophet-season.ts';
import { MINUTE } from '#core/time.ts';
import { mapEstimate } from './map-estimate.ts';
import {
  changepointsOf,
  fourierColumns,
  type MapEstimate,
  type MapEstimator,
  scalingOf,
} from './map-problem.ts';
import { chosenSeasons, type SeasonPlan } from './season-choice.ts';
import { trainingPoints } from './training-points.ts';

const MIN_HISTORY = 24;
/** Through two values goes a line without any error to learn from. */
const MIN_PRESENT = 3;

/** The time that `anchorDecay` speaks of. */
const DECAY_TIME_MS = 5 * MINUTE;
/** When half of the anchor's level is newer than this: a single noisy value moves it half way. */
const LEVEL_HALF_LIFE_MS = 5 * MINUTE;

/**
 * Prophet: a bending trend with daily, weekly and yearly waves on it (Taylor & Letham 2018,
 * "Forecasting at scale", The American Statistician 72(1)), re-anchored on the latest values:
 * `ŷ(h) = curve(h) + anchorDecay^((h - 1) × step / 5 min) × (level - curve(1))`, where `level` is an
 * exponential average of the latest values with a half-life of five minutes: on a grid of five
 * minutes the mean of the last value and the level before it, on an hourly one the last value.
 *
 * It learns from `trainingPoints` of the history, with `estimate` the parameters that are most
 * probable given them. Additive models are scaled from the least to the largest value, so that they
 * shift with the level of the series; multiplicative ones by the largest absolute value, as Prophet
 * does. Missing values are left out. `update` moves the cutoff and the anchor.
 *
 * @param estimate - how the most probable parameters are found; the built-in search by default
 * @throws {RangeError} when a parameter is out of range
 */
export function prophet(
  parameters: ProphetParameters = {},
  estimate: MapEstimator = mapEstimate,
): Forecaster<ProphetState> {
  const {
    seasonalityMode: mode = 'additive',
    changepointPriorScale = 0.05,
    seasonalityPriorScale = 10,
    nChangepoints = 25,
    changepointRange = 0.8,
    reanchor = true,
    anchorDecay = 0.99,
  } = parameters;
  checkPositive('changepointPriorScale', changepointPriorScale);
  checkPositive('seasonalityPriorScale', seasonalityPriorScale);
  if (nChangepoints !== 0) checkCount('nChangepoints', nChangepoints);
  checkShare('changepointRange', changepointRange);
  checkShare('anchorDecay', anchorDecay);
  return {
    kind: 'prophet',
    capabilities: { quantiles: false, missingValues: true, minHistory: MIN_HISTORY },
    async fit(history, { checkpoint = () => undefined } = {}) {
      const { about, values } = fitInput('prophet', history, MIN_HISTORY, MIN_PRESENT);
      const { step } = about;
      const points = trainingPoints(history.target.start, step, values);
      const scaling = scalingOf(points, mode);
      const { origin, span, floor, scale } = scaling;
      const t = points.times.map((at) => (at - origin) / span);
      const changepoints = changepointsOf(t, nChangepoints, changepointRange);
      const plans = chosenSeasons(parameters, points, step);
      const estimated = await estimate(
        {
          y: points.values.map((value) => (value - floor) / scale),
          t,
          changepoints,
          columns: fourierColumns(points, plans),
          mode,
          changepointPriorScale,
          seasonalityPriorScale,
        },
        checkpoint,
      );
      const { slope, offset, changes } = estimated;
      return restoreProphet({
        kind: 'prophet',
        version: 1,
        ...about,
        ...scaling,
        trend: {
          slope,
          offset,
          changepoints: Array.from(changepoints, (at, i) => ({ at, change: changes[i]! })),
        },
        mode,
        seasons: seasonsOf(plans, estimated),
        anchor: reanchor ? anchorOf(values, step, anchorDecay) : null,
      });
    },
  };
}

function seasonsOf(plans: readonly SeasonPlan[], { coefficients }: MapEstimate): ProphetSeason[] {
  let next = 0;
  return plans.map(({ name, periodDays, order }) => ({
    name,
    periodDays,
    harmonics: Array.from({ length: order }, () => {
      next += 2;
      return { sin: coefficients[next - 2]!, cos: coefficients[next - 1]! };
    }),
  }));
}

function anchorOf(values: Float64Array, step: number, anchorDecay: number): ProphetAnchor {
  const first = values.findIndex((value) => !Number.isNaN(value));
  return advanceAnchor(
    {
      level: values[first]!,
      age: 0,
      memory: 0.5 ** (step / LEVEL_HALF_LIFE_MS),
      persistence: anchorDecay ** (step / DECAY_TIME_MS),
    },
    values.subarray(first + 1),
  );
}

function checkPositive(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) {
    throw new RangeError(`${name} must be positive, got ${value}`);
  }
}
