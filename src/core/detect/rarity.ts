const ROOT_OF_TAU = Math.sqrt(2 * Math.PI);

/**
 * How rare it is that a standard normal number is greater than `deviation`: the negative natural
 * logarithm of the probability, so that 1 more is e times rarer. On this scale the greatest of many
 * numbers follows Gumbel's distribution almost exactly, which it approaches only slowly on their own
 * (Cook 1982, Towards better estimation of extreme winds). Within 0.003 above 0, by the formula of
 * Börjesson & Sundberg 1979, Simple approximations of the error function.
 *
 * @returns 0 below 0, where nothing is rare; NaN of NaN
 * @example
 * ```ts
 * rarityOf(3).toFixed(2); // => '6.61'
 * rarityOf(-3); // => 0
 * ```
 */
export function rarityOf(deviation: number): number {
  if (deviation < 0) return 0;
  const root = Math.sqrt(deviation * deviation + 5.51);
  return (deviation * deviation) / 2 + Math.log(ROOT_OF_TAU * (0.661 * deviation + 0.339 * root));
}
