import type { HourSummary } from '../observations/hour-summary.ts';
import { floorTo, HOUR } from '../time.ts';
import { gridCovering, slotOf } from './grid.ts';
import { type MetricDefinition, metricDefinition } from './metric-catalogue.ts';
import { makeSeries, type Series } from './series.ts';

/**
 * The hourly series of one metric out of its hours' summaries, by the metric's own rule: mean, sum or
 * maximum of the hour (the mean also where the rule is the last value, which a summary does not
 * hold). Hours nobody has summed up are NaN.
 *
 * @param hours - of this metric, in any order; of two for the same hour the later in the list counts
 * @param range - whole hours from `from` to before `to`
 */
export function hourlySeries(
  id: string,
  metric: string,
  hours: readonly HourSummary[],
  range: { readonly from: HourSummary['hour']; readonly to: HourSummary['hour'] },
): Series {
  const definition = metricDefinition(metric);
  const grid = gridCovering({ from: range.from, to: floorTo(range.to, HOUR) }, HOUR);
  const values = new Float64Array(grid.length).fill(Number.NaN);
  for (const hour of hours) {
    const slot = slotOf(grid, hour.hour);
    if (slot !== undefined && hour.count > 0) values[slot] = amountOf(hour, definition);
  }
  return makeSeries({ id, unit: definition.unit, start: grid.start, step: HOUR, values });
}

function amountOf({ count, sum, maximum }: HourSummary, { resample }: MetricDefinition): number {
  if (resample === 'sum') return sum;
  return resample === 'max' ? maximum : sum / count;
}
