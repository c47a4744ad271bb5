import type { HorizonBucket } from './horizon-buckets.ts';
import { SortedErrors } from './sorted-errors.ts';

/** Probability of an actual below (above) the band whose tails are adapted: that of 80 %. */
export const NOMINAL_TAIL = 0.1;
/** How far one moment moves a tail, and how far it may go (Gibbs & Candès 2021, both tails apart). */
const GAMMA = 0.03;
const MIN_TAIL = 0.005;
const MAX_TAIL = 0.3;
/** Buckets up to this many steps ahead adapt their tails: errors come back soon enough to learn. */
const LAST_ADAPTIVE_STEP = 36;
/** Beyond this many steps too few errors are independent to tell the sides apart. */
const LAST_SIGNED_STEP = 72;
/** Origins that a bucket has errors from before it stands on its own. */
const MIN_ORIGINS = 30;

/** Probabilities of an actual beyond the two ends of the adapted band. */
export interface Tails {
  readonly lower: number;
  readonly upper: number;
}

export const NOMINAL_TAILS: Tails = { lower: NOMINAL_TAIL, upper: NOMINAL_TAIL };

/**
 * One quantile of the errors as they were, and of the errors in units of the scale at their origin,
 * NaN where the latter are not used.
 */
export interface QuantileParts {
  readonly raw: number;
  readonly scaled: number;
}

/** The errors of one horizon bucket in memory, ready to be asked for quantiles. */
export class BucketErrors {
  readonly bucket: HorizonBucket;
  /** The steps ahead whose errors stand for the bucket: at its quarter points. */
  readonly leads: readonly number[];
  /** The step that their quantiles hold at: the geometric mean of the leads. */
  readonly centre: number;
  readonly isAdaptive: boolean;
  readonly isSymmetric: boolean;
  tails: Tails = NOMINAL_TAILS;
  /** Without their sign in a symmetric bucket. */
  readonly raw = new SortedErrors();
  /** Errors in units of the scale at their origin. */
  readonly #scaled = new SortedErrors();

  constructor(bucket: HorizonBucket) {
    this.bucket = bucket;
    this.leads = leadsOf(bucket);
    this.centre = Math.sqrt(this.leads[0]! * this.leads.at(-1)!);
    this.isAdaptive = bucket.toStep <= LAST_ADAPTIVE_STEP;
    this.isSymmetric = bucket.fromStep > LAST_SIGNED_STEP;
  }

  get size(): number {
    return this.raw.size;
  }

  /** Whether it has enough errors not to borrow any. */
  get isMeasured(): boolean {
    return this.size >= this.needed;
  }

  get needed(): number {
    return MIN_ORIGINS * this.leads.length;
  }

  /** @param scale - NaN when it was unknown */
  add(error: number, scale: number): void {
    const kept = this.#kept(error);
    this.raw.add(kept);
    if (!Number.isNaN(scale)) this.#scaled.add(kept / scale);
  }

  /** Forgets an error that was added. */
  remove(error: number, scale: number): void {
    const kept = this.#kept(error);
    this.raw.remove(kept);
    if (!Number.isNaN(scale)) this.#scaled.remove(kept / scale);
  }

  /** Moves the tails after some actuals of one moment, of which a share lay beyond each end. */
  adapt(missed: Tails): void {
    const { lower, upper } = this.tails;
    this.tails = { lower: moved(lower, missed.lower), upper: moved(upper, missed.upper) };
  }

  /**
   * Both quantiles; the scaled one once enough errors have a scale, and never in a symmetric bucket.
   */
  quantile(q: number): QuantileParts {
    if (this.isSymmetric) return { raw: this.raw.symmetricQuantile(q), scaled: Number.NaN };
    const adapted = this.isAdaptive ? adaptedQuantile(q, this.tails) : q;
    const raw = this.raw.quantile(adapted);
    const hasScales = this.#scaled.size >= this.needed;
    return { raw, scaled: hasScales ? this.#scaled.quantile(adapted) : Number.NaN };
  }

  #kept(error: number): number {
    return this.isSymmetric ? Math.abs(error) : error;
  }
}

function leadsOf({ fromStep, toStep }: HorizonBucket): readonly number[] {
  const width = toStep - fromStep + 1;
  if (width === 1) return [fromStep];
  return [fromStep + Math.floor(width / 4), fromStep + Math.floor((3 * width) / 4)];
}

/** Narrower after no miss, wider after one: in the long run a tenth of the actuals lie beyond. */
function moved(tail: number, missed: number): number {
  return Math.min(MAX_TAIL, Math.max(MIN_TAIL, tail + GAMMA * (NOMINAL_TAIL - missed)));
}

/**
 * The quantile to ask the errors for so that `q` comes out. The tails are known for q = 0.1 and 0.9;
 * for others the log-odds are stretched by the same factor, which keeps their order and the median,
 * and is what a change of the errors' scale does when their tails are exponential.
 */
function adaptedQuantile(q: number, tails: Tails): number {
  const tail = q < 0.5 ? tails.lower : tails.upper;
  if (tail === NOMINAL_TAIL) return q;
  const stretch = logOdds(tail) / logOdds(NOMINAL_TAIL);
  return 1 / (1 + Math.exp(-stretch * logOdds(q)));
}

function logOdds(p: number): number {
  return Math.log(p / (1 - p));
}
