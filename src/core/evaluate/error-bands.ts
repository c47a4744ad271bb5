import type { BucketErrors } from './bucket-errors.ts';
import { SortedErrors } from './sorted-errors.ts';

/** With fewer one-step errors there are no bands: (9 + 1) × 0.1 is the first rank of 80 %. */
const MIN_ERRORS = 9;
/** The width of a band grows no faster than that of a random walk's, as the square root. */
const MAX_GROWTH = 0.5;

/**
 * The quantiles of a forecaster's own error at any step ahead, out of the errors of its buckets.
 *
 * In a bucket a quantile is half that of its errors as they were, half that of its errors in units of
 * the scale at their origin, times the scale now. It holds at the bucket's centre; between two
 * centres it is interpolated over the logarithm of the step, so that a band has no jumps. Beyond the
 * last centre it grows with a power of the step: the one by which the 80 % band grew from the centre
 * before, from 0 (a band that has reached its width) to 0.5 (a random walk).
 *
 * A bucket with errors from fewer than 30 origins borrows those of the buckets before it, nearest
 * first, enlarged by the square root of the ratio of the steps, and is neither scaled nor adapted.
 *
 * Ascending in q at every step and for every scale, so bands made of it never cross.
 */
export class ErrorBands {
  readonly buckets: readonly BucketErrors[];
  readonly #pools = new Map<BucketErrors, SortedErrors>();
  #growth: number | undefined;
  /** For each step the centre before it, and how far on it is, as a share of the way to the next. */
  #left = new Int32Array(0);
  #share = new Float64Array(0);

  constructor(buckets: readonly BucketErrors[]) {
    this.buckets = buckets;
  }

  get areReady(): boolean {
    return this.buckets[0]!.size >= MIN_ERRORS;
  }

  /** To be called when errors have come or gone. */
  reset(): void {
    this.#pools.clear();
    this.#growth = undefined;
  }

  /** The quantile `q` of the error at one step. @param scale - NaN when unknown */
  quantile(q: number, step: number, scale: number): number {
    this.#locate(step);
    const left = this.#left[step - 1]!;
    const share = this.#share[step - 1]!;
    const before = this.#atCentre(left, q, scale);
    if (left === this.buckets.length - 1) return before * Math.exp(this.#growthBeyond() * share);
    return between(before, this.#atCentre(left + 1, q, scale), share);
  }

  /**
   * The quantile `q` of the error at the steps 1..horizon.
   * @param scale - of the moment the forecast is made; NaN when it is unknown
   */
  path(q: number, horizon: number, scale: number): Float64Array {
    this.#locate(horizon);
    const last = this.buckets.length - 1;
    const values = this.buckets.map((_, i) => this.#atCentre(i, q, scale));
    const power = this.#growthBeyond();
    const path = new Float64Array(horizon);
    for (let h = 0; h < horizon; h++) {
      const left = this.#left[h]!;
      const share = this.#share[h]!;
      path[h] =
        left === last
          ? values[last]! * Math.exp(power * share)
          : between(values[left]!, values[left + 1]!, share);
    }
    return path;
  }

  #atCentre(index: number, q: number, scale: number): number {
    const errors = this.buckets[index]!;
    if (!errors.isMeasured) return this.#plainQuantile(errors, index, q);
    const { raw, scaled } = errors.quantile(q);
    const now = scaled * scale;
    return Number.isNaN(now) ? raw : (raw + now) / 2;
  }

  /** The quantile of a bucket's own and borrowed errors, neither scaled nor adapted. */
  #plainQuantile(errors: BucketErrors, index: number, q: number): number {
    const sorted = errors.isMeasured ? errors.raw : this.#pool(errors, index);
    return errors.isSymmetric ? sorted.symmetricQuantile(q) : sorted.quantile(q);
  }

  #pool(errors: BucketErrors, index: number): SortedErrors {
    const known = this.#pools.get(errors);
    if (known) return known;
    const values = [...errors.raw.toArray()];
    for (let i = index - 1; i >= 0 && values.length < errors.needed; i--) {
      const lender = this.buckets[i]!;
      const factor = Math.sqrt(errors.centre / lender.centre);
      for (const error of lender.raw.toArray()) {
        values.push(factor * (errors.isSymmetric ? Math.abs(error) : error));
      }
    }
    const pool = new SortedErrors(values);
    this.#pools.set(errors, pool);
    return pool;
  }

  #growthBeyond(): number {
    this.#growth ??= this.#measureGrowth();
    return this.#growth;
  }

  #measureGrowth(): number {
    const last = this.buckets.length - 1;
    if (last === 0) return MAX_GROWTH;
    const steps = this.buckets[last]!.centre / this.buckets[last - 1]!.centre;
    const power = Math.log(this.#width(last) / this.#width(last - 1)) / Math.log(steps);
    // Not a number: both bands have no width.
    return power > 0 ? Math.min(MAX_GROWTH, power) : 0;
  }

  /** Of the 80 % band at a centre. */
  #width(index: number): number {
    const errors = this.buckets[index]!;
    return this.#plainQuantile(errors, index, 0.9) - this.#plainQuantile(errors, index, 0.1);
  }

  #locate(horizon: number): void {
    if (horizon <= this.#left.length) return;
    const centres = this.buckets.map(({ centre }) => centre);
    const last = centres.length - 1;
    this.#left = new Int32Array(horizon);
    this.#share = new Float64Array(horizon);
    let left = 0;
    for (let step = 1; step <= horizon; step++) {
      while (left < last && centres[left + 1]! <= step) left++;
      const gone = Math.log(step / centres[left]!);
      this.#left[step - 1] = left;
      // Beyond the last centre there is no way to measure by: the log-steps themselves.
      this.#share[step - 1] =
        left === last ? gone : gone / Math.log(centres[left + 1]! / centres[left]!);
    }
  }
}

/** This form, unlike a + s (b − a), keeps the order of quantiles in floating point. */
function between(before: number, after: number, share: number): number {
  return (1 - share) * before + share * after;
}
