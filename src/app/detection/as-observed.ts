import type { ConfiguredEvent } from '#contracts/config/events.ts';
import type { ScoredMetric, ScoredRow } from '#core/detect/assess.ts';
import { factorAt } from '#core/forecast/known-events.ts';
import { eventsFor } from '../configured-events.ts';
import type { Workload } from '../workload-directory.ts';

/**
 * A row as people saw it: with what configured events multiply values by, which detectors never saw.
 *
 * @param workload - undefined for values that belong to none, which no event is about
 */
export function asObserved(
  row: ScoredRow,
  workload: Pick<Workload, 'id'> | undefined,
  configured: readonly ConfiguredEvent[],
): ScoredRow {
  if (!workload || configured.length === 0) return row;
  const metrics = [...row.metrics].map(([metric, point]) => {
    const factor = factorAt(eventsFor(configured, workload.id, metric), row.at);
    return [metric, factor === 1 ? point : scaled(point, factor)] as const;
  });
  return { ...row, metrics: new Map(metrics) };
}

function scaled(point: ScoredMetric, factor: number): ScoredMetric {
  return {
    ...point,
    value: point.value * factor,
    expected: point.expected * factor,
    tolerance: point.tolerance * factor,
    usual: point.usual * factor,
  };
}
