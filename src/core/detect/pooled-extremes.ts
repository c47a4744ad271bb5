import type { ResidualView } from './residual-view.ts';
import type { Extremes } from './return-level.ts';

/**
 * Variance of what `fitExtremes` says, times the number of blocks: of the logarithm of the scale, and of
 * the location in scales (from the standard errors of the two order statistics it fits).
 */
const CHANCE = { scale: 1.44, location: 1.76 } as const;
/** Fewer than this tell nothing of how much they differ. */
const LEAST_POOLED = 3;
/**
 * The greatest of several of these, each in its own scales, has this scale: little more than one, for
 * what they were fitted to is not what they judge.
 */
const SCALE_OF_GREATEST = 1.2;
/** A scale that differs by fewer standard errors than this differs by chance. */
const BY_CHANCE = 2;
/** Rarities of normal numbers have this scale; a narrower one is an accident of few blocks. */
const NORMAL_SCALE = 1;

/**
 * Extremes of the same statistic in several metrics and both directions, each drawn towards their mean
 * as far as they differ by no more than chance (empirical Bayes; Efron & Morris 1975, Data analysis
 * using Stein's estimator). Thresholds that are low by chance would make most of the false alarms.
 *
 * @param views - of the same plan, or with fewer statistics at its end
 * @param blocks - that the extremes were fitted to
 */
export function pooledExtremes(
  views: readonly (ResidualView | undefined)[],
  blocks: number,
): readonly (ResidualView | undefined)[] {
  const count = Math.max(0, ...views.map((view) => view?.statistics.length ?? 0));
  const pools = Array.from({ length: count }, (_, k) =>
    pooling(
      views.flatMap((view) => {
        const statistic = view?.statistics[k];
        return [statistic?.above, statistic?.below].flatMap((each) => each ?? []);
      }),
      blocks,
    ),
  );
  return views.map(
    (view) =>
      view && {
        ...view,
        statistics: view.statistics.map((statistic, k) => {
          const { above, below } = statistic;
          const pool = pools[k]!;
          return { ...statistic, above: above && pool(above), below: below && pool(below) };
        }),
      },
  );
}

/**
 * The extremes of the greatest of all statistics, its scale drawn towards what it is known to be, but by
 * no more than chance explains (limited translation; Efron & Morris 1972, Limiting the risk of Bayes and
 * empirical Bayes estimators). A return level holds three of these scales: by chance alone it would differ
 * by half an e-fold from one training to the next, and be higher where incidents were learned from.
 *
 * @param blocks - that the extremes were fitted to
 */
export function extremesOfGreatest({ location, scale }: Extremes, blocks: number): Extremes {
  const chance = BY_CHANCE * Math.sqrt(CHANCE.scale / blocks);
  const own = Math.log(scale / SCALE_OF_GREATEST);
  const believed = Math.sign(own) * Math.max(0, Math.abs(own) - chance);
  return { location, scale: SCALE_OF_GREATEST * Math.exp(believed) };
}

/** How one of these is drawn towards the others. */
function pooling(all: readonly Extremes[], blocks: number): (own: Extremes) => Extremes {
  const scales = momentsOf(all.map(({ scale }) => Math.log(scale)));
  const locations = momentsOf(all.map(({ location }) => location));
  const share = (variance: number, chance: number) =>
    all.length < LEAST_POOLED ? 1 : Math.max(0, 1 - chance / (blocks * variance || chance));
  const own = {
    scale: share(scales.variance, CHANCE.scale),
    location: share(locations.variance, CHANCE.location * Math.exp(2 * scales.mean)),
  };
  return ({ location, scale }) => ({
    location: locations.mean + own.location * (location - locations.mean),
    scale: Math.max(
      NORMAL_SCALE,
      Math.exp(scales.mean + own.scale * (Math.log(scale) - scales.mean)),
    ),
  });
}

function momentsOf(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / Math.max(1, values.length - 1) };
}
