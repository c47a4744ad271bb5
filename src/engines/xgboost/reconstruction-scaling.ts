import { robustSpread } from '#core/detect/service-scaling.ts';
import { median, quantile } from '#core/math/statistics.ts';

/** What trees are trained on instead of values: (value − center) / scale. */
export interface LabelScaling {
  /** null: the metric's own level of some hours before. */
  readonly center: number | null;
  readonly scale: number;
}

/** A metric that moves less than this, relative to its size, is rounding: it counts as constant. */
const LEAST_SPREAD = 1e-9;
/** All but the outermost hundredth of the values lies within this many scales. */
const RANGE_SCALES = 20;
/** A metric that moves less than this share of its spread in some hours is measured from there. */
const WANDERING = 0.5;

/**
 * Where a metric is measured from and in what unit: from its median, or from its own level of some
 * hours before when it wanders (memory grows for days and starts anew with every deployment: trees
 * can only answer levels that they have seen). The unit is the robust spread, or a twentieth of the
 * range where that is more (a batch job that is idle most of the day).
 *
 * @param ownLevels - of every row the level some hours before; NaN = not known
 * @returns undefined for a constant
 */
export function labelScaling(
  values: Float64Array,
  ownLevels: Float64Array,
): LabelScaling | undefined {
  const center = median(values) + 0;
  const least = LEAST_SPREAD * Math.abs(center);
  const spread = spreadOf(values);
  if (!(spread > least)) return undefined;
  const move = spreadOf(values.map((value, i) => value - ownLevels[i]!));
  const wanders = move > least && move < WANDERING * spread;
  return wanders ? { center: null, scale: move } : { center, scale: spread };
}

function spreadOf(values: Float64Array): number {
  const range = quantile(values, 0.995) - quantile(values, 0.005);
  return Math.max(robustSpread(values), range / RANGE_SCALES);
}
