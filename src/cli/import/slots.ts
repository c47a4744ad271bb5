import { metricDefinition, type ResampleRule } from '#core/series/metric-catalogue.ts';
import { resample } from '#core/series/resample.ts';
import { type DurationMs, epochMs } from '#core/time.ts';

/** Values of one series as they came: `at[i]` belongs to `values[i]`. */
export interface Points {
  readonly at: number[];
  readonly values: number[];
}

/** The same on the grid, a value a slot, ascending. */
export interface Slots {
  /** Slot starts. */
  readonly starts: readonly number[];
  readonly values: readonly number[];
  /** Values that repeated a moment: the greater one was kept, as the store does. */
  readonly repeated: number;
  /** Values that were put together with others of their slot, by the rule of the metric. */
  readonly merged: number;
}

/** Puts the values of one series on the grid of `step`, anchored at the epoch. */
export function slotsOf(metric: string, points: Points, step: DurationMs): Slots {
  const { at, values } = unique(points);
  const { resample: rule } = metricDefinition(metric);
  const starts: number[] = [];
  const result: number[] = [];
  for (let from = 0; from < at.length; ) {
    const start = Math.floor(at[from]! / step) * step;
    let to = from + 1;
    while (to < at.length && at[to]! < start + step) to++;
    starts.push(start);
    result.push(
      to === from + 1 ? values[from]! + 0 : together(at, values, from, to, start, step, rule),
    );
    from = to;
  }
  const repeated = points.at.length - at.length;
  return { starts, values: result, repeated, merged: at.length - starts.length };
}

function together(
  at: readonly number[],
  values: readonly number[],
  from: number,
  to: number,
  start: number,
  step: DurationMs,
  rule: ResampleRule,
): number {
  const points = at.slice(from, to).map((each, i) => ({
    at: epochMs(each),
    value: values[from + i] ?? Number.NaN,
  }));
  return resample(points, { start: epochMs(start), step, length: 1 }, rule)[0] ?? Number.NaN;
}

/** Ascending in time, one value a moment. */
function unique(points: Points): Points {
  if (points.at.every((at, i) => i === 0 || at > points.at[i - 1]!)) return points;
  const order = points.at.map((_, i) => i);
  order.sort((left, right) => points.at[left]! - points.at[right]!);
  const sorted: Points = { at: [], values: [] };
  for (const index of order) {
    const [at, value] = [points.at[index]!, points.values[index]!];
    const last = sorted.at.length - 1;
    if (sorted.at[last] === at) sorted.values[last] = Math.max(sorted.values[last]!, value);
    else {
      sorted.at.push(at);
      sorted.values.push(value);
    }
  }
  return sorted;
}
