import { normal, seededRandom, uniform } from '#core/math/random.ts';
import type { TrainingMatrix } from '#engines/boosting/training-matrix.ts';

/** A smooth function of two of ten columns, with noise. */
export function smoothMatrix(rowCount: number, columns = 10): TrainingMatrix {
  const random = seededRandom(1, 'smooth');
  const rows = Float32Array.from({ length: rowCount * columns }, () => uniform(random, -3, 3));
  const labels = Float32Array.from(
    { length: rowCount },
    (_, i) =>
      Math.sin(rows[i * columns]!) + rows[i * columns + 1]! ** 2 + 0.1 * normal(random) + 100,
  );
  return { rows, columns, labels };
}

/** Columns full of missing values, of -1 and of its neighbours, all of which matter to the label. */
export function awkwardMatrix(rowCount: number): TrainingMatrix {
  const random = seededRandom(2, 'awkward');
  const columns = 4;
  const values = [Number.NaN, -1, -1 - 2 ** -23, -1 + 2 ** -23, 0, -0, 1e-30, 3e38];
  const worth = [5, -4, 3, 2, -1, -1, 0, 7];
  const picks = Array.from({ length: rowCount * columns }, () =>
    Math.floor(uniform(random, 0, values.length)),
  );
  const rows = Float32Array.from(picks, (pick) => values[pick]!);
  const labels = Float32Array.from(
    { length: rowCount },
    (_, i) => worth[picks[i * columns]!]! * worth[picks[i * columns + 1]!]!,
  );
  return { rows, columns, labels };
}

/** Few distinct values a column, as counts and hours are. */
export function steppedMatrix(rowCount: number): TrainingMatrix {
  const random = seededRandom(3, 'stepped');
  const columns = 6;
  const rows = Float32Array.from({ length: rowCount * columns }, () =>
    Math.floor(uniform(random, -4, 8)),
  );
  const labels = Float32Array.from({ length: rowCount }, (_, i) =>
    rows[i * columns] === 3 ? 1000 : rows[i * columns + 5]! * 7,
  );
  return { rows, columns, labels };
}

/** One row of a matrix. */
export function rowOf({ rows, columns }: TrainingMatrix, i: number): Float32Array {
  return rows.subarray(i * columns, (i + 1) * columns);
}
