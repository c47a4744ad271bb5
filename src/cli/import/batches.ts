import { createHash } from 'node:crypto';
import { LIMITS } from '#contracts/http/common.ts';
import { gridCovering, slotOf } from '#core/series/grid.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import type { Point } from '#core/series/point.ts';
import { resample } from '#core/series/resample.ts';
import { addMs, type DurationMs, epochMs, SECOND, toIso } from '#core/time.ts';
import type { WorkloadFlags } from '../command-context.ts';
import type { Measurement } from './read-rows.ts';

/** A request of the columnar form, ready to be sent. */
export interface Batch extends WorkloadFlags {
  readonly batch_id: string;
  readonly backfill: true;
  readonly source: string;
  readonly start: string;
  readonly step_seconds: number;
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}

/** What became of a measurement that was added. */
export type Added = 'kept' | 'duplicate';

/** What a file turned out to hold, one metric. */
export interface MetricSummary {
  /** Values on the grid. */
  values: number;
  /** First and last slot, as moments. */
  first: number;
  last: number;
  /** Values that the metric's definition says cannot be, such as a ratio of 42. */
  outOfRange: number;
}

/** Turns measurements, one by one, into batches. */
export interface BatchBuilder {
  add(measurement: Measurement): Added;
  /** Batches that are full; what came last stays for more values of its slot. */
  takeFull(): readonly Batch[];
  /** Everything that is left. */
  takeRest(): readonly Batch[];
  readonly metrics: ReadonlyMap<string, MetricSummary>;
  /** Measurements that share a slot with another of their metric, and were put together. */
  readonly merged: number;
}

/** Points kept before a batch is cut: with 24 characters a value well under 1 MB. */
const FLUSH_POINTS = 10_000;
/** Even one endless slot must not fill the memory. */
const MOST_POINTS = 200_000;
/** A gap longer than this costs less as a request of its own than as nulls. */
const LONGEST_GAP_STEPS = 100;

/**
 * Collects measurements in any order and cuts them into requests on the grid of `step` (anchored at
 * the epoch): at most 10,000 cells each, gaps as null, long gaps between requests. Several values of
 * one slot become one by the metric's own rule. A batch's id is the hash of its content, so that
 * importing a file again stores nothing twice. Memory is bounded by the batch, not by the file.
 */
export function createBatchBuilder(workload: WorkloadFlags, step: DurationMs): BatchBuilder {
  const pending = new Map<string, Map<number, number>>();
  const metrics = new Map<string, MetricSummary>();
  let points = 0;
  let newest: number | undefined;
  let merged = 0;

  const slotStartOf = (at: number) => Math.floor(at / step) * step;

  const cut = (keepNewest: boolean): readonly Batch[] => {
    const kept = new Map<string, Map<number, number>>();
    const ready = new Map<string, Point[]>();
    points = 0;
    for (const [metric, values] of pending) {
      for (const [at, value] of values) {
        if (keepNewest && slotStartOf(at) === newest) {
          kept.set(metric, (kept.get(metric) ?? new Map<number, number>()).set(at, value));
          points++;
        } else {
          const own = ready.get(metric) ?? [];
          own.push({ at: epochMs(at), value });
          ready.set(metric, own);
        }
      }
    }
    pending.clear();
    for (const [metric, values] of kept) pending.set(metric, values);
    const gridded = [...ready].map(([metric, own]) => {
      const slots = onGrid(metric, own, step);
      merged += own.length - slots.size;
      count(metrics, metric, slots);
      return { metric, slots };
    });
    return batchesOf(workload, step, gridded);
  };

  return {
    metrics,
    get merged() {
      return merged;
    },
    add({ metric, at, value }) {
      const values = pending.get(metric) ?? new Map<number, number>();
      const before = values.get(at);
      pending.set(metric, values);
      newest = slotStartOf(at);
      if (before === undefined) {
        values.set(at, value);
        points++;
        return 'kept';
      }
      // As the store does when two values claim the same moment: the greater one, in any order.
      values.set(at, Math.max(before, value));
      return 'duplicate';
    },
    takeFull() {
      if (points < FLUSH_POINTS) return [];
      return cut(points < MOST_POINTS);
    },
    takeRest: () => cut(false),
  };
}

