import { createHash } from 'node:crypto';
import { LIMITS } from '#contracts/http/common.ts';
import type { CsvSeries } from '#core/csv/series-index.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { type DurationMs, epochMs, SECOND, toIso } from '#core/time.ts';
import type { WorkloadFlags } from '../command-context.ts';
import { type Points, type Slots, slotsOf } from './slots.ts';

/** A request of the columnar form, ready to be sent. */
export interface Batch extends WorkloadFlags {
  readonly batch_id: string;
  readonly backfill: true;
  readonly source: string;
  readonly instance?: string;
  readonly start: string;
  readonly step_seconds: number;
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}

/** What a file turned out to hold, one series. */
export interface SeriesSummary {
  readonly workload: WorkloadFlags;
  readonly instance: string | undefined;
  readonly metric: string;
  /** Values on the grid. */
  values: number;
  /** First and last slot, as moments. */
  first: number;
  last: number;
  smallest: number;
  largest: number;
  /** Values that the metric's definition says cannot be, such as a ratio of 42. */
  outOfRange: number;
}

/** Turns values, one by one, into batches. */
export interface BatchBuilder {
  add(series: CsvSeries, at: number, value: number): void;
  /** Batches that are full. */
  takeFull(): readonly Batch[];
  /** Everything that is left. */
  takeRest(): readonly Batch[];
  readonly summaries: Iterable<SeriesSummary>;
  /** Values that repeated a moment of their series. */
  readonly repeated: number;
  /** Values that share a slot with another of their series, and were put together. */
  readonly merged: number;
}

export interface BatchOptions {
  readonly step: DurationMs;
  /** The workload that a series is stored under. */
  readonly workloadOf: (series: CsvSeries) => WorkloadFlags;
}

/** Values of one workload before a batch is cut: what one request takes, another slot would not fit. */
const FLUSH_POINTS = LIMITS.maxSamples;
/** Even one endless slot must not fill the memory. */
const MOST_POINTS = 200_000;
/** Of all workloads together. */
const MOST_POINTS_IN_ALL = 1_000_000;
/** A gap longer than this costs less as a request of its own than as nulls. */
const LONGEST_GAP_STEPS = 100;

/** The series of one workload and instance: they share requests. */
interface Group {
  readonly workload: WorkloadFlags;
  readonly instance: string | undefined;
  readonly series: Series[];
  points: number;
  /** Slot that the last value fell into: what is about to get more values. */
  slot: number;
}

interface Series {
  readonly group: Group;
  readonly summary: SeriesSummary;
  points: Points;
}

/**
 * Collects values in any order and cuts them into requests on the grid of `step` (anchored at the
 * epoch): at most 10,000 cells each, gaps as null, long gaps between requests. A cut falls between two
 * slots, never into one that is filling, and only the rows decide about it: importing a file again
 * makes the same batches, whose ids are the hashes of their content. Memory is bounded by the batches,
 * not by the file.
 */
export function createBatchBuilder({ step, workloadOf }: BatchOptions): BatchBuilder {
  const known = new Map<CsvSeries, Series>();
  const groups = new Map<string, Group>();
  let ready: Batch[] = [];
  let total = 0;
  let repeated = 0;
  let merged = 0;

  const open = (key: CsvSeries): Series => {
    const workload = workloadOf(key);
    const { instance, metric } = key;
    const name = JSON.stringify([workload, instance]);
    const group = groups.get(name) ?? { workload, instance, series: [], points: 0, slot: NaN };
    groups.set(name, group);
    // What the file tells apart may be stored as one, when a person names the deployment of all.
    const same = group.series.find(({ summary }) => summary.metric === metric);
    const summary = { workload, instance, metric, ...EMPTY_SUMMARY };
    const series = same ?? { group, summary, points: { at: [], values: [] } };
    if (!same) group.series.push(series);
    known.set(key, series);
    return series;
  };

  const cut = (group: Group): void => {
    const gridded: Gridded[] = [];
    for (const series of group.series) {
      if (series.points.at.length === 0) continue;
      const slots = slotsOf(series.summary.metric, series.points, step);
      series.points = { at: [], values: [] };
      repeated += slots.repeated;
      merged += slots.merged;
      count(series.summary, slots);
      gridded.push({ metric: series.summary.metric, slots });
    }
    total -= group.points;
    group.points = 0;
    ready.push(...batchesOf(group, step, gridded));
  };

  const cutAll = (): void => {
    for (const group of groups.values()) if (group.points > 0) cut(group);
  };

  const add = (key: CsvSeries, at: number, value: number): void => {
    const series = known.get(key) ?? open(key);
    const { group } = series;
    const slot = Math.floor(at / step);
    const isNewSlot = slot !== group.slot;
    group.slot = slot;
    const most = isNewSlot ? FLUSH_POINTS - group.series.length + 1 : MOST_POINTS;
    if (group.points >= most) cut(group);
    series.points.at.push(at);
    series.points.values.push(value);
    group.points++;
    total++;
    if (total > MOST_POINTS_IN_ALL) cutAll();
  };

  const take = (): readonly Batch[] => {
    const taken = ready;
    ready = [];
    return taken;
  };

  return {
    get summaries() {
      return [...new Set(known.values())].map(({ summary }) => summary);
    },
    get repeated() {
      return repeated;
    },
    get merged() {
      return merged;
    },
    add,
    takeFull: take,
    takeRest() {
      cutAll();
      return take();
    },
  };
}

