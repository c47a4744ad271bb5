import type { Points } from '../../chart/chart-model.ts';

/** The points of a forecast as issued: the first is a step after its newest observation. */
export function forecastPoints(
  forecast: { readonly data_as_of: string; readonly step_seconds: number },
  values: readonly number[],
): Points {
  const cutoff = Date.parse(forecast.data_as_of);
  return {
    times: values.map((_, i) => cutoff + (i + 1) * forecast.step_seconds * 1_000),
    values,
  };
}
