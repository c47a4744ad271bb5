import { mean } from '#core/math/statistics.ts';
import { HOUR } from '#core/time.ts';
import { type BootstrapOptions, bootstrapRatio } from './bootstrap.ts';
import type { Cells } from './cells.ts';
import type { Comparison, Ratio } from './report-schema.ts';
import { lossRatio } from './score.ts';
import { longestHorizon, type Track } from './track.ts';

/** Logarithms of loss ratios, a value a series in the order of the cells; NaN: no common cell. */
export interface RatioColumns {
  /** One a bucket of the track. */
  readonly buckets: readonly Float64Array[];
  /** All horizons pooled. */
  readonly pooled: Float64Array;
  /** The first hour: how many buckets it has, and its cells pooled. Null on an hourly grid. */
  readonly firstHour: { readonly buckets: number; readonly pooled: Float64Array } | null;
}

/**
 * Compares two models on every series, bucket by bucket.
 *
 * @param own - losses, an array a series in the order of `all`
 */
export function ratioColumns(
  all: readonly Cells[],
  own: readonly Float64Array[],
  reference: readonly Float64Array[],
  track: Track,
): RatioColumns {
  const column = (fromStep: number, toStep: number) =>
    Float64Array.from(all, (cells, i) =>
      Math.log(lossRatio(cells, own[i]!, reference[i]!, { fromStep, toStep })),
    );
  const hour = HOUR / track.step;
  const inFirstHour = track.buckets.filter(({ toStep }) => toStep <= hour).length;
  return {
    buckets: track.buckets.map(({ fromStep, toStep }) => column(fromStep, toStep)),
    pooled: column(1, longestHorizon(track)),
    firstHour: inFirstHour === 0 ? null : { buckets: inFirstHour, pooled: column(1, hour) },
  };
}

/** The geometric means over series, and over buckets of those. */
export function summarise({ buckets, pooled, firstHour }: RatioColumns): Ratio {
  const logs = buckets.map(mean);
  return {
    buckets: logs.map(toRatio),
    up_to_1h: firstHour && {
      buckets: toRatio(mean(logs.slice(0, firstHour.buckets))),
      pooled: toRatio(mean(firstHour.pooled)),
    },
    all: toRatio(mean(logs)),
    pooled: toRatio(mean(pooled)),
  };
}

function toRatio(log: number): number | null {
  return Number.isNaN(log) ? null : Math.exp(log);
}

/** Share of series with a ratio below 1, cells pooled; null without any. */
export function shareWon({ pooled }: RatioColumns): number | null {
  const known = pooled.filter((log) => !Number.isNaN(log));
  return known.length === 0 ? null : known.filter((log) => log < 0).length / known.length;
}

/** The ratio to another model with its interval, over all horizons and over the first hour. */
export function comparisonsWith(
  against: string,
  { buckets, firstHour }: RatioColumns,
  options: BootstrapOptions,
): readonly Comparison[] {
  const scopes = [
    { scope: 'all' as const, columns: buckets },
    ...(firstHour ? [{ scope: 'up_to_1h' as const, columns: [firstHour.pooled] }] : []),
  ];
  return scopes.flatMap(({ scope, columns }) => {
    const sure = bootstrapRatio(columns, options);
    return sure ? [{ against, scope, ...sure }] : [];
  });
}
