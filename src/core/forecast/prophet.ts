import * as z from 'zod';
import type { FittedForecaster } from './forecaster.ts';
import { fittedPoint, POINT_STATE_SHAPE, type PointModel } from './point-model.ts';
import { ProphetSeasonSchema, SEASONALITY_MODES, seasonAt } from './prophet-season.ts';
import { ProphetTrendSchema, trendAt } from './prophet-trend.ts';

/** Where the series is now, so that a forecast can begin there. */
const ProphetAnchorSchema = z.strictObject({
  /** Exponential average of the latest values. */
  level: z.number(),
  /** Steps from the last present value to the cutoff. */
  age: z.int().nonnegative(),
  /** Share of the level that is left after one step of a new value, in [0, 1]. */
  memory: z.number().min(0).max(1),
  /** Share of the gap between level and curve that is left after one step, in [0, 1]. */
  persistence: z.number().min(0).max(1),
});

export type ProphetAnchor = z.infer<typeof ProphetAnchorSchema>;

export const ProphetStateSchema = z.strictObject({
  kind: z.literal('prophet'),
  version: z.literal(1),
  ...POINT_STATE_SHAPE,
  /** The trend's time 0, as `EpochMs`. */
  origin: z.number(),
  /** Milliseconds from the trend's time 0 to its time 1. */
  span: z.number().positive(),
  /** What 0 stands for, in the unit of the series. */
  floor: z.number(),
  /** What 1 stands for above the floor, in the unit of the series. */
  scale: z.number().positive(),
  trend: ProphetTrendSchema,
  mode: z.enum(SEASONALITY_MODES),
  seasons: z.array(ProphetSeasonSchema),
  /** Null when forecasts follow the curve alone. */
  anchor: ProphetAnchorSchema.nullable(),
});

export type ProphetState = z.infer<typeof ProphetStateSchema>;

/** The fitted curve at one moment, in the unit of the series. */
export interface ProphetValue {
  readonly value: number;
  readonly trend: number;
}

/**
 * Prophet's curve at a moment, before any re-anchoring: `floor + scale × (g + s)`, or `g × (1 + s)`
 * in multiplicative mode, with the trend `g` and the sum `s` of the seasons (Taylor & Letham 2018,
 * "Forecasting at scale", The American Statistician 72(1), equation 1).
 *
 * @param at - `EpochMs`
 */
export function prophetAt(state: ProphetState, at: number): ProphetValue {
  const trend = trendAt(state.trend, (at - state.origin) / state.span);
  let season = 0;
  for (const each of state.seasons) season += seasonAt(each, at);
  const value = state.mode === 'additive' ? trend + season : trend * (1 + season);
  return {
    value: state.floor + state.scale * value,
    trend: state.floor + state.scale * trend,
  };
}

/** The fitted model of a state. */
export function restoreProphet(state: ProphetState): FittedForecaster<ProphetState> {
  return fittedPoint(MODEL, state);
}

/**
 * The anchor after the values that follow. The level moves to each present value by
 * `1 - memory^n`, `n` steps after the one before; a missing value leaves it and only ages it.
 */
export function advanceAnchor(anchor: ProphetAnchor, values: Float64Array): ProphetAnchor {
  let { level, age } = anchor;
  for (const value of values) {
    age++;
    if (Number.isNaN(value)) continue;
    level = value + anchor.memory ** age * (level - value);
    age = 0;
  }
  return { ...anchor, level, age };
}

const MODEL: PointModel<ProphetState> = {
  advance: (state, values) =>
    state.anchor === null ? state : { ...state, anchor: advanceAnchor(state.anchor, values) },
  point(state, horizon) {
    const { anchor, cutoff, step } = state;
    const values = new Float64Array(horizon);
    for (let h = 0; h < horizon; h++) values[h] = prophetAt(state, cutoff + (h + 1) * step).value;
    if (anchor === null) return values;
    // One step after the last value the forecast is the level itself; from there the gap dies out.
    const next = prophetAt(state, cutoff + (1 - anchor.age) * step).value;
    let gap = (anchor.level - next) * anchor.persistence ** anchor.age;
    for (let h = 0; h < horizon; h++) {
      values[h]! += gap;
      gap *= anchor.persistence;
    }
    return values;
  },
};
