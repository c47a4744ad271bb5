/**
 * Slope a step of the line with the least squared distance to equally spaced values, NaN passed
 * over. 0 with fewer than two values.
 *
 * @example
 * ```ts
 * leastSquaresSlope([1, Number.NaN, 5, 7]); // => 2
 * ```
 */
export function leastSquaresSlope(values: ArrayLike<number>): number {
  let count = 0;
  let positions = 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    count++;
    positions += i;
    sum += value;
  }
  const centre = positions / count;
  const level = sum / count;
  let products = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    products += (i - centre) * (value - level);
    squares += (i - centre) ** 2;
  }
  return squares > 0 ? products / squares : 0;
}
