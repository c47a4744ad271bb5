import type { IssuedForecast } from '#contracts/http/catalog.ts';
import type { LiveError } from '#core/evaluate/drift.ts';
import type { Series } from '#core/series/series.ts';
import { HOUR } from '#core/time.ts';

/** Forecasts that skill is measured on, at least. */
const MIN_CASES = 12;

/** How far forecasts of up to an hour ahead were off, as far as their actuals are known. */
export interface LiveErrors {
  readonly errors: readonly LiveError[];
  /**
   * 1 − mean absolute error / that of the last value known, both an hour ahead (one step where steps
   * are longer, the last step where the forecast is shorter). Null with fewer than 12 forecasts, or
   * when the last value was never wrong.
   */
  readonly skill: number | null;
  /** The newest forecast an hour ahead whose actual is known. */
  readonly newest: { readonly forecast: number; readonly actual: number } | null;
}

/**
 * The errors of forecasts as issued, one hour ahead at most.
 *
 * @param issued - of one model, on the grid of `series`; others are passed over
 */
export function liveErrors(issued: readonly IssuedForecast[], series: Series): LiveErrors {
  const anHour = Math.max(1, Math.round(HOUR / series.step));
  const errors: LiveError[] = [];
  let [cases, error, naiveError] = [0, 0, 0];
  let newest: LiveErrors['newest'] = null;
  let newestAt = -1;
  for (const { data_as_of, values } of issued) {
    const cutoff = Date.parse(data_as_of);
    const origin = (cutoff - series.start) / series.step;
    if (origin < 0 || !Number.isInteger(origin)) continue;
    const last = Math.min(anHour, values.length);
    for (let step = 1; step <= last; step++) {
      const off = (series.values[origin + step] ?? Number.NaN) - values[step - 1]!;
      if (!Number.isNaN(off)) errors.push({ cutoff, step, error: off });
    }
    const actual = series.values[origin + last] ?? Number.NaN;
    const forecast = values[last - 1] ?? Number.NaN;
    const off = Math.abs(actual - forecast);
    if (!Number.isNaN(off) && origin + last > newestAt) {
      newest = { forecast, actual };
      newestAt = origin + last;
    }
    const naiveOff = Math.abs(actual - series.values[origin]!);
    if (Number.isNaN(off) || Number.isNaN(naiveOff)) continue;
    cases++;
    error += off;
    naiveError += naiveOff;
  }
  const isMeasured = cases >= MIN_CASES && naiveError > 0;
  return { errors, skill: isMeasured ? 1 - error / naiveError : null, newest };
}
