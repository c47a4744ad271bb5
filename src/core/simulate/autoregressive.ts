import { normal, type Random } from '../math/random.ts';

/**
 * A stationary autoregressive process of order 1 with mean 0: each call gives the next value. It
 * forgets half of a deviation in `halfLife`; its long-run standard deviation is `sd` (Box, Jenkins
 * & Reinsel, Time Series Analysis, 3.2.3: x' = φx + ε, sd ε = sd · √(1 − φ²)).
 *
 * @param step - time between two calls, in the unit of `halfLife`
 */
export function autoregressive(
  random: Random,
  process: { readonly sd: number; readonly halfLife: number },
  step: number,
): () => number {
  const phi = 0.5 ** (step / process.halfLife);
  const innovation = process.sd * Math.sqrt(1 - phi * phi);
  let value = process.sd * normal(random);
  return () => {
    const current = value;
    value = phi * value + innovation * normal(random);
    return current;
  };
}
