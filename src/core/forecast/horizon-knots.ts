/**
 * The steps ahead at which a model is fitted when every step would be too many: 1 2 3 4 6 8 12 16 24
 * and so on, two to every doubling, and the last step itself. Forecasts change fast at first and
 * slowly later, so the steps between two knots can be filled in.
 *
 * @param last - 1 or more
 * @returns ascending, from 1 to `last`
 * @example
 * ```ts
 * horizonKnots(10); // => [1, 2, 3, 4, 6, 8, 10]
 * ```
 */
export function horizonKnots(last: number): readonly number[] {
  const knots = [1];
  for (let power = 2; power < last; power *= 2) {
    knots.push(power);
    if (power * 1.5 < last) knots.push(power * 1.5);
  }
  return last > 1 ? [...knots, last] : knots;
}
