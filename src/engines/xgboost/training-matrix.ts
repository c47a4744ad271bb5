import { checkMatrix, type TrainingMatrix } from '#engines/boosting/training-matrix.ts';

/** The number that the engine's `create_model` takes as missing. It cannot be changed. */
const MISSING = -1;

/** The 32-bit float next to -1 towards 0: what a real -1 is trained as. */
export const MINUS_ONE_STAND_IN = -1 + 2 ** -24;

/**
 * The rows as the engine reads them: NaN as -1, and a real -1 moved by the smallest step there is,
 * so that it is not read as missing. A threshold that then separates the stand-in from what is
 * below it means -1 itself: `parseBinaryModel` writes it so, and the trees are exact for real rows.
 *
 * @returns a copy
 * @throws {RangeError} when the sizes do not fit, a value is infinite, a label not finite, or rows have
 *   weights: the engine's wrapper has no way to give them
 */
export function encodeRows(matrix: TrainingMatrix): Float32Array<ArrayBuffer> {
  checkMatrix(matrix);
  if (matrix.weights !== undefined) throw new RangeError('the engine xgboost takes no weights');
  const encoded = new Float32Array(matrix.rows);
  for (let i = 0; i < encoded.length; i++) {
    const value = encoded[i]!;
    if (Number.isNaN(value)) encoded[i] = MISSING;
    else if (value === MISSING) encoded[i] = MINUS_ONE_STAND_IN;
  }
  return encoded;
}
