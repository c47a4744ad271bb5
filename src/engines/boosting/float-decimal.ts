/** Digits that any 32-bit float can be told by. */
const MOST_DIGITS = 9;
/** A decimal of as many digits or fewer is found at this precision: zeros at its end are dropped. */
const LEAST_DIGITS = 6;

/** The decimal with the fewest digits that is the same 32-bit float. -0 becomes 0, as in JSON. */
export function shortestDecimal(float: number): number {
  for (let digits = LEAST_DIGITS; digits < MOST_DIGITS; digits++) {
    const decimal = Number(float.toPrecision(digits));
    if (Math.fround(decimal) === float) return decimal + 0;
  }
  return Number(float.toPrecision(MOST_DIGITS)) + 0;
}
