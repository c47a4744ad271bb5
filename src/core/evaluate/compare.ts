import { type BacktestResult, candidateOf } from './backtest.ts';
import type { HorizonBucket } from './horizon-buckets.ts';
import { casesIn, mae, skill } from './metrics.ts';

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
  const own = cellsOf(result, candidateOf(result, name).errors, bucket);
  const other = cellsOf(result, candidateOf(result, reference).errors, bucket);
  // NaN in either makes the cell NaN in both.
  const common = own.map((error, i) => error + 0 * other[i]!);
  const commonOther = other.map((error, i) => error + 0 * own[i]!);
  const ownMae = mae(common);
  const referenceMae = mae(commonOther);
  return {
    mae: ownMae,
    referenceMae,
    skill: skill(ownMae, referenceMae),
    cases: casesIn(common),
  };
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
