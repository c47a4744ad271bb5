/** Coefficients a of the polynomial `1 - a₁B - … - aₖBᵏ`, and their derivatives. */
export interface StationaryCoefficients {
  readonly coefficients: Float64Array;
  /** `jacobian[i * k + j]` is the derivative of coefficient i by free parameter j. */
  readonly jacobian: Float64Array;
}

/** Keeps the roots off the unit circle where a hyperbolic tangent rounds to one. */
const LARGEST_PARTIAL = 0.99999;

/**
 * A polynomial whose roots all lie outside the unit circle, out of parameters that are free to be
 * any numbers: their hyperbolic tangents are the partial autocorrelations, from which the
 * coefficients follow by the Durbin-Levinson recursion (J. F. Monahan: "A note on enforcing
 * stationarity in autoregressive-moving average models", Biometrika 71, 1984). A last parameter of
 * zero gives the polynomial without it.
 */
export function stationaryCoefficients(free: ArrayLike<number>): StationaryCoefficients {
  const size = free.length;
  let a = new Float64Array(size);
  let jacobian = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    const tangent = Math.tanh(free[k]!);
    const partial = LARGEST_PARTIAL * tangent;
    const next = a.slice();
    const nextJacobian = jacobian.slice();
    for (let i = 0; i < k; i++) {
      const mirror = k - 1 - i;
      next[i]! -= partial * a[mirror]!;
      for (let j = 0; j < k; j++) {
        nextJacobian[i * size + j]! -= partial * jacobian[mirror * size + j]!;
      }
      nextJacobian[i * size + k] = -a[mirror]! * LARGEST_PARTIAL * (1 - tangent * tangent);
    }
    next[k] = partial;
    nextJacobian[k * size + k] = LARGEST_PARTIAL * (1 - tangent * tangent);
    a = next;
    jacobian = nextJacobian;
  }
  return { coefficients: a, jacobian };
}

/**
 * Tells whether every root of `1 - a₁z - … - aₖzᵏ` is larger than `radius` in modulus. With
 * `z = radius × w` these are the roots of another polynomial outside the unit circle, which holds
 * exactly when its partial autocorrelations, by the recursion run backwards, are all below one.
 *
 * @example
 * ```ts
 * rootsLieOutside([0.5], 1.9); // => true
 * rootsLieOutside([0.5], 2.1); // => false
 * ```
 */
export function rootsLieOutside(coefficients: ArrayLike<number>, radius: number): boolean {
  let a = Float64Array.from(coefficients, (value, i) => value * radius ** (i + 1));
  for (let k = a.length - 1; k >= 0; k--) {
    const partial = a[k]!;
    if (!(Math.abs(partial) < 1)) return false;
    const shorter = new Float64Array(k);
    for (let i = 0; i < k; i++) {
      shorter[i] = (a[i]! + partial * a[k - 1 - i]!) / (1 - partial * partial);
    }
    a = shorter;
  }
  return true;
}
