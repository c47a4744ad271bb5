/** Resolved origins without which errors say too little to weigh members by them. */
export const MIN_ORIGINS = 20;

/** Weights fall with the fourth power of the error: twice the error, a sixteenth of the weight. */
const POWER = 4;
/** A member that made no error is not infinitely better: relative errors count from here. */
const SMALLEST_RELATIVE_ERROR = 1e-3;

/** What a member counts, before weights are made to add up to 1; `relative`: its error over naive's. */
export function errorWeight(relative: number): number {
  return Math.max(relative, SMALLEST_RELATIVE_ERROR) ** -POWER;
}