/** Slot start to value, ascending. */
type Slots = ReadonlyMap<number, number>;

/** Runs of points near each other are resampled together, so that a year's gap costs no memory. */
function onGrid(metric: string, points: readonly Point[], step: DurationMs): Slots {
  const rule = metricDefinition(metric).resample;
  const ordered = [...points].sort((left, right) => left.at - right.at);
  const slots = new Map<number, number>();
  let run: Point[] = [];
  const close = () => {
    const [first] = run;
    const last = run.at(-1);
    if (!first || !last) return;
    const grid = gridCovering({ from: first.at, to: epochMs(last.at + 1) }, step);
    const values = resample(run, grid, rule);
    for (const { at } of run) {
      const slot = slotOf(grid, at) ?? 0;
      slots.set(addMs(grid.start, step, slot), values[slot] ?? Number.NaN);
    }
    run = [];
  };
  for (const point of ordered) {
    const before = run.at(-1);
    if (before && point.at - before.at > LONGEST_GAP_STEPS * step) close();
    run.push(point);
  }
  close();
  return slots;
}

function count(metrics: Map<string, MetricSummary>, metric: string, slots: Slots): void {
  const known = metrics.get(metric) ?? {
    values: 0,
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    outOfRange: 0,
  };
  const { minimum, maximum } = metricDefinition(metric);
  known.values += slots.size;
  for (const [start, value] of slots) {
    known.first = Math.min(known.first, start);
    known.last = Math.max(known.last, start);
    if (value < minimum || value > maximum) known.outOfRange++;
  }
  metrics.set(metric, known);
}

interface Gridded {
  readonly metric: string;
  readonly slots: Slots;
}

function batchesOf(
  workload: WorkloadFlags,
  step: DurationMs,
  gridded: readonly Gridded[],
): readonly Batch[] {
  const batches: Batch[] = [];
  for (let from = 0; from < gridded.length; from += LIMITS.maxMetrics) {
    const group = gridded.slice(from, from + LIMITS.maxMetrics);
    const longest = Math.floor(LIMITS.maxSamples / group.length);
    const starts = [...new Set(group.flatMap(({ slots }) => [...slots.keys()]))];
    for (const run of runsOf(
      starts.sort((left, right) => left - right),
      step,
      longest,
    )) {
      batches.push(batchOf(workload, step, run, group));
    }
  }
  return batches;
}

interface Run {
  readonly start: number;
  readonly steps: number;
}

/** Slots in runs of at most `longest` steps, without long gaps inside. */
function runsOf(starts: readonly number[], step: DurationMs, longest: number): readonly Run[] {
  const runs: Run[] = [];
  for (const start of starts) {
    const run = runs.at(-1);
    const last = run && run.start + (run.steps - 1) * step;
    const steps = run ? (start - run.start) / step + 1 : 1;
    if (run && last !== undefined && steps <= longest && start - last <= LONGEST_GAP_STEPS * step) {
      runs[runs.length - 1] = { start: run.start, steps };
    } else runs.push({ start, steps: 1 });
  }
  return runs;
}

function batchOf(
  workload: WorkloadFlags,
  step: DurationMs,
  run: Run,
  group: readonly Gridded[],
): Batch {
  const columns = group.flatMap(({ metric, slots }) => {
    const values = Array.from(
      { length: run.steps },
      (_, i) => slots.get(run.start + i * step) ?? null,
    );
    return values.every((value) => value === null) ? [] : [[metric, values] as const];
  });
  const content = {
    ...workload,
    source: 'import',
    start: toIso(epochMs(run.start)),
    step_seconds: step / SECOND,
    columns: Object.fromEntries(columns),
  };
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return { ...content, batch_id: `import-${hash}`, backfill: true };
}
