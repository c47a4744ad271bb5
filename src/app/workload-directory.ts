import * as z from 'zod';
import { DomainError } from '#core/errors.ts';
import { isHeartbeat } from '#core/simulate/heartbeat.ts';
import { DEFAULT_STEP, type DurationMs, durationMs, type EpochMs, epochMs } from '#core/time.ts';
import {
  parseWorkloadKey,
  type WorkloadId,
  type WorkloadKey,
  workloadKey,
} from '#core/workload.ts';
import { parseRecord, readRecord, updateRecord } from './catalog-records.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

const PARTITION = 'workloads';

/** Finer advances of `lastSeen` are not written: a busy workload's record would be a hot spot. */
const LAST_SEEN_RESOLUTION = 30_000;

const SourceSchema = z.strictObject({ step_ms: z.number().int().positive() });
const MetricSchema = z.strictObject({ counter: z.boolean(), last_seen_ms: z.number() });

const RecordSchema = z.strictObject({
  simulated: z.boolean(),
  grid_step_ms: z.number().int().positive(),
  /** By `source/step`; the step is the one its observations are stored at. */
  sources: z.record(z.string(), SourceSchema),
  metrics: z.record(z.string(), MetricSchema),
  first_seen_ms: z.number(),
  last_seen_ms: z.number(),
});
type Stored = z.infer<typeof RecordSchema>;

/** What Helios knows of a workload before it looks at any value. */
export interface Workload {
  readonly id: WorkloadId;
  readonly key: WorkloadKey;
  /** Invented by the simulator: every answer says so. */
  readonly simulated: boolean;
  /** The grid its series are read, modelled and forecast on. */
  readonly gridStep: DurationMs;
  readonly sources: ReadonlyMap<string, { readonly step: DurationMs }>;
  readonly metrics: ReadonlyMap<string, { readonly counter: boolean; readonly lastSeen: EpochMs }>;
  readonly firstSeen: EpochMs;
  readonly lastSeen: EpochMs;
}

/** One metric of a delivery. */
export interface SeenMetric {
  /** A running total, which becomes a rate on reading. */
  readonly counter: boolean;
  readonly firstSeen: EpochMs;
  readonly lastSeen: EpochMs;
}

/** What a delivery tells about its workload. */
export interface Sighting {
  readonly source: string;
  readonly step: DurationMs;
  /** Metrics delivered, with the times of their oldest and newest observation. */
  readonly metrics: ReadonlyMap<string, SeenMetric>;
  readonly simulated?: boolean;
  /** Fixes the grid of a workload that is new; otherwise 5 minutes, or the source's step if coarser. */
  readonly gridStep?: DurationMs;
}

/** Which workloads exist, with their metrics and sources. */
export interface WorkloadDirectory {
  get(id: WorkloadId): Promise<Workload | undefined>;
  /** The workloads of people: without the heartbeat, which is nobody's. */
  list(): Promise<readonly Workload[]>;
  /** The heartbeat too. */
  all(): Promise<readonly Workload[]>;
  /**
   * Records a delivery. Commutative but for two things: `lastSeen` times may lag by less than 30
   * seconds, and the first sighting fixes the grid and whether the workload is simulated.
   */
  note(id: WorkloadId, sighting: Sighting): Promise<void>;
}

export function createWorkloadDirectory(catalog: CatalogStore): WorkloadDirectory {
  const all = async () => {
    const records = await catalog.list(PARTITION);
    return records.map((record) => toWorkload(record.id, parseRecord(RecordSchema, record)));
  };
  return {
    async get(id) {
      const key = workloadKey(id);
      const stored = await readRecord(catalog, RecordSchema, { partition: PARTITION, id: key });
      return stored && toWorkload(key, stored);
    },
    list: async () => (await all()).filter(({ id }) => !isHeartbeat(id)),
    all,
    async note(id, sighting) {
      await updateRecord(
        catalog,
        RecordSchema,
        { partition: PARTITION, id: workloadKey(id) },
        (current) => merge(current, sighting),
      );
    },
  };
}

/**
 * Where a workload's observations end at the latest: reading further would lay out empty slots, for
 * imported history by the million.
 */
export function endOfData(workload: Workload, now: EpochMs): EpochMs {
  // `lastSeen` may lag, and the slot that holds the newest observation belongs to the range.
  const end = workload.lastSeen + LAST_SEEN_RESOLUTION + 2 * workload.gridStep;
  return epochMs(Math.min(now, end));
}

