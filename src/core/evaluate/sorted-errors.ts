/**
 * Errors kept in ascending order, so that their quantiles cost nothing to read. One enters or leaves
 * in the time of moving a block of memory.
 */
export class SortedErrors {
  #values: Float64Array;
  #size: number;

  constructor(errors: ArrayLike<number> = []) {
    this.#values = new Float64Array(errors).sort();
    this.#size = this.#values.length;
  }

  get size(): number {
    return this.#size;
  }

  add(error: number): void {
    if (this.#size === this.#values.length) this.#grow();
    const at = this.#firstFrom(error);
    this.#values.copyWithin(at + 1, at, this.#size);
    this.#values[at] = error;
    this.#size++;
  }

  /** Takes out one error of this value. @throws {RangeError} when there is none */
  remove(error: number): void {
    const at = this.#firstFrom(error);
    if (at >= this.#size || this.#values[at] !== error) {
      throw new RangeError(`no error ${error} to remove`);
    }
    this.#values.copyWithin(at, at + 1, this.#size);
    this.#size--;
  }

  /**
   * The quantile at rank (n + 1) q, interpolated between neighbours, the extreme error where that
   * rank does not exist (Hyndman & Fan 1996, type 6). The next of n + 1 exchangeable errors lies
   * below it with probability q. NaN without errors.
   */
  quantile(q: number): number {
    const size = this.#size;
    return interpolate((size + 1) * q, size, (rank) => this.#values[rank - 1]!);
  }

  /**
   * The quantile when every error could as well have had the other sign: 0 at the median, as far
   * below it as above. NaN without errors. Only for absolute errors.
   */
  symmetricQuantile(q: number): number {
    const size = this.#size;
    // The ranks of −e and e together: the larger half are the errors themselves.
    return interpolate((2 * size + 1) * q, 2 * size, (rank) =>
      rank > size ? this.#values[rank - size - 1]! : -this.#values[size - rank]!,
    );
  }

  /** A copy, ascending. */
  toArray(): Float64Array {
    return this.#values.slice(0, this.#size);
  }

  #firstFrom(error: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#values[middle]! < error) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    const larger = new Float64Array(Math.max(16, 2 * this.#values.length));
    larger.set(this.#values);
    this.#values = larger;
  }
}

/** Ascends in `position`: it is never rounded past the next error. */
function interpolate(position: number, size: number, at: (rank: number) => number): number {
  if (size === 0) return Number.NaN;
  if (position <= 1) return at(1);
  if (position >= size) return at(size);
  const rank = Math.floor(position);
  const below = at(rank);
  const above = at(rank + 1);
  return Math.min(above, below + (position - rank) * (above - below));
}
