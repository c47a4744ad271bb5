import type { EpochMs } from '../time.ts';
import { BucketErrors, NOMINAL_TAIL } from './bucket-errors.ts';
import { ErrorBands } from './error-bands.ts';
import type { HorizonBucket } from './horizon-buckets.ts';

/** Newest errors kept of each lead: 400 of a bucket, which has two. */
export const MAX_ERRORS_PER_LEAD = 200;

/** An error of a forecast, known since its actual is. */
export interface ResolvedError {
  /** When the forecast was made: the time of the last value it knew. */
  readonly cutoff: EpochMs;
  /** Steps ahead. */
  readonly step: number;
  /** Actual − point forecast, in the unit of the series. */
  readonly error: number;
  /** The series' scale at the cutoff (`scaleOf`); null when it was unknown. */
  readonly scale: number | null;
}

/** The forecasts made at one cutoff: NaN where the error is unknown yet, or no longer kept. */
export interface RecordedOrigin {
  readonly cutoff: EpochMs;
  /** NaN when unknown. */
  readonly scale: number;
  /** In the order of `ErrorRecord.leads`. */
  readonly errors: Float64Array;
}

interface Lead {
  readonly step: number;
  readonly bucket: BucketErrors;
}

/**
 * The newest errors of a forecaster by origin and lead, moving forward in time, and the bands made of
 * them. Calibration, live updates and the measuring of coverage are all runs of it.
 */
export class ErrorRecord {
  readonly bands: ErrorBands;
  readonly #leads: readonly Lead[];
  readonly #kept: Int32Array;
  /** Ascending in their cutoffs. */
  readonly #origins: RecordedOrigin[] = [];

  constructor(buckets: readonly HorizonBucket[]) {
    const all = buckets.map((bucket) => new BucketErrors(bucket));
    this.bands = new ErrorBands(all);
    this.#leads = all.flatMap((bucket) => bucket.leads.map((step) => ({ step, bucket })));
    this.#kept = new Int32Array(this.#leads.length);
  }

  /** The steps ahead that errors are kept of. */
  get leads(): readonly number[] {
    return this.#leads.map(({ step }) => step);
  }

  get origins(): readonly RecordedOrigin[] {
    return this.#origins;
  }

  /**
   * Takes up the errors that became known at one moment: first judges the bands by them, then makes
   * them part of the bands. Errors at other steps than the leads, and errors it has, are passed over.
   */
  resolve(errors: readonly ResolvedError[]): void {
    const news = errors.filter((each) => this.#isNew(each));
    if (news.length === 0) return;
    this.#adapt(news);
    // Asked again: the same error may have come twice at once.
    for (const each of news) if (this.#isNew(each)) this.keep(each);
    this.bands.reset();
  }

  /** Makes an error part of the bands without judging them by it, as one that was judged before. */
  keep({ cutoff, step, error, scale }: ResolvedError): void {
    const lead = this.#leadOf(step);
    const at = this.#leads[lead];
    if (!at) throw new RangeError(`no errors are kept of step ${step}`);
    const origin = this.#originAt(cutoff, scale ?? Number.NaN);
    origin.errors[lead] = error;
    at.bucket.add(error, origin.scale);
    this.#kept[lead]!++;
    if (this.#kept[lead]! > MAX_ERRORS_PER_LEAD) this.#dropOldest(lead);
  }

  #isNew({ cutoff, step, error }: ResolvedError): boolean {
    const lead = this.#leadOf(step);
    if (lead < 0 || !Number.isFinite(error)) return false;
    const isFull = this.#kept[lead] === MAX_ERRORS_PER_LEAD;
    if (isFull && cutoff < this.#oldest(lead).cutoff) return false;
    const origin = this.#origins[this.#indexFrom(cutoff)];
    return origin?.cutoff !== cutoff || Number.isNaN(origin.errors[lead]!);
  }

  /** One step of every bucket that has errors among these and stands on its own. */
  #adapt(errors: readonly ResolvedError[]): void {
    const judged = new Map<BucketErrors, { below: number; above: number; count: number }>();
    for (const { step, error, scale } of errors) {
      const { bucket } = this.#leads[this.#leadOf(step)]!;
      if (!bucket.isAdaptive || !bucket.isMeasured) continue;
      const counts = judged.get(bucket) ?? { below: 0, above: 0, count: 0 };
      const now = scale ?? Number.NaN;
      if (error < this.bands.quantile(NOMINAL_TAIL, step, now)) counts.below++;
      if (error > this.bands.quantile(1 - NOMINAL_TAIL, step, now)) counts.above++;
      counts.count++;
      judged.set(bucket, counts);
    }
    for (const [bucket, { below, above, count }] of judged) {
      bucket.adapt({ lower: below / count, upper: above / count });
    }
  }

  #leadOf(step: number): number {
    return this.#leads.findIndex((lead) => lead.step === step);
  }

  #originAt(cutoff: EpochMs, scale: number): RecordedOrigin {
    const index = this.#indexFrom(cutoff);
    const found = this.#origins[index];
    if (found?.cutoff === cutoff) return found;
    const errors = new Float64Array(this.#leads.length).fill(Number.NaN);
    const origin = { cutoff, scale, errors };
    this.#origins.splice(index, 0, origin);
    return origin;
  }

  /** Index of the first origin at or after a moment. */
  #indexFrom(cutoff: EpochMs): number {
    let low = 0;
    let high = this.#origins.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#origins[middle]!.cutoff < cutoff) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #dropOldest(lead: number): void {
    const oldest = this.#oldest(lead);
    this.#leads[lead]!.bucket.remove(oldest.errors[lead]!, oldest.scale);
    oldest.errors[lead] = Number.NaN;
    this.#kept[lead]!--;
    while (this.#origins[0]?.errors.every(Number.isNaN)) this.#origins.shift();
  }

  #oldest(lead: number): RecordedOrigin {
    return this.#origins.find(({ errors }) => !Number.isNaN(errors[lead]!))!;
  }
}
