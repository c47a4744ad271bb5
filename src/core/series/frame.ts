import { DomainError } from '../errors.ts';
import type { DurationMs, EpochMs } from '../time.ts';
import { type Series, sliceSeries } from './series.ts';

/** The aligned series of one workload: same start, step and length, one per metric. */
export interface Frame {
  readonly start: EpochMs;
  readonly step: DurationMs;
  /** Grid points, shared by all series. */
  readonly length: number;
  readonly series: ReadonlyMap<string, Series>;
}

/**
 * Joins series that lie on one grid, keyed by metric.
 * @throws {DomainError} `SERIES_EMPTY` without any series, `SERIES_MISALIGNED` when grids differ
 */
export function makeFrame(series: ReadonlyMap<string, Series>): Frame {
  const first = series.values().next().value;
  if (first === undefined)
    throw new DomainError('SERIES_EMPTY', 'a frame needs one series or more');
  for (const [metric, other] of series) {
    const same =
      other.start === first.start &&
      other.step === first.step &&
      other.values.length === first.values.length;
    if (!same) {
      throw new DomainError('SERIES_MISALIGNED', `series ${metric} is not on the frame's grid`, {
        metric,
      });
    }
  }
  return { start: first.start, step: first.step, length: first.values.length, series };
}

/** The rows `[from, to)` of every series, as copies. */
export function sliceFrame(frame: Frame, from: number, to: number): Frame {
  return makeFrame(
    new Map([...frame.series].map(([metric, series]) => [metric, sliceSeries(series, from, to)])),
  );
}
