/** Which features a ridge regression sees. Lags in steps, ascending. */
export interface RidgeShape {
  /** Ends of the blocks of past values that are averaged: 1, 4, 16 is the last, the 3 before, the 12 before. */
  readonly lags: readonly number[];
  /** Steps in a season; null while there is none to use. */
  readonly seasonLength: number | null;
  /** How many seasons back it looks, yesterday included. */
  readonly days: number;
}

/** What is known of the values around a season, all minus the last value. */
const SEASONAL_FEATURES = 4;

export function featureCount({ lags, seasonLength }: RidgeShape): number {
  return lags.length + (seasonLength === null ? 0 : SEASONAL_FEATURES);
}

/** The values before the cutoff that the features need at most, the one at the cutoff included. */
export function stepsNeeded({ lags, seasonLength, days }: RidgeShape): number {
  return Math.max(lags.at(-1) ?? 0, seasonLength === null ? 0 : seasonLength * days) + 1;
}

/**
 * The features of a ridge regression at any origin of a series, every one minus the value there, so
 * that they do not depend on the level (the N of NLinear: Zeng, Chen, Zhang & Xu 2023, "Are
 * transformers effective for time series forecasting?").
 *
 * NLinear regresses on every value of a window. Most of them say the same, so here they are
 * averaged in blocks that grow with their distance, and what lies a whole season from the step that is
 * forecast, or from the origin, comes in by name: the value yesterday and the mean of the days
 * before, at either place.
 *
 * A block that reaches before the first value is cut there; a block or a day that lies before it
 * altogether is taken from what is nearest (the last value, yesterday).
 */
export class RidgeFeatures {
  readonly #shape: RidgeShape;
  readonly #values: Float64Array;
  /** Row by row, the blocks' means at each origin. */
  readonly #blocks: Float64Array;
  /** At index i the value one season before, and the mean of the days before that one. */
  readonly #yesterday: Float64Array;
  readonly #daysBefore: Float64Array;
  readonly #from: number;

  /**
   * @param values - without gaps
   * @param from - the first origin that will be asked for
   */
  constructor(shape: RidgeShape, values: Float64Array, from: number) {
    this.#shape = shape;
    this.#values = values;
    this.#from = from;
    this.#blocks = blockMeans(shape.lags, values, from);
    const { seasonLength, days } = shape;
    const reach = seasonLength === null ? 0 : values.length - from + seasonLength;
    this.#yesterday = new Float64Array(reach);
    this.#daysBefore = new Float64Array(reach);
    for (let i = 0; i < reach; i++) {
      const yesterday = values[from + i - seasonLength!]!;
      this.#yesterday[i] = yesterday;
      this.#daysBefore[i] = meanOfDays(values, from + i, seasonLength!, days) ?? yesterday;
    }
  }

  /**
   * Writes the features of a forecast made at `origin` into `row`.
   *
   * @param ahead - steps from the origin; beyond a season those of the same slot in the first one
   */
  read(origin: number, ahead: number, row: Float64Array): void {
    const { lags, seasonLength } = this.#shape;
    const now = this.#values[origin]!;
    const at = origin - this.#from;
    const blocks = at * lags.length;
    for (let j = 0; j < lags.length; j++) row[j] = this.#blocks[blocks + j]! - now;
    if (seasonLength === null) return;
    const then = at + ((ahead - 1) % seasonLength) + 1;
    row[lags.length] = this.#yesterday[then]! - now;
    row[lags.length + 1] = this.#daysBefore[then]! - now;
    row[lags.length + 2] = this.#yesterday[at]! - now;
    row[lags.length + 3] = this.#daysBefore[at]! - now;
  }
}

function blockMeans(lags: readonly number[], values: Float64Array, from: number): Float64Array {
  const anchor = values[0]!;
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i]! + (values[i]! - anchor);
  const means = new Float64Array((values.length - from) * lags.length);
  for (let origin = from; origin < values.length; origin++) {
    let nearer = 0;
    for (let j = 0; j < lags.length; j++) {
      const to = Math.max(0, origin - nearer);
      const first = Math.max(0, origin - lags[j]!);
      means[(origin - from) * lags.length + j] =
        to > first ? anchor + (sums[to]! - sums[first]!) / (to - first) : values[origin]!;
      nearer = lags[j]!;
    }
  }
  return means;
}

/** The mean of the same slot two to `days` seasons before `index`; undefined before the first value. */
function meanOfDays(
  values: Float64Array,
  index: number,
  seasonLength: number,
  days: number,
): number | undefined {
  let sum = 0;
  let count = 0;
  for (let day = 2; day <= days; day++) {
    const value = values[index - day * seasonLength];
    if (value === undefined) break;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : undefined;
}
