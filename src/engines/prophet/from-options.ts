import type { Forecaster } from '#core/forecast/forecaster.ts';
import {
  PROPHET_PRESETS,
  type ProphetParameters,
  type ProphetPresetName,
  type ProphetSeasonality,
} from '#core/forecast/prophet-presets.ts';
import type { SeasonalityMode } from '#core/forecast/prophet-season.ts';
import { mapEstimate } from './map-estimate.ts';
import { prophet } from './prophet.ts';
import { stanEstimate } from './stan-estimate.ts';

/** Prophet's options under its own names, as requests and configuration files write them. */
export interface ProphetOptions {
  readonly preset?: ProphetPresetName | undefined;
  readonly estimator?: 'built-in' | 'stan' | undefined;
  readonly seasonality_mode?: SeasonalityMode | undefined;
  readonly changepoint_prior_scale?: number | undefined;
  readonly seasonality_prior_scale?: number | undefined;
  readonly n_changepoints?: number | undefined;
  readonly changepoint_range?: number | undefined;
  readonly daily_seasonality?: ProphetSeasonality | undefined;
  readonly weekly_seasonality?: ProphetSeasonality | undefined;
  readonly yearly_seasonality?: ProphetSeasonality | undefined;
  readonly reanchor?: boolean | undefined;
}

/** Prophet with these options; a preset's where they are left out, Prophet's own where that is too. */
export function prophetFromOptions(options: ProphetOptions): Forecaster {
  const preset = options.preset ? PROPHET_PRESETS[options.preset].parameters : {};
  const parameters: ProphetParameters = {
    ...preset,
    ...given({
      seasonalityMode: options.seasonality_mode,
      changepointPriorScale: options.changepoint_prior_scale,
      seasonalityPriorScale: options.seasonality_prior_scale,
      nChangepoints: options.n_changepoints,
      changepointRange: options.changepoint_range,
      dailySeasonality: options.daily_seasonality,
      weeklySeasonality: options.weekly_seasonality,
      yearlySeasonality: options.yearly_seasonality,
      reanchor: options.reanchor,
    }),
  };
  return prophet(parameters, options.estimator === 'stan' ? stanEstimate : mapEstimate);
}

/** Without what is undefined, which would hide the preset's value. */
function given<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
