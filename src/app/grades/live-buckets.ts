import type { IssuedForecast } from '#contracts/http/catalog.ts';
import type { LiveBucket } from '#core/evaluate/grade-evidence.ts';
import { bucketsWithin } from '#core/evaluate/horizon-buckets.ts';
import type { Series } from '#core/series/series.ts';

/**
 * What became of forecasts as issued, by horizon bucket. A bucket that no actual has reached yet is
 * not among them.
 *
 * @param issued - of one model, on the grid of `series`; others are passed over
 * @param level - of the bands that count
 */
export function liveBuckets(
  issued: readonly IssuedForecast[],
  series: Series,
  level: number,
): readonly LiveBucket[] {
  const longest = issued.reduce((most, { values }) => Math.max(most, values.length), 0);
  const buckets = bucketsWithin(longest).map((bucket) => ({
    ...bucket,
    cases: 0,
    error: 0,
    naiveError: 0,
    banded: 0,
    inside: 0,
  }));
  for (const forecast of issued) {
    const origin = (Date.parse(forecast.data_as_of) - series.start) / series.step;
    const last = series.values[origin];
    if (last === undefined || Number.isNaN(last)) continue;
    const isBanded = forecast.level === level;
    for (const bucket of buckets) {
      const end = Math.min(bucket.toStep, forecast.values.length);
      for (let step = bucket.fromStep; step <= end; step++) {
        const actual = series.values[origin + step] ?? Number.NaN;
        if (Number.isNaN(actual)) continue;
        bucket.cases++;
        bucket.error += Math.abs(actual - forecast.values[step - 1]!);
        bucket.naiveError += Math.abs(actual - last);
        const lower = forecast.lower_bounds?.[step - 1];
        const upper = forecast.upper_bounds?.[step - 1];
        if (!isBanded || lower === undefined || upper === undefined) continue;
        bucket.banded++;
        if (actual >= lower && actual <= upper) bucket.inside++;
      }
    }
  }
  return buckets.filter(({ cases }) => cases > 0);
}
