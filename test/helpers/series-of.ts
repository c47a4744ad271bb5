import type { History } from '#core/forecast/forecaster.ts';
import { makeSeries, type Series } from '#core/series/series.ts';
import { type DurationMs, epochMs, HOUR } from '#core/time.ts';

/** A series of these values from the epoch on, an hour apart unless said otherwise. */
export function seriesOf(
  values: ArrayLike<number>,
  { step = HOUR, from = 0 }: { readonly step?: DurationMs; readonly from?: number } = {},
): Series {
  const start = epochMs(from * step);
  return makeSeries({ id: 'test', unit: 'unspecified', start, step, values });
}

/** The same as what a model learns from; `from` counts steps after the epoch. */
export function historyOf(
  values: ArrayLike<number>,
  options: { readonly step?: DurationMs; readonly from?: number } = {},
): History {
  return { target: seriesOf(values, options) };
}
