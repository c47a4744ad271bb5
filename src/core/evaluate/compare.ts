import { type BacktestResult, candidateOf } from './backtest.ts';
import type { HorizonBucket } from './horizon-buckets.ts';
import { skill } from './metrics.ts';

/** Two candidates on the same cells; every number null when there is no such cell. */
export interface Comparison {
  readonly mae: number | null;
  readonly referenceMae: number | null;
  /** 1 − mae / referenceMae: above 0 the candidate is better. */
  readonly skill: number | null;
  /** Cells compared. */
  readonly cases: number;
}

/**
 * Compares a candidate with a reference on the origins and steps where both have a forecast, so that
 * neither gains by leaving out the hard ones.
 *
 * @param bucket - only these steps ahead; all without it
 * @throws {RangeError} when a name is unknown
 */
export function compare(
  result: BacktestResult,
  name: string,
  reference: string,
  bucket?: HorizonBucket,
): Comparison {
  const own = candidateOf(result, name).errors;
  const other = candidateOf(result, reference).errors;
  const { origins, horizon } = result;
  const from = (bucket?.fromStep ?? 1) - 1;
  const to = Math.min(bucket?.toStep ?? horizon, horizon);
  let ownSum = 0;
  let otherSum = 0;
  let cases = 0;
  for (let row = 0; row < origins.length; row++) {
    for (let cell = row * horizon + from; cell < row * horizon + to; cell++) {
      const error = Math.abs(own[cell]!);
      const otherError = Math.abs(other[cell]!);
      if (Number.isNaN(error + otherError)) continue;
      ownSum += error;
      otherSum += otherError;
      cases++;
    }
  }
  if (cases === 0) return { mae: null, referenceMae: null, skill: null, cases };
  const ownMae = ownSum / cases;
  const referenceMae = otherSum / cases;
  return { mae: ownMae, referenceMae, skill: skill(ownMae, referenceMae), cases };
}

/**
 * The cells of a bucket out of an origins × horizon array, row by row.
 * Without a bucket the array itself.
 */
export function cellsOf(
  { origins, horizon }: Pick<BacktestResult, 'origins' | 'horizon'>,
  cells: Float64Array,
  bucket?: HorizonBucket,
): Float64Array {
  if (bucket === undefined) return cells;
  const from = bucket.fromStep - 1;
  const to = Math.min(bucket.toStep, horizon);
  if (to <= from) return new Float64Array(0);
  const part = new Float64Array(origins.length * (to - from));
  for (let row = 0; row < origins.length; row++) {
    part.set(cells.subarray(row * horizon + from, row * horizon + to), row * (to - from));
  }
  return part;
}
