import { isDomainError } from '#core/errors.ts';
import { addMs, type DurationMs, type EpochMs, epochMs } from '#core/time.ts';
import type { PromAnswer, PrometheusApi, PromSeries } from './prometheus-api.ts';

export interface RangeOptions {
  readonly step: DurationMs;
  /** Values of a series in one request. */
  readonly maxPoints: number;
  readonly signal?: AbortSignal | undefined;
}

/** A part of a range as it was answered. */
export interface RangePart extends PromAnswer {
  /** First and last time of evaluation. */
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/**
 * Reads an expression over a range in parts, at the multiples of `step` in it (`to` not included), so
 * that any two reads ask for the same times. An answer that is too large, of either side, is read in
 * halves.
 *
 * @throws {DomainError} as the API; `PAYLOAD_TOO_LARGE` where a single time is too much
 */
export async function* readRange(
  api: Pick<PrometheusApi, 'range'>,
  query: string,
  range: { readonly from: EpochMs; readonly to: EpochMs },
  options: RangeOptions,
): AsyncGenerator<RangePart> {
  const { step, signal } = options;
  const last = epochMs((Math.ceil(range.to / step) - 1) * step);
  let points = options.maxPoints;
  for (let from = epochMs(Math.ceil(range.from / step) * step); from <= last; ) {
    const to = epochMs(Math.min(last, addMs(from, step, points - 1)));
    try {
      const answer = await api.range(query, { from, to, step }, { signal });
      yield { ...answer, from, to };
      from = addMs(to, step);
    } catch (error) {
      const asked = Math.round((to - from) / step) + 1;
      if (!isDomainError(error, 'PAYLOAD_TOO_LARGE') || asked === 1) throw error;
      points = Math.ceil(asked / 2);
    }
  }
}

/** The values of a series that are numbers, and how many are infinite. `NaN` says that there is none. */
export function finiteSamples(series: PromSeries): {
  readonly samples: PromSeries['samples'];
  readonly infinite: number;
} {
  const samples = series.samples.filter(({ value }) => Number.isFinite(value));
  const infinite = series.samples.filter(({ value }) => Math.abs(value) === Infinity).length;
  return { samples, infinite };
}
