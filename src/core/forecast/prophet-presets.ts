import type { SeasonalityMode } from './prophet-season.ts';

/** Whether a season is used: `auto` is only after two full cycles of it. */
export type ProphetSeasonality = 'auto' | boolean;

/** What Prophet can be told. The names and defaults are Prophet's own where it has them. */
export interface ProphetParameters {
  /** Whether seasons add to the trend (the default) or are shares of it. */
  readonly seasonalityMode?: SeasonalityMode;
  /** Scale of the prior on each change of slope: larger bends more. 0.05 by default. */
  readonly changepointPriorScale?: number;
  /** Standard deviation of the prior on the seasons' coefficients. 10 by default. */
  readonly seasonalityPriorScale?: number;
  readonly dailySeasonality?: ProphetSeasonality;
  readonly weeklySeasonality?: ProphetSeasonality;
  readonly yearlySeasonality?: ProphetSeasonality;
  /** How often the trend may bend. 25 by default. */
  readonly nChangepoints?: number;
  /** The share of the history, from its beginning, in which it may. 0.8 by default. */
  readonly changepointRange?: number;
  /** Whether forecasts begin where the series is now. True by default. */
  readonly reanchor?: boolean;
  /** What five minutes leave of the gap between the series and the curve. 0.99 by default. */
  readonly anchorDecay?: number;
}

/** A named set of parameters. */
export interface ProphetPreset {
  readonly parameters: ProphetParameters;
  /**
   * Central coverage of the band shown with it, to ask the calibrated intervals for. Prophet's own
   * band is never published: it covers far less than it says.
   */
  readonly level: number;
}

/**
 * The configurations of the systems Helios unites, by their names. Each has the day and the week on
 * whatever the length of the history, and the year off.
 */
export const PROPHET_PRESETS = {
  helios: preset({ seasonalityMode: 'multiplicative', changepointPriorScale: 0.05 }, 0.95),
  mora: preset({ changepointPriorScale: 0.05, seasonalityPriorScale: 10 }, 0.9),
  thoth: preset({ changepointPriorScale: 0.05 }, 0.95),
  'multi-horizon': preset({ changepointPriorScale: 0.05 }, 0.95),
} as const satisfies Readonly<Record<string, ProphetPreset>>;

export type ProphetPresetName = keyof typeof PROPHET_PRESETS;

function preset(parameters: ProphetParameters, level: number): ProphetPreset {
  return {
    parameters: {
      dailySeasonality: true,
      weeklySeasonality: true,
      yearlySeasonality: false,
      ...parameters,
    },
    level,
  };
}
