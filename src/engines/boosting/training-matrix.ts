/** What trees are grown from. Values are 32-bit floats: that is what splits compare. */
export interface TrainingMatrix {
  /** Row after row, `columns` numbers each; NaN = missing. */
  readonly rows: Float32Array;
  readonly columns: number;
  /** What to predict, one number a row. */
  readonly labels: Float32Array;
  /** How much each row counts, above 0; every row as much unless given. */
  readonly weights?: Float32Array;
}

/** @throws {RangeError} when the sizes do not fit, a value is infinite, a label or a weight no number */
export function checkMatrix({ rows, columns, labels, weights }: TrainingMatrix): void {
  if (!Number.isInteger(columns) || columns < 1 || labels.length < 1) {
    throw new RangeError(`cannot train on ${labels.length} rows of ${columns} columns`);
  }
  if (rows.length !== labels.length * columns) {
    throw new RangeError(
      `${labels.length} labels and ${columns} columns need ${labels.length * columns} values, got ${rows.length}`,
    );
  }
  if (!labels.every(Number.isFinite)) throw new RangeError('a label must be finite');
  for (let i = 0; i < rows.length; i++) {
    const value = rows[i]!;
    if (value === Infinity || value === -Infinity) {
      throw new RangeError(`a feature must be finite or missing (NaN), got ${value}`);
    }
  }
  if (weights === undefined) return;
  if (weights.length !== labels.length) {
    throw new RangeError(`${labels.length} labels need as many weights, got ${weights.length}`);
  }
  if (!weights.every((weight) => weight > 0 && weight < Infinity)) {
    throw new RangeError('a weight must be finite and above 0');
  }
}
