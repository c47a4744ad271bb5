import * as z from 'zod';
import { decodeFloat32, encodeFloat32 } from '../math/float32-base64.ts';
import { quantile } from '../math/statistics.ts';
import { learnSpace } from './service-learn.ts';
import { nearestRows } from './service-neighbours.ts';
import { prepareSpace, RELATION_SPACE_SHAPE } from './service-space.ts';

/** What the service detector has learned to measure by. */
export const ServiceDistanceSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('pca'), ...RELATION_SPACE_SHAPE }),
  z.strictObject({
    method: z.literal('knn'),
    ...RELATION_SPACE_SHAPE,
    neighbours: z.int().positive(),
    /** Places of usual rows, one after another, float32 in base64. */
    reference: z.string(),
  }),
]);

export type ServiceDistanceState = z.infer<typeof ServiceDistanceSchema>;

/** How far a row of scaled metrics lies from what is usual at its time of day. */
export interface ServiceDistance {
  /**
   * The squared distance, without unit; NaN when too few metrics are present to tell.
   *
   * @param row - one scaled value a metric, NaN = missing
   * @param slot - of the local day
   * @param parts - receives the part of each metric in the distance, none negative
   */
  of(row: Float64Array, slot: number, parts: Float64Array): number;
}

/** A distance, and how far the rows lie that it was learned from. */
export interface LearnedServiceDistance {
  readonly state: ServiceDistanceState;
  /** Squared, of rows that were not judged by themselves; NaN where that could not be. */
  readonly squared: Float64Array;
}

/** What a distance is learned from. */
export interface DistanceInput {
  /** One a metric, two or more, without gaps. */
  readonly columns: readonly Float64Array[];
  /** Of each row, 0 … `slotCount` − 1. */
  readonly slots: Int32Array;
  readonly slotCount: number;
  /** Share of the variance that counts as load. */
  readonly variance: number;
}

/** Rows to be near to: more know rarer states, and cost as much more for each score. */
const REFERENCE_ROWS = 1_000;
/** Rows whose distances tell what is usual. */
const JUDGED_ROWS = 1_000;
/** Reference rows that are farthest from the others are none to be near to. */
const TRIMMED_SHARE = 0.01;

/**
 * The residual of a principal component analysis: how far a row lies from the plane of load, along
 * the directions where metrics part ways (Jackson & Mudholkar 1979, "Control procedures for residuals
 * associated with principal component analysis", Technometrics 21, 341-349). Each direction counts in
 * its own usual spread, because the closest relations are the ones that tell most.
 */
export function learnResidual(input: DistanceInput): LearnedServiceDistance {
  const { columns, slots, slotCount, variance } = input;
  const options = { variance, withLoads: false };
  const { state, squared } = learnSpace(columns, slots, slotCount, options);
  return { state: { method: 'pca', ...state }, squared };
}

/**
 * The nearest neighbours among about a thousand rows of the training time, evenly spread over it,
 * without the 1 % that lie farthest from the rest: the mean of the squared distances to `neighbours`
 * of them (Angiulli & Pizzuti 2002, "Fast outlier detection in high dimensional spaces", PKDD), loads
 * and relations in usual spreads.
 */
export function learnNeighbours(input: DistanceInput, neighbours: number): LearnedServiceDistance {
  const { columns, slots, slotCount, variance } = input;
  const options = { variance, withLoads: true };
  const { state, coordinates, squared } = learnSpace(columns, slots, slotCount, options);
  const size = coordinates.length;
  const known = Array.from(squared, (_, i) => i).filter((i) => !Number.isNaN(squared[i]!));
  const placesOf = (rows: readonly number[]) =>
    rows.map((i) => Float64Array.from(coordinates, (column) => column[i]!));
  const judge = (places: readonly Float64Array[], rows: readonly Float64Array[]) => {
    const reference = flat(places, size);
    return Float64Array.from(rows, (row) => nearestRows(row, reference, neighbours, true).squared);
  };
  const candidates = placesOf(evenly(known, REFERENCE_ROWS, 0));
  const own = judge(candidates, candidates);
  const limit = quantile(own, 1 - TRIMMED_SHARE);
  const reference = candidates.filter((_, i) => own[i]! <= limit);
  return {
    state: {
      method: 'knn',
      ...state,
      neighbours,
      reference: encodeFloat32(Float32Array.from(flat(reference, size))),
    },
    squared: judge(reference, placesOf(evenly(known, JUDGED_ROWS, 0.5))),
  };
}

/** The distance of a state, for rows of `size` metrics. */
export function prepareDistance(state: ServiceDistanceState, size: number): ServiceDistance {
  const space = prepareSpace(state, size);
  const place = new Float64Array(space.dimensions);
  if (state.method === 'pca') {
    return {
      of(row, slot, parts) {
        if (!space.place(row, slot, place)) return Number.NaN;
        space.split(place, parts);
        return place.reduce((sum, coordinate) => sum + coordinate * coordinate, 0);
      },
    };
  }
  const reference = Float64Array.from(decodeFloat32(state.reference));
  return {
    of(row, slot, parts) {
      if (!space.place(row, slot, place)) return Number.NaN;
      const { squared, centre } = nearestRows(place, reference, state.neighbours);
      space.split(
        place.map((coordinate, k) => coordinate - centre[k]!),
        parts,
      );
      return squared;
    },
  };
}

/** At most `count` of `all`, evenly spaced, shifted by a part of the space between two. */
function evenly(all: readonly number[], count: number, shift: number): readonly number[] {
  const taken = Math.min(count, all.length);
  return Array.from(
    { length: taken },
    (_, k) => all[Math.floor(((k + shift) * all.length) / taken)]!,
  );
}

function flat(rows: readonly Float64Array[], size: number): Float64Array {
  const all = new Float64Array(rows.length * size);
  for (const [k, row] of rows.entries()) all.set(row, k * size);
  return all;
}
