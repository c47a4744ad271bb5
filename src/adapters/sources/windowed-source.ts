import type { Collected, MetricSource, Sweep, SweptWorkload } from '#app/ports/metric-source.ts';
import type { Observation } from '#app/ports/observation-store.ts';
import { instanceName } from '#core/csv/identity.ts';
import { type Clock, type DurationMs, type EpochMs, epochMs, floorTo } from '#core/time.ts';
import { type WorkloadId, workloadKey } from '#core/workload.ts';

/** A range of whole periods: `from` and `to` are multiples of the step, `to` is not included. */
export interface Window {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly signal?: AbortSignal | undefined;
}

/** What a source has of one series within a window. */
export interface ReadSeries {
  /** Tells it from all other series of the source; several parts of one series have the same. */
  readonly id: string;
  readonly workload: WorkloadId;
  readonly metric: string;
  readonly instance: string | undefined;
  /** By the time each period begins. */
  readonly points: Iterable<readonly [EpochMs, number]>;
}

export interface WindowAnswer {
  readonly series: readonly ReadSeries[];
  readonly problems: Collected['problems'];
  /** Whether nothing is missing that another try might give. */
  readonly isWhole: boolean;
}

export interface WindowedSourceOptions extends Pick<MetricSource, 'listMetrics' | 'close'> {
  readonly name: string;
  readonly clock: Clock;
  /** The length of a period. */
  readonly step: DurationMs;
  /** Values younger than it may still come or change. */
  readonly lookback: DurationMs;
  readonly read: (window: Window) => Promise<WindowAnswer>;
}

/**
 * A source with a past, whose values are whole periods' and come late. Each sweep reads from where the
 * last one ended, and at least `lookback` far: what has changed meanwhile supersedes what was read. The
 * period under way is left out. A range that is asked for twice within one period is read once.
 */
export function windowedSource(options: WindowedSourceOptions): MetricSource {
  const { name, clock, step, lookback } = options;
  let last: { readonly to: EpochMs; readonly through: EpochMs } | undefined;

  const read = async (window: Window) => {
    const answer = await options.read(window);
    return { answer, swept: toWorkloads(answer, window, options) };
  };
  const sweep: NonNullable<MetricSource['sweep']> = async ({ range, signal }): Promise<Sweep> => {
    const now = clock.now();
    const to = floorTo(epochMs(Math.min(range.to, now)), step);
    const settled = floorTo(epochMs(to - lookback), step);
    const isRead = last !== undefined && last.to === to && range.from >= last.through;
    if (isRead && last) return { workloads: [], problems: [], through: last.through };
    const from = floorTo(epochMs(Math.min(range.from, settled)), step);
    if (from >= to) return { workloads: [], problems: [] };
    const { answer, swept } = await read({ from, to, signal });
    const through = answer.isWhole ? epochMs(Math.max(from, settled)) : undefined;
    last = through === undefined ? undefined : { to, through };
    // What was not read whole is asked for again, from where this read has begun.
    return { ...swept, through: through ?? from };
  };

  return {
    name,
    sweep,
    async collect({ workload, metrics, range, signal }) {
      const to = floorTo(epochMs(Math.min(range.to, clock.now())), step);
      const from = floorTo(range.from, step);
      const key = workloadKey(workload);
      const nothing = { step, observations: [], counters: [], problems: [] };
      if (from >= to) return nothing;
      const { swept } = await read({ from, to, signal });
      const own = swept.workloads.find((each) => workloadKey(each.workload) === key);
      const observations = (own?.collected.observations ?? []).filter(
        ({ metric, at }) => at >= range.from && (metrics.length === 0 || metrics.includes(metric)),
      );
      const found = new Set(observations.map(({ metric }) => metric));
      const missing = metrics
        .filter((metric) => !found.has(metric))
        .map((metric) => ({ metric, reason: `${name} has no values of it in this range` }));
      return { ...nothing, observations, problems: [...swept.problems, ...missing] };
    },
    async discover({ signal } = {}) {
      const to = floorTo(clock.now(), step);
      const from = floorTo(epochMs(to - Math.max(lookback, step)), step);
      const { swept } = await read({ from, to, signal });
      return swept.workloads.map(({ workload, collected }) => ({
        workload,
        metrics: [...new Set(collected.observations.map(({ metric }) => metric))].sort(),
      }));
    },
    ...(options.listMetrics && { listMetrics: options.listMetrics }),
    ...(options.close && { close: options.close }),
  };
}

/** Puts series in order, each value into its slot once. */
function toWorkloads(
  { series, problems }: WindowAnswer,
  window: Window,
  { name, clock, step, lookback }: WindowedSourceOptions,
): Omit<Sweep, 'through'> {
  const now = clock.now();
  const workloads = new Map<string, { workload: WorkloadId; slots: Map<string, Observation> }>();
  const owners = new Map<string, string>();
  const crowded = new Map<string, number>();
  for (const { id, workload, metric, instance, points } of series) {
    const key = workloadKey(workload);
    const source = sourceOf(name, instance);
    const place = JSON.stringify([key, metric, source]);
    const owner = owners.get(place) ?? id;
    owners.set(place, owner);
    if (owner !== id) {
      crowded.set(metric, (crowded.get(metric) ?? 0) + 1);
      continue;
    }
    const found = workloads.get(key) ?? { workload, slots: new Map<string, Observation>() };
    workloads.set(key, found);
    for (const [at, value] of points) {
      if (at < window.from || at >= window.to || !Number.isFinite(value)) continue;
      const asOf = epochMs(Math.min(at + step + lookback, now));
      found.slots.set(JSON.stringify([metric, source, at]), { metric, at, value, source, asOf });
    }
  }
  return {
    workloads: [...workloads.values()].flatMap(({ workload, slots }): SweptWorkload[] => {
      if (slots.size === 0) return [];
      const observations = [...slots.values()].sort((a, b) => a.at - b.at);
      return [{ workload, collected: { step, observations, counters: [], problems: [] } }];
    }),
    problems: [
      ...problems,
      ...[...crowded].map(([metric, count]) => ({
        metric,
        reason: `${count} series are left out: they have the workload and the instance of another one`,
      })),
    ],
  };
}

function sourceOf(name: string, instance: string | undefined): string {
  const plain = instance === undefined ? '' : instanceName(instance);
  return plain === '' ? name : `${name}@${plain}`;
}
