/** What trees are grown from. Values are 32-bit floats, because XGBoost computes in them. */
export interface TrainingMatrix {
  /** Row after row, `columns` numbers each; NaN = missing. */
  readonly rows: Float32Array;
  readonly columns: number;
  /** What to predict, one number a row. */
  readonly labels: Float32Array;
}

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
 * @throws {RangeError} when the sizes do not fit, or a value is infinite or a label not finite
 */
export function encodeRows({ rows, columns, labels }: TrainingMatrix): Float32Array<ArrayBuffer> {
  if (!Number.isInteger(columns) || columns < 1 || labels.length < 1) {
    throw new RangeError(`cannot train on ${labels.length} rows of ${columns} columns`);
  }
  if (rows.length !== labels.length * columns) {
    throw new RangeError(
      `${labels.length} labels and ${columns} columns need ${labels.length * columns} values, got ${rows.length}`,
    );
  }
  if (!labels.every(Number.isFinite)) throw new RangeError('a label must be finite');
  const encoded = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const value = rows[i]!;
    if (Number.isNaN(value)) encoded[i] = MISSING;
    else if (value === MISSING) encoded[i] = MINUS_ONE_STAND_IN;
    else if (Number.isFinite(value)) encoded[i] = value;
    else throw new RangeError(`a feature must be finite or missing (NaN), got ${value}`);
  }
  return encoded;
}
