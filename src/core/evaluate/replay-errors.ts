import { type BacktestResult, candidateOf } from './backtest.ts';
import { ErrorRecord, type ResolvedError } from './error-record.ts';
import { bucketsWithin } from './horizon-buckets.ts';

/** A candidate of a backtest, as far as its record of errors has come. */
export interface ReplayedOrigin {
  /** Index of the origin in the backtest. */
  readonly row: number;
  /** Of what was known at that origin. */
  readonly record: ErrorRecord;
}

/**
 * Goes through a backtest as time went: before each origin the record takes up the errors that became
 * known since the one before it, then `visit` sees it.
 *
 * @param scales - of the series at each origin; NaN where unknown
 * @param resolvedBy - index in the series; only what was known by then is used
 * @returns the record at the end
 * @throws {RangeError} when there is no such candidate
 */
export function replayErrors(
  result: BacktestResult,
  name: string,
  scales: Float64Array,
  visit: (at: ReplayedOrigin) => void = () => {},
  resolvedBy = Infinity,
): ErrorRecord {
  const { errors } = candidateOf(result, name);
  const record = new ErrorRecord(bucketsWithin(result.horizon));
  // The first row of each lead whose error was not known before.
  const next = new Int32Array(record.leads.length);
  const resolve = (moment: number) => {
    const news: ResolvedError[] = [];
    record.leads.forEach((step, lead) => {
      for (; next[lead]! < result.origins.length; next[lead]!++) {
        const row = next[lead]!;
        if (result.origins[row]! + step > moment) break;
        const scale = scales[row]!;
        news.push({
          cutoff: result.cutoffs[row]!,
          step,
          error: errors[row * result.horizon + step - 1]!,
          scale: Number.isNaN(scale) ? null : scale,
        });
      }
    });
    record.resolve(news);
  };
  result.origins.forEach((origin, row) => {
    if (origin > resolvedBy) return;
    resolve(origin);
    visit({ row, record });
  });
  resolve(resolvedBy);
  return record;
}