/** Who delivers a workload's observations, each once. */
export function sourcesOf(workload: Workload): readonly string[] {
  return [...new Set([...workload.sources.keys()].map((key) => key.split('/')[0] ?? key))];
}

/** The steps at which a workload's observations are stored, each once. */
export function storedSteps(workload: Workload): readonly DurationMs[] {
  return [...new Set([...workload.sources.values()].map(({ step }) => step))];
}

/** The workload asked for. @throws {DomainError} `NOT_FOUND` with the names of those that are known */
export async function requireWorkload(
  directory: WorkloadDirectory,
  id: WorkloadId,
): Promise<Workload> {
  const workload = await directory.get(id);
  if (workload) return workload;
  const known = (await directory.list()).slice(0, 50).map((other) => other.key);
  throw new DomainError('NOT_FOUND', `no observations of workload ${workloadKey(id)} are known`, {
    workload: workloadKey(id),
    known,
  });
}

function merge(current: Stored | undefined, sighting: Sighting): Stored | undefined {
  const seen = [...sighting.metrics.values()];
  if (seen.length === 0) return undefined;
  const oldest = Math.min(...seen.map(({ firstSeen }) => firstSeen));
  const newest = Math.max(...seen.map(({ lastSeen }) => lastSeen));
  const base: Stored = current ?? {
    simulated: sighting.simulated ?? false,
    grid_step_ms: sighting.gridStep ?? Math.max(DEFAULT_STEP, sighting.step),
    sources: {},
    metrics: {},
    first_seen_ms: oldest,
    last_seen_ms: newest,
  };
  const metrics = { ...base.metrics };
  for (const [name, metric] of sighting.metrics) {
    const known = metrics[name];
    metrics[name] = {
      counter: (known?.counter ?? false) || metric.counter,
      last_seen_ms: Math.max(known?.last_seen_ms ?? metric.lastSeen, metric.lastSeen),
    };
  }
  const next: Stored = {
    ...base,
    sources: { ...base.sources, [sourceKey(sighting)]: { step_ms: sighting.step } },
    metrics,
    first_seen_ms: Math.min(base.first_seen_ms, oldest),
    last_seen_ms: Math.max(base.last_seen_ms, newest),
  };
  return current && !isNews(current, next) ? undefined : next;
}

/** Whether `next` tells more than that a known source is still delivering. */
function isNews(current: Stored, next: Stored): boolean {
  return (
    next.last_seen_ms - current.last_seen_ms >= LAST_SEEN_RESOLUTION ||
    next.first_seen_ms < current.first_seen_ms ||
    Object.keys(next.sources).some((name) => current.sources[name] === undefined) ||
    Object.entries(next.metrics).some(([name, metric]) => {
      const known = current.metrics[name];
      return (
        known?.counter !== metric.counter ||
        metric.last_seen_ms - known.last_seen_ms >= LAST_SEEN_RESOLUTION
      );
    })
  );
}

/** A source that delivers at two steps is two entries: each step is read. */
function sourceKey(sighting: Sighting): string {
  return `${sighting.source}/${sighting.step}`;
}

function toWorkload(key: WorkloadKey, stored: Stored): Workload {
  return {
    id: parseWorkloadKey(key),
    key,
    simulated: stored.simulated,
    gridStep: durationMs(stored.grid_step_ms),
    sources: new Map(
      Object.entries(stored.sources).map(([name, source]) => [
        name,
        { step: durationMs(source.step_ms) },
      ]),
    ),
    metrics: new Map(
      Object.entries(stored.metrics)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, metric]) => [
          name,
          { counter: metric.counter, lastSeen: epochMs(metric.last_seen_ms) },
        ]),
    ),
    firstSeen: epochMs(stored.first_seen_ms),
    lastSeen: epochMs(stored.last_seen_ms),
  };
}

/** The metrics among observations, as a sighting tells of them. */
export function seenMetrics(
  observations: Iterable<{
    readonly metric: string;
    readonly at: EpochMs;
    readonly counter?: boolean;
  }>,
): ReadonlyMap<string, SeenMetric> {
  const metrics = new Map<string, SeenMetric>();
  for (const { metric, at, counter = false } of observations) {
    const known = metrics.get(metric);
    metrics.set(metric, {
      counter: counter || (known?.counter ?? false),
      firstSeen: known && known.firstSeen < at ? known.firstSeen : at,
      lastSeen: known && known.lastSeen > at ? known.lastSeen : at,
    });
  }
  return metrics;
}
