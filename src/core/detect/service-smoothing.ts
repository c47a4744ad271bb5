import { type DurationMs, durationMs, MINUTE } from '../time.ts';

/** After this long a score counts half. */
const HALF_LIFE = durationMs(30 * MINUTE);
/** Older scores would count less than a sixty-fourth. */
const HALF_LIVES = 6;

/** How many rows, the newest included, a smoothed score is made of. */
export function smoothingRows(step: DurationMs): number {
  return Math.max(1, Math.ceil((HALF_LIVES * HALF_LIFE) / step));
}

/**
 * The exponentially weighted mean of each score and those before it, half the weight after half an
 * hour. It ends after three hours, so that a row's answer does not depend on where the scoring began.
 * Missing scores (NaN) are passed over; where the score itself is missing, so is the mean.
 *
 * @param from - the first row to answer for
 */
export function smoothedScores(scores: Float64Array, step: DurationMs, from: number): Float64Array {
  const rows = smoothingRows(step);
  const weights = Float64Array.from(
    { length: rows },
    (_, age) => 0.5 ** ((age * step) / HALF_LIFE),
  );
  const smoothed = new Float64Array(scores.length - from);
  for (let i = from; i < scores.length; i++) {
    let sum = 0;
    let weight = 0;
    for (let age = 0; age < rows && age <= i; age++) {
      const score = scores[i - age]!;
      if (Number.isNaN(score)) continue;
      sum += weights[age]! * score;
      weight += weights[age]!;
    }
    smoothed[i - from] = Number.isNaN(scores[i]!) ? Number.NaN : sum / weight;
  }
  return smoothed;
}
