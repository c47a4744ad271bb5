import { encodeFloat32 } from '../math/float32-base64.ts';
import { mean, quantile } from '../math/statistics.ts';
import { symmetricEigen } from '../math/symmetric-eigen.ts';
import { dailyProfile } from './service-profile.ts';
import { robustSpread } from './service-scaling.ts';
import type { RelationSpaceState } from './service-space.ts';

/** A space, and where the rows lie that it was learned from. */
export interface LearnedSpace {
  readonly state: RelationSpaceState;
  /** A column a direction, the daily profile taken from the other days; NaN where there is none. */
  readonly coordinates: readonly Float64Array[];
  /** The squared length of each row's place, loads not counted. */
  readonly squared: Float64Array;
}

/** What to look at besides the relations, and how much is load. */
export interface SpaceOptions {
  /** Share of the variance that counts as load. */
  readonly variance: number;
  /** Whether the directions of load are coordinates, too; they then have no time of day. */
  readonly withLoads: boolean;
}

/** Rows that are farthest from the rest do not shape the directions. */
const TRIMMED_SHARE = 0.01;
/** A row with a metric farther out than this, in spreads, does not shape the directions either … */
const PULL_LIMIT = 10;
/** … unless more rows than this are so: then they are the nature of the metric, and count limited. */
const LARGEST_FAR_SHARE = 0.1;
/** Along no direction is less than this, in spreads of a metric, told from rounding. */
const LEAST_SPREAD = 0.01;
/**
 * Learns which way the metrics of a service move together: the eigenvectors of the covariance of the
 * scaled metrics. The first, which hold `variance` of all of it, are what load does; along the others
 * metrics part ways, usually by little. What usually happens there at each time of the day is taken
 * off, and the spread of the rest becomes the unit. Rows with a spike do not shape the directions,
 * and the 1 % of rows that are farthest away are left out when they are learned once more.
 *
 * @param columns - one a metric, two or more, without gaps
 */
export function learnSpace(
  columns: readonly Float64Array[],
  slots: Int32Array,
  slotCount: number,
  options: SpaceOptions,
): LearnedSpace {
  const learn = (isUsed: (row: number) => boolean) =>
    spaceOf(covariance(columns, isUsed), columns, slots, slotCount, options);
  // A spike in one metric would else be a direction of its own, large enough to pass for load.
  const farthest = farthestOf(columns);
  const reach = Math.max(PULL_LIMIT, quantile(farthest, 1 - LARGEST_FAR_SHARE));
  const first = learn((i) => farthest[i]! <= reach);
  const limit = quantile(first.squared, 1 - TRIMMED_SHARE);
  return learn((i) => farthest[i]! <= reach && !(first.squared[i]! > limit));
}

/** How far out the farthest metric of each row is, in spreads. */
function farthestOf(columns: readonly Float64Array[]): Float64Array {
  const farthest = new Float64Array(columns[0]?.length ?? 0);
  for (const column of columns) {
    for (let i = 0; i < farthest.length; i++) {
      farthest[i] = Math.max(farthest[i]!, Math.abs(column[i]!));
    }
  }
  return farthest;
}

function spaceOf(
  matrix: Float64Array,
  columns: readonly Float64Array[],
  slots: Int32Array,
  slotCount: number,
  { variance, withLoads }: SpaceOptions,
): LearnedSpace {
  const size = columns.length;
  const { values, vectors } = symmetricEigen(matrix, size);
  const loads = explaining(values, variance);
  const first = withLoads ? 0 : loads;
  const axes = new Float32Array((size - first) * size);
  const usual = new Float32Array((size - first) * slotCount);
  const anyTime = new Int32Array(slots.length);
  const squared = new Float64Array(slots.length);
  const coordinates = Array.from({ length: size - first }, (_, k) => {
    const direction = vectors.subarray((first + k) * size, (first + k + 1) * size);
    const along = projected(columns, direction);
    const isLoad = first + k < loads;
    const profile = isLoad
      ? dailyProfile(along, anyTime, 1)
      : dailyProfile(along, slots, slotCount);
    const { medians, leftOut } = profile;
    const spread = Math.max(LEAST_SPREAD, robustSpread(leftOut) || 0);
    axes.set(direction.map(over(spread)), k * size);
    for (let slot = 0; slot < slotCount; slot++) {
      usual[k * slotCount + slot] = medians[isLoad ? 0 : slot]! / spread;
    }
    const column = leftOut.map(over(spread));
    if (!isLoad) for (let i = 0; i < squared.length; i++) squared[i]! += column[i]! ** 2;
    return column;
  });
  const state = { loads, axes: encodeFloat32(axes), usual: encodeFloat32(usual) };
  return { state, coordinates, squared };
}

function covariance(
  columns: readonly Float64Array[],
  isUsed: (row: number) => boolean,
): Float64Array {
  const size = columns.length;
  const centred = columns.map((column) => {
    const used = column.filter((_, i) => isUsed(i)).map(limited);
    const centre = mean(used);
    return used.map((value) => value - centre);
  });
  const matrix = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let i = 0; i < centred[a]!.length; i++) sum += centred[a]![i]! * centred[b]![i]!;
      matrix[a * size + b] = sum / centred[a]!.length;
    }
  }
  return matrix;
}

function limited(value: number): number {
  return Math.max(-PULL_LIMIT, Math.min(PULL_LIMIT, value));
}

/** How many of the largest eigenvalues hold `share` of their sum: one at least, never all. */
function explaining(eigenvalues: Float64Array, share: number): number {
  const total = eigenvalues.reduce((sum, value) => sum + value, 0);
  let count = 0;
  for (let sum = 0; count < eigenvalues.length && sum < share * total; count++) {
    sum += eigenvalues[count]!;
  }
  return Math.max(1, Math.min(count, eigenvalues.length - 1));
}

function projected(columns: readonly Float64Array[], direction: Float64Array): Float64Array {
  const along = new Float64Array(columns[0]?.length ?? 0);
  for (const [j, column] of columns.entries()) {
    const weight = direction[j]!;
    for (let i = 0; i < along.length; i++) along[i]! += weight * column[i]!;
  }
  return along;
}

function over(spread: number): (value: number) => number {
  return (value) => value / spread;
}
