import * as z from 'zod';
import { CloudWatchMappingSchema } from '#contracts/config/cloudwatch.ts';
import { RESOURCE_KINDS } from '#contracts/config/discovery.ts';
import { type EpochMs, epochMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import { parseRecord, readRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';
import type { FoundWorkload } from './found-workload.ts';

const PARTITION = 'discovered';

const RecordSchema = z.strictObject({
  kind: z.enum(RESOURCE_KINDS),
  resource: z.string(),
  account: z.string().optional(),
  region: z.string().optional(),
  metrics: CloudWatchMappingSchema,
  first_seen_ms: z.number(),
  last_seen_ms: z.number(),
  /** Since when it is not there any more; null while it is. */
  gone_since_ms: z.number().nullable(),
});

/** A workload that discovery has found, at present or some time ago. */
export interface DiscoveredWorkload extends FoundWorkload {
  readonly firstSeen: EpochMs;
  readonly goneSince: EpochMs | null;
}

/** What discovery has found so far. Nothing is ever deleted: a workload that is gone is not read. */
export interface DiscoveredWorkloads {
  list(): Promise<readonly DiscoveredWorkload[]>;
  get(key: WorkloadKey): Promise<DiscoveredWorkload | undefined>;
  /**
   * Records what was found, and that what was known and not found is gone: it is not there, or nobody
   * asks for it any more.
   */
  replace(found: readonly FoundWorkload[], now: EpochMs): Promise<void>;
}

export function createDiscoveredWorkloads(catalog: CatalogStore): DiscoveredWorkloads {
  const list = async () => {
    const records = await catalog.list(PARTITION);
    return records.map((record) => toWorkload(record.id, parseRecord(RecordSchema, record)));
  };
  return {
    list,
    async get(key) {
      const stored = await readRecord(catalog, RecordSchema, { partition: PARTITION, id: key });
      return stored && toWorkload(key, stored);
    },
    async replace(found, now) {
      const known = new Map((await list()).map((workload) => [workload.key, workload]));
      const save = (workload: FoundWorkload, firstSeen: EpochMs, goneSince: EpochMs | null) =>
        catalog.put(
          { partition: PARTITION, id: workload.key },
          toRecord(workload, { firstSeen, now, goneSince }),
        );
      for (const workload of found) {
        const before = known.get(workload.key);
        known.delete(workload.key);
        if (before && before.goneSince === null && isSame(before, workload)) continue;
        await save(workload, before?.firstSeen ?? now, null);
      }
      for (const gone of known.values()) {
        if (gone.goneSince === null) await save(gone, gone.firstSeen, now);
      }
    },
  };
}

function isSame(a: FoundWorkload, b: FoundWorkload): boolean {
  return (
    a.kind === b.kind &&
    a.resource === b.resource &&
    // The name of an account may be that of a region: then only these tell where to read.
    a.account === b.account &&
    a.region === b.region &&
    // Stores give keys back in an order of their own.
    sorted(a.metrics) === sorted(b.metrics)
  );
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function toRecord(
  { kind, resource, account, region, metrics }: FoundWorkload,
  at: { readonly firstSeen: EpochMs; readonly now: EpochMs; readonly goneSince: EpochMs | null },
) {
  return {
    kind,
    resource,
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
    metrics,
    first_seen_ms: at.firstSeen,
    last_seen_ms: at.now,
    gone_since_ms: at.goneSince,
  };
}

function toWorkload(key: WorkloadKey, stored: z.infer<typeof RecordSchema>): DiscoveredWorkload {
  const { kind, resource, account, region, metrics } = stored;
  return {
    key,
    kind,
    resource,
    account,
    region,
    metrics,
    firstSeen: epochMs(stored.first_seen_ms),
    goneSince: stored.gone_since_ms === null ? null : epochMs(stored.gone_since_ms),
  };
}
