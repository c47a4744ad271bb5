import { type DurationMs, type EpochMs, epochMs } from '../time.ts';

/** What one call of GetMetricData may ask for and give. */
export const CALL_LIMITS = { queries: 500, points: 100_800 } as const;

/** One series to be read from a moment on. */
export interface SeriesRead {
  readonly from: EpochMs;
  /** Queries it takes: 1, or the inputs of an expression and the expression. */
  readonly queries: number;
}

/** Series that are read by one call, from the earliest moment that one of them needs. */
export interface PackedCall<R extends SeriesRead> {
  readonly from: EpochMs;
  readonly reads: readonly R[];
}

/**
 * Packs series that share a step into few calls. A call reads all of its series from the same moment;
 * reading more points than needed costs nothing, since CloudWatch charges by the metric, but a call
 * may return 100,800 points only: a series joins no call that spans more than twice its own time.
 *
 * @param to - the end of all ranges; a series that begins there or later is left out
 * @example
 * ```ts
 * const read = (minutes: number) => ({ from: epochMs(minutes * 60_000), queries: 1 });
 * const calls = packCalls([read(30), read(0), read(50)], epochMs(3_600_000), durationMs(300_000));
 * calls.map(({ reads }) => reads.length); // => [2, 1]
 * calls.map(({ from }) => from / 60_000); // => [0, 50]
 * ```
 */
export function packCalls<R extends SeriesRead>(
  reads: readonly R[],
  to: EpochMs,
  step: DurationMs,
): readonly PackedCall<R>[] {
  const calls: { from: EpochMs; queries: number; reads: R[] }[] = [];
  const ascending = reads.filter(({ from }) => from < to).sort((a, b) => a.from - b.from);
  for (const read of ascending) {
    const open = calls.at(-1);
    if (open && fits(open, read, to, step)) {
      open.reads.push(read);
      open.queries += read.queries;
    } else {
      calls.push({ from: read.from, queries: read.queries, reads: [read] });
    }
  }
  return calls.map(({ from, reads: packed }) => ({ from: epochMs(from), reads: packed }));
}

/** Points that a series of this step has between two moments. */
export function pointsBetween(from: EpochMs, to: EpochMs, step: DurationMs): number {
  return Math.max(0, Math.ceil((to - from) / step));
}

function fits(
  open: { readonly from: EpochMs; readonly queries: number; readonly reads: readonly SeriesRead[] },
  read: SeriesRead,
  to: EpochMs,
  step: DurationMs,
): boolean {
  const points = (open.reads.length + 1) * pointsBetween(open.from, to, step);
  return (
    open.queries + read.queries <= CALL_LIMITS.queries &&
    points <= CALL_LIMITS.points &&
    to - open.from <= 2 * (to - read.from)
  );
}
