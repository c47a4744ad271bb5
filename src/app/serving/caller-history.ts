import type { PredictRequest } from '#contracts/http/predict.ts';
import { DomainError } from '#core/errors.ts';
import { gridCovering } from '#core/series/grid.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { resample } from '#core/series/resample.ts';
import { makeSeries, type Series } from '#core/series/series.ts';
import { addMs, durationMs, type EpochMs, epochMs, MINUTE, toIso } from '#core/time.ts';
import type { Workload } from '../workload-directory.ts';

/** Slots of a caller's history at most, whatever the spread of its timestamps. */
const MAX_SLOTS = 20_160;
/** Clocks of callers may run ahead by this much, as those of agents may. */
const MAX_AHEAD = durationMs(5 * MINUTE);

/**
 * The observations a caller sent, on the workload's grid.
 * @throws {DomainError} `SERIES_EMPTY` without a value, `REQUEST_INVALID` when they span too much or
 *   lie in the future: a model would be moved forward over a hole of any length
 */
export function seriesOfCaller(
  workload: Pick<Workload, 'key' | 'gridStep'>,
  metric: string,
  history: NonNullable<PredictRequest['history']>,
  now: EpochMs,
): Series {
  const points = history.flatMap(({ timestamp, value }) =>
    value === null ? [] : [{ at: epochMs(Date.parse(timestamp)), value }],
  );
  if (points.length === 0) {
    throw new DomainError('SERIES_EMPTY', 'history holds no value', { points: history.length });
  }
  const times = points.map(({ at }) => at);
  const from = epochMs(Math.min(...times));
  const newest = epochMs(Math.max(...times));
  if (newest > addMs(now, MAX_AHEAD)) {
    throw new DomainError(
      'REQUEST_INVALID',
      `history holds ${toIso(newest)}, which is yet to come`,
      {
        newest: toIso(newest),
        now: toIso(now),
      },
    );
  }
  const to = addMs(newest, workload.gridStep);
  if ((to - from) / workload.gridStep > MAX_SLOTS) {
    throw new DomainError('REQUEST_INVALID', `history spans more than ${MAX_SLOTS} steps`, {
      maxSteps: MAX_SLOTS,
    });
  }
  const grid = gridCovering({ from, to }, workload.gridStep);
  const definition = metricDefinition(metric);
  const values = resample(points, grid, definition.resample);
  const last = values.findLastIndex((value) => !Number.isNaN(value));
  return makeSeries({
    id: `${workload.key}/${metric}`,
    unit: definition.unit,
    start: grid.start,
    step: grid.step,
    values: values.subarray(0, last + 1),
  });
}