const EMPTY_SUMMARY = {
  values: 0,
  first: Number.POSITIVE_INFINITY,
  last: Number.NEGATIVE_INFINITY,
  smallest: Number.POSITIVE_INFINITY,
  largest: Number.NEGATIVE_INFINITY,
  outOfRange: 0,
};

function count(summary: SeriesSummary, { starts, values }: Slots): void {
  const { minimum, maximum } = metricDefinition(summary.metric);
  summary.values += starts.length;
  summary.first = Math.min(summary.first, starts[0] ?? Number.POSITIVE_INFINITY);
  summary.last = Math.max(summary.last, starts.at(-1) ?? Number.NEGATIVE_INFINITY);
  for (const value of values) {
    if (value < summary.smallest) summary.smallest = value;
    if (value > summary.largest) summary.largest = value;
    if (value < minimum || value > maximum) summary.outOfRange++;
  }
}

interface Gridded {
  readonly metric: string;
  readonly slots: Slots;
}

function batchesOf(group: Group, step: DurationMs, gridded: readonly Gridded[]): readonly Batch[] {
  const batches: Batch[] = [];
  for (let from = 0; from < gridded.length; from += LIMITS.maxMetrics) {
    const some = gridded.slice(from, from + LIMITS.maxMetrics);
    const longest = Math.floor(LIMITS.maxSamples / some.length);
    const starts = some.map(({ slots }) => slots.starts).reduce(union);
    const columns = some.map(({ metric, slots }) => ({ metric, slots, next: 0 }));
    for (const run of runsOf(starts, step, longest))
      batches.push(batchOf(group, step, run, columns));
  }
  return batches;
}

/** All of two ascending lists, ascending, each once. */
function union(left: readonly number[], right: readonly number[]): readonly number[] {
  if (left.length === right.length && left.every((start, i) => start === right[i])) return left;
  const all: number[] = [];
  for (let i = 0, j = 0; i < left.length || j < right.length; ) {
    const a = left[i] ?? Number.POSITIVE_INFINITY;
    const b = right[j] ?? Number.POSITIVE_INFINITY;
    all.push(Math.min(a, b));
    if (a <= b) i++;
    if (b <= a) j++;
  }
  return all;
}

interface Run {
  readonly start: number;
  readonly steps: number;
}

/** Slots in runs of at most `longest` steps, without long gaps inside. */
function runsOf(starts: readonly number[], step: DurationMs, longest: number): readonly Run[] {
  const runs: Run[] = [];
  let first = starts[0];
  let last = first;
  for (const start of starts) {
    if (first === undefined || last === undefined) break;
    if ((start - first) / step >= longest || start - last > LONGEST_GAP_STEPS * step) {
      runs.push({ start: first, steps: (last - first) / step + 1 });
      first = start;
    }
    last = start;
  }
  if (first !== undefined && last !== undefined) {
    runs.push({ start: first, steps: (last - first) / step + 1 });
  }
  return runs;
}

interface Cursor extends Gridded {
  /** First slot that no batch has yet. */
  next: number;
}

function batchOf(group: Group, step: DurationMs, run: Run, cursors: readonly Cursor[]): Batch {
  const end = run.start + run.steps * step;
  const columns: Record<string, readonly (number | null)[]> = {};
  for (const cursor of cursors) {
    const { starts, values } = cursor.slots;
    if (!((starts[cursor.next] ?? Number.POSITIVE_INFINITY) < end)) continue;
    const column = new Array<number | null>(run.steps).fill(null);
    for (; cursor.next < starts.length && starts[cursor.next]! < end; cursor.next++) {
      column[(starts[cursor.next]! - run.start) / step] = values[cursor.next]!;
    }
    columns[cursor.metric] = column;
  }
  const content = {
    ...group.workload,
    source: 'import',
    ...(group.instance !== undefined && { instance: group.instance }),
    start: toIso(epochMs(run.start)),
    step_seconds: step / SECOND,
    columns,
  };
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return { ...content, batch_id: `import-${hash}`, backfill: true };
}
