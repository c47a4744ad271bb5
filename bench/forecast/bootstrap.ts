import { seededRandom } from '#core/math/random.ts';
import { quantileOfSorted } from '#core/math/statistics.ts';

/** A ratio of errors, and the interval it would lie in on other draws of such series. */
export interface BootstrapRatio {
  readonly ratio: number;
  readonly lower: number;
  readonly upper: number;
}

export interface BootstrapOptions {
  readonly draws: number;
  readonly seed: number;
  /** Central share of the draws inside the interval. */
  readonly level: number;
}

/**
 * How sure a ratio of two models is, by a paired bootstrap over series (Efron & Tibshirani 1993): the
 * series are drawn with replacement, both models keep theirs, the ratio is made again, and the
 * interval is that of its percentiles. The draws depend on the seed and the number of series alone.
 *
 * The ratio is the geometric mean over the columns (buckets) of the geometric means over series.
 *
 * @param columns - log ratios, a column a bucket, a value a series in the same order; NaN: none
 * @returns null when there is no value at all
 */
export function bootstrapRatio(
  columns: readonly Float64Array[],
  { draws, seed, level }: BootstrapOptions,
): BootstrapRatio | null {
  const count = columns[0]?.length ?? 0;
  const everyone = Int32Array.from({ length: count }, (_, i) => i);
  const ratio = ratioOf(columns, everyone);
  if (Number.isNaN(ratio)) return null;
  const random = seededRandom(seed, 'bootstrap');
  const ratios = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    ratios[draw] = ratioOf(
      columns,
      everyone.map(() => Math.floor(random() * count)),
    );
  }
  // A draw can miss every series that has a value.
  const sorted = ratios.filter((value) => !Number.isNaN(value)).sort();
  return {
    ratio,
    lower: quantileOfSorted(sorted, (1 - level) / 2),
    upper: quantileOfSorted(sorted, (1 + level) / 2),
  };
}

function ratioOf(columns: readonly Float64Array[], drawn: Int32Array): number {
  let total = 0;
  let used = 0;
  for (const column of columns) {
    let sum = 0;
    let cases = 0;
    for (const series of drawn) {
      const value = column[series]!;
      if (Number.isNaN(value)) continue;
      sum += value;
      cases++;
    }
    if (cases === 0) continue;
    total += sum / cases;
    used++;
  }
  return used === 0 ? Number.NaN : Math.exp(total / used);
}
