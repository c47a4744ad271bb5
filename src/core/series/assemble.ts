import { sourceName } from '../observations/observation.ts';
import { type DurationMs, durationMs, type EpochMs } from '../time.ts';
import { counterToRate } from './counter-rate.ts';
import type { Frame } from './frame.ts';
import { type Grid, slotOf } from './grid.ts';
import { type MetricDefinition, metricDefinition } from './metric-catalogue.ts';
import { resample } from './resample.ts';
import { makeSeries, type Series } from './series.ts';

/** What one source delivered of one metric at one step, empty slots left out. */
export interface SourceColumn {
  readonly metric: string;
  /** `name`, or `name@instance` when the source measures several instances of the workload. */
  readonly source: string;
  readonly step: DurationMs;
  readonly slots: readonly {
    readonly start: EpochMs;
    readonly value: number;
    /** When the source knew the value: later knowledge wins over earlier. */
    readonly asOf: EpochMs;
  }[];
}

/** What `assembleFrame` needs to know. */
export interface AssembleRequest {
  /** Each series' id is `${idPrefix}/${metric}`; by convention the workload's key. */
  readonly idPrefix: string;
  readonly grid: Grid;
  /** One column per metric, source and step, in any order. */
  readonly columns: readonly SourceColumn[];
  /** Metrics whose values are running totals. They need a reading before the grid's first slot. */
  readonly counters?: ReadonlySet<string>;
  /** Longest interval of a counter that gives a rate, in steps of its column. */
  readonly counterGapSteps?: number;
}

/** Two readings in a row may be lost before a counter's rate counts as unknown. */
export const COUNTER_GAP_STEPS = 3;

/** One candidate for a series: values on the grid, and how late each was known. */
interface Track {
  readonly values: Float64Array;
  readonly asOf: Float64Array;
}

/**
 * Makes the frame of one workload out of whatever its sources delivered.
 *
 * 1. Counters become rates (`counterToRate`), then each column is resampled by its metric's rule.
 * 2. Columns of one instance: at each grid point the value known latest wins, on a tie the greater.
 * 3. Instances of one source: combined by the metric's `acrossInstances` rule, over those present at
 *    that grid point. A sum over instances is so a lower bound while one of them is late.
 * 4. Different sources: again the value known latest wins, on a tie the greater. They measure the
 *    same thing, so they are never added up.
 *
 * A slot coarser than the grid fills only the grid point it starts in: a mean over five minutes is
 * no observation of each of them. Values are not judged here; `cleanSeries` does that.
 *
 * @returns the metrics with at least one value, in alphabetical order; possibly none at all
 */
export function assembleFrame(request: AssembleRequest): Frame {
  const { grid, idPrefix } = request;
  const series = new Map<string, Series>();
  for (const [metric, columns] of inOrder(groupBy(request.columns, ({ metric }) => metric))) {
    const definition = metricDefinition(metric);
    const sources = groupBy(columns, ({ source }) => sourceName(source));
    const tracks = [...sources.values()].map((own) => trackOfSource(own, definition, request));
    const { values } = latestKnown(tracks, grid.length);
    if (values.every(Number.isNaN)) continue;
    const id = `${idPrefix}/${metric}`;
    const { start, step } = grid;
    series.set(metric, makeSeries({ id, unit: definition.unit, start, step, values }));
  }
  return { start: grid.start, step: grid.step, length: grid.length, series };
}

function trackOfSource(
  columns: readonly SourceColumn[],
  definition: MetricDefinition,
  request: AssembleRequest,
): Track {
  // In a fixed order, because the last bit of a sum depends on it.
  const instances = inOrder(groupBy(columns, ({ source }) => source)).map(([, own]) =>
    latestKnown(
      own.map((column) => trackOfColumn(column, definition, request)),
      request.grid.length,
    ),
  );
  return acrossInstances(instances, definition.acrossInstances, request.grid.length);
}

function trackOfColumn(
  column: SourceColumn,
  definition: MetricDefinition,
  request: AssembleRequest,
): Track {
  const { grid, counters, counterGapSteps = COUNTER_GAP_STEPS } = request;
  const points = column.slots.map(({ start, value }) => ({ at: start, value }));
  const isCounter = counters?.has(column.metric) ?? false;
  const observed = isCounter
    ? counterToRate(points, durationMs(column.step * counterGapSteps))
    : points;
  const asOf = new Float64Array(grid.length).fill(-Infinity);
  for (const slot of column.slots) {
    const at = slotOf(grid, slot.start);
    if (at === undefined || Number.isNaN(slot.value)) continue;
    asOf[at] = Math.max(asOf[at]!, slot.asOf);
  }
  return { values: resample(observed, grid, definition.resample), asOf };
}

/** At each grid point the value with the latest as-of time; on a tie the greater one. */
function latestKnown(tracks: readonly Track[], length: number): Track {
  const best = emptyTrack(length);
  for (const { values, asOf } of tracks) {
    for (let i = 0; i < length; i++) {
      if (Number.isNaN(values[i]!)) continue;
      const isLater = asOf[i]! > best.asOf[i]!;
      const isGreater = asOf[i] === best.asOf[i] && !(values[i]! <= best.values[i]!);
      if (!isLater && !isGreater) continue;
      best.values[i] = values[i]!;
      best.asOf[i] = asOf[i]!;
    }
  }
  return best;
}

function acrossInstances(
  instances: readonly Track[],
  rule: MetricDefinition['acrossInstances'],
  length: number,
): Track {
  const whole = emptyTrack(length);
  for (let i = 0; i < length; i++) {
    let count = 0;
    for (const { values, asOf } of instances) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      const soFar = whole.values[i]!;
      if (count === 0) whole.values[i] = value;
      else whole.values[i] = rule === 'max' ? Math.max(soFar, value) : soFar + value;
      whole.asOf[i] = Math.max(whole.asOf[i]!, asOf[i]!);
      count++;
    }
    if (rule === 'mean' && count > 0) whole.values[i]! /= count;
  }
  return whole;
}

function emptyTrack(length: number): Track {
  return {
    values: new Float64Array(length).fill(Number.NaN),
    asOf: new Float64Array(length).fill(-Infinity),
  };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function inOrder<T>(groups: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...groups].sort(([left], [right]) => (left < right ? -1 : 1));
}
