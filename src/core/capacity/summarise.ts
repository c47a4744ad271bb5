import { mean, quantile } from '../math/statistics.ts';
import { addMs, type EpochMs, HOUR } from '../time.ts';

/** A forecast by the hour; `point[i]` is of the hour that begins at `start` + i hours. */
export interface HourlyPaths {
  readonly start: EpochMs;
  readonly point: ArrayLike<number>;
  /** Two quantile paths around it; absent where there is no interval. */
  readonly band?: { readonly lower: ArrayLike<number>; readonly upper: ArrayLike<number> };
}

/** One number of a period, with its interval where there is one. */
export interface Spread {
  readonly value: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** What a metric will do over a period, made of the means of its hours. */
export interface PeriodSummary {
  readonly hours: number;
  readonly mean: Spread;
  /** Reached or passed in one hour of twenty. */
  readonly p95: Spread;
  /** The greatest hour; `at` is null where all are equal, as of a repeated last value. */
  readonly peak: Spread & { readonly at: EpochMs | null };
}

/** The part of a forecast whose hours begin in `[from, to)`. */
export function hoursWithin(
  paths: HourlyPaths,
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
): HourlyPaths {
  const first = Math.max(0, Math.ceil((from - paths.start) / HOUR));
  const end = Math.max(first, Math.ceil((to - paths.start) / HOUR));
  const part = (values: ArrayLike<number>) => Array.from(values).slice(first, end);
  const { band } = paths;
  return {
    start: addMs(paths.start, HOUR, first),
    point: part(paths.point),
    ...(band ? { band: { lower: part(band.lower), upper: part(band.upper) } } : {}),
  };
}

/**
 * Mean, 95th percentile and peak over the hours of a period, from the forecast and from each path of
 * its band.
 *
 * The same statistic of a quantile path is the quantile of that statistic only where the errors of
 * all hours move together (comonotone; McNeil, Frey & Embrechts, Quantitative Risk Management,
 * 2nd ed., section 7.2). Errors of neighbouring hours nearly do, those of distant days less: then the
 * interval of the mean is wider than it needs to be, an upper bound; and the greatest of many hours
 * lies above the upper end of the peak somewhat more often than the band's level says.
 *
 * @returns undefined when there is no hour, or a value is not finite
 * @example
 * ```ts
 * const start = epochMs(0);
 * summarisePeriod({ start, point: [1, 4, 1] })?.peak.at; // => 3600000
 * summarisePeriod({ start, point: [1, 4, 1] })?.hours; // => 3
 * ```
 */
export function summarisePeriod({ start, point, band }: HourlyPaths): PeriodSummary | undefined {
  const paths = band ? [point, band.lower, band.upper] : [point];
  const areUsable = paths.every(
    (path) => path.length === point.length && Array.from(path).every(Number.isFinite),
  );
  if (point.length === 0 || !areUsable) return undefined;
  const spread = (statistic: (values: ArrayLike<number>) => number): Spread => {
    const value = statistic(point);
    if (!band) return { value, lower: null, upper: null };
    // A biased model's band may lie on one side of its points; an interval still holds its value.
    return {
      value,
      lower: Math.min(value, statistic(band.lower)),
      upper: Math.max(value, statistic(band.upper)),
    };
  };
  const peak = spread((values) => quantile(values, 1));
  const isFlat = quantile(point, 0) === peak.value;
  const hour = Array.from(point).indexOf(peak.value);
  return {
    hours: point.length,
    mean: spread(mean),
    p95: spread((values) => quantile(values, 0.95)),
    peak: { ...peak, at: isFlat && point.length > 1 ? null : addMs(start, HOUR, hour) },
  };
}

/** The summary of a metric that is `factor` times as large, e.g. of one replica out of several. */
export function scaledSummary(summary: PeriodSummary, factor: number): PeriodSummary {
  const scale = (bound: number | null) => (bound === null ? null : bound * factor);
  const spread = ({ value, lower, upper }: Spread): Spread => ({
    value: value * factor,
    lower: scale(lower),
    upper: scale(upper),
  });
  const { hours, mean, p95, peak } = summary;
  return {
    hours,
    mean: spread(mean),
    p95: spread(p95),
    peak: { ...spread(peak), at: peak.at },
  };
}
