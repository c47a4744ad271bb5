import type { RunWorkload } from '#contracts/http/train.ts';

type Stage = RunWorkload['stages'][number];

/** A stage on the time axis of its workload; `left` and `width` are shares of it. */
export interface GanttBar {
  readonly name: Stage['name'];
  readonly state: Stage['state'];
  readonly left: number;
  readonly width: number;
  readonly ms: number;
}

/** The stages of one workload beside each other. */
export interface Gantt {
  /** Where the axis begins, in ms since 1970. */
  readonly from: number;
  readonly ms: number;
  readonly bars: readonly GanttBar[];
}

/** The shortest axis: shares of less would say nothing. */
const LEAST_MS = 1;

/**
 * When the stages of a workload ran. A stage that runs lasts until `now`, in ms since 1970; one that
 * has stopped by the end of its run, until that.
 */
export function ganttOf(stages: readonly Stage[], now: number): Gantt {
  const spans = stages.map(({ name, state, started_at, finished_at }) => {
    const start = Date.parse(started_at);
    // Clocks of two machines may differ by more than a stage takes.
    const end = Math.max(start, finished_at === null ? now : Date.parse(finished_at));
    return { name, state, start, end };
  });
  const from = Math.min(...spans.map(({ start }) => start));
  const to = Math.max(...spans.map(({ end }) => end));
  if (spans.length === 0) return { from: now, ms: 0, bars: [] };
  const ms = to - from;
  const axis = Math.max(ms, LEAST_MS);
  const bars = spans.map(({ name, state, start, end }) => ({
    name,
    state,
    left: (start - from) / axis,
    width: (end - start) / axis,
    ms: end - start,
  }));
  return { from, ms, bars };
}

/**
 * How long something took, as exactly as it matters.
 *
 * @example
 * ```ts
 * [0, 42, 1_540, 12_345, 75_000, 4_020_000].map(formatDuration); // => ['0 ms', '42 ms', '1.54 s', '12.3 s', '1 min 15 s', '1 h 7 min']
 * ```
 */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${Number((ms / 1_000).toPrecision(3))} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
