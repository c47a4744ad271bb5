import { solvePositiveDefinite } from '../math/cholesky.ts';
import { MAD_TO_SIGMA, median, present } from '../math/statistics.ts';
import { AR_ORDER } from './residual-windows.ts';

/** Rows with values below which nothing is learned. */
export const MIN_ROWS = 200;
/** Moves beyond this many usual moves are incidents, not dynamics. */
const JUMP = 6;
/** Values beyond this many usual distances from the level of their deployment are incidents, too. */
const FAR = 3.5;
/** Rows after a deployment that its level is not judged by. */
const SETTLING_ROWS = 6;

/** What the next value is expected to be, from the last six: how it leans on each, about a centre. */
export interface Autoregression {
  readonly centre: number;
  readonly coefficients: number[];
}

/** Least squares over rows whose past is complete, without jumps; slightly shrunk to be solvable. */
export function learnAutoregression(values: Float64Array): Autoregression | undefined {
  const centre = median(values);
  const moves = present(values.map((value, i) => Math.abs(value - (values[i - 1] ?? Number.NaN))));
  const usualMove = MAD_TO_SIGMA * median(moves);
  if (!(usualMove > 0)) return undefined;
  const products = new Float64Array(AR_ORDER * AR_ORDER);
  const right = new Float64Array(AR_ORDER);
  const past = new Float64Array(AR_ORDER + 1);
  let rows = 0;
  for (let row = AR_ORDER; row < values.length; row++) {
    for (let lag = 0; lag <= AR_ORDER; lag++) past[lag] = values[row - lag]! - centre;
    if (past.some(Number.isNaN) || Math.abs(past[0]! - past[1]!) > JUMP * usualMove) continue;
    rows++;
    for (let i = 0; i < AR_ORDER; i++) {
      right[i]! += past[i + 1]! * past[0]!;
      for (let j = 0; j <= i; j++) products[i * AR_ORDER + j]! += past[i + 1]! * past[j + 1]!;
    }
  }
  if (rows < MIN_ROWS) return undefined;
  for (let i = 0; i < AR_ORDER; i++) products[i * AR_ORDER + i]! *= 1.0001;
  const coefficients = solvePositiveDefinite(products, right);
  return coefficients && { centre, coefficients: [...coefficients] };
}

/**
 * The coefficients between deployments: each has a level of its own, and what is far from it is left
 * out. Levels that change, and incidents, would pass for a long memory.
 *
 * @param sinceBreak - of each row: steps since the last deployment, Infinity where none is known
 */
export function learnDynamics(
  values: Float64Array,
  sinceBreak: Float64Array,
): number[] | undefined {
  const left = values.slice();
  let from = 0;
  for (let row = 1; row <= left.length; row++) {
    if (row < left.length && sinceBreak[row]! >= sinceBreak[row - 1]!) continue;
    const own = left.subarray(from, row);
    const level = median(own);
    for (let i = 0; i < own.length; i++) {
      own[i] = sinceBreak[from + i]! < SETTLING_ROWS ? Number.NaN : own[i]! - level;
    }
    from = row;
  }
  const far = FAR * MAD_TO_SIGMA * median(left.map(Math.abs));
  return learnAutoregression(left.map((value) => (Math.abs(value) > far ? Number.NaN : value)))
    ?.coefficients;
}
