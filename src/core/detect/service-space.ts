import * as z from 'zod';
import { solvePositiveDefinite } from '../math/cholesky.ts';
import { decodeFloat32 } from '../math/float32-base64.ts';

/** The fields of a state that hold a `RelationSpace`. */
export const RELATION_SPACE_SHAPE = {
  /** How many directions hold the usual variance: load and the like. */
  loads: z.int().positive(),
  /** The directions that are looked at, each divided by its usual spread: a row of metrics each. */
  axes: z.string(),
  /** What is usual along each of them: a row of slots of the day each. Both float32 in base64. */
  usual: z.string(),
};

const RelationSpaceSchema = z.strictObject(RELATION_SPACE_SHAPE);

export type RelationSpaceState = z.infer<typeof RelationSpaceSchema>;

/** Scaled metrics of one service, at one time of the day, in the directions their relations have. */
export interface RelationSpace {
  /** How many coordinates a place has. */
  readonly dimensions: number;
  /**
   * Where a row lies: along each direction, the distance from what is usual in usual spreads.
   *
   * A missing metric counts as the value that makes the row most usual, so that a gap moves no row
   * away from what is usual.
   *
   * @param row - one scaled value a metric, NaN = missing
   * @param slot - of the local day
   * @returns false when there are too few metrics to tell: it takes more than `loads`
   */
  place(row: Float64Array, slot: number, coordinates: Float64Array): boolean;
  /**
   * Splits the squared length of `coordinates` over the metrics: the squares of what is left over of
   * each metric once all of them are made uncorrelated with as little change as can be (ZCA; Kessy,
   * Lewin & Strimmer 2018, "Optimal whitening and decorrelation", The American Statistician 72).
   */
  split(coordinates: Float64Array, parts: Float64Array): void;
}

/** Relative to the largest entry on the diagonal: makes free directions solvable. */
const RIDGE = 1e-9;

/** The space of a state, for rows of `size` metrics. */
export function prepareSpace(state: RelationSpaceState, size: number): RelationSpace {
  const axes = Float64Array.from(decodeFloat32(state.axes));
  const usual = Float64Array.from(decodeFloat32(state.usual));
  const dimensions = axes.length / size;
  const slotCount = usual.length / dimensions;
  const directions = unitRows(axes, size);
  const filled = new Float64Array(size);
  const project = (slot: number, coordinates: Float64Array) => {
    for (let k = 0; k < dimensions; k++) {
      let sum = -usual[k * slotCount + slot]!;
      for (let j = 0; j < size; j++) sum += axes[k * size + j]! * filled[j]!;
      coordinates[k] = sum;
    }
  };
  return {
    dimensions,
    place(row, slot, coordinates) {
      const missing = missingOf(row);
      const present = size - missing.length;
      if (present <= state.loads) return false;
      for (let j = 0; j < size; j++) filled[j] = Number.isNaN(row[j]!) ? 0 : row[j]!;
      project(slot, coordinates);
      if (missing.length > 0) {
        fillMostUsual(axes, coordinates, missing, filled);
        project(slot, coordinates);
      }
      return true;
    },
    split(coordinates, parts) {
      for (let j = 0; j < size; j++) {
        let deviation = 0;
        for (let k = 0; k < dimensions; k++) {
          deviation += directions[k * size + j]! * coordinates[k]!;
        }
        parts[j] = deviation * deviation;
      }
    },
  };
}

/** Least squares: moves the missing entries of `filled` so that the coordinates become shortest. */
function fillMostUsual(
  axes: Float64Array,
  coordinates: Float64Array,
  missing: readonly number[],
  filled: Float64Array,
): void {
  const size = filled.length;
  const free = missing.length;
  const normal = new Float64Array(free * free);
  const right = new Float64Array(free);
  let largest = 0;
  for (let a = 0; a < free; a++) {
    for (let k = 0; k < coordinates.length; k++) {
      const weight = axes[k * size + missing[a]!]!;
      right[a]! -= weight * coordinates[k]!;
      for (let b = 0; b <= a; b++) {
        normal[a * free + b]! += weight * axes[k * size + missing[b]!]!;
      }
    }
    largest = Math.max(largest, normal[a * free + a]!);
  }
  for (let a = 0; a < free; a++) normal[a * free + a]! += RIDGE * largest;
  const solution = solvePositiveDefinite(normal, right);
  for (let a = 0; a < free; a++) filled[missing[a]!] = solution?.[a] ?? 0;
}

function missingOf(row: Float64Array): readonly number[] {
  const missing: number[] = [];
  for (let j = 0; j < row.length; j++) if (Number.isNaN(row[j]!)) missing.push(j);
  return missing;
}

function unitRows(axes: Float64Array, size: number): Float64Array {
  const unit = axes.slice();
  for (let from = 0; from < unit.length; from += size) {
    const row = unit.subarray(from, from + size);
    const length = Math.hypot(...row);
    for (let j = 0; j < size; j++) row[j]! /= length;
  }
  return unit;
}
