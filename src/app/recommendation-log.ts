import {
  type PublishedRecommendation,
  PublishedRecommendationSchema,
} from '#contracts/http/recommend.ts';
import { addMs, DAY, type EpochMs, epochMs, toIso } from '#core/time.ts';
import { type WorkloadKey, workloadKey } from '#core/workload.ts';
import { parseRecord, readRecord, updateRecord } from './catalog-records.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

/** A year can be compared with the one before. */
const LIFETIME_DAYS = 400;

/** What the scheduled scoring has recommended, for other scalers and for accounting. */
export interface RecommendationLog {
  /**
   * Makes a recommendation the newest of its workload, unless a newer one is there. It becomes part of
   * the history when it differs in action or target from the one before.
   */
  publish(recommendation: PublishedRecommendation): Promise<void>;
  /** The newest one, whether it is still valid or not: ask `isValidAt`. */
  latest(workload: WorkloadKey): Promise<PublishedRecommendation | undefined>;
  /** Changes published from `from` up to but not at `to`, ascending; the first `limit` of them. */
  history(
    workload: WorkloadKey,
    from: EpochMs,
    to: EpochMs,
    limit?: number,
  ): Promise<readonly PublishedRecommendation[]>;
}

/** Whether anything may act on a recommendation: from when it was made until it expires. */
export function isValidAt(
  { valid_until }: Pick<PublishedRecommendation, 'valid_until'>,
  now: EpochMs,
): boolean {
  return now < Date.parse(valid_until);
}

/** A recommendation log over the catalog: one record a workload, and one a change. */
export function createRecommendationLog(catalog: CatalogStore): RecommendationLog {
  const latestKey = (workload: WorkloadKey) => ({ partition: 'recommendation', id: workload });
  const changes = (workload: WorkloadKey) => `recommendations#${workload}`;
  return {
    async publish(recommendation) {
      const key = workloadKey(recommendation.workload);
      const before = await readRecord(catalog, PublishedRecommendationSchema, latestKey(key));
      if (!before || (isNewer(recommendation, before) && !isSame(recommendation, before))) {
        const made = epochMs(Date.parse(recommendation.generated_at));
        // First: a process that ends in between leaves the change twice, not never.
        await catalog.put(
          { partition: changes(key), id: recommendation.generated_at },
          recommendation,
          { condition: { ifAbsent: true }, expiresAt: addMs(made, DAY, LIFETIME_DAYS) },
        );
      }
      await updateRecord(catalog, PublishedRecommendationSchema, latestKey(key), (current) =>
        !current || isNewer(recommendation, current) ? recommendation : undefined,
      );
    },
    latest: (workload) => readRecord(catalog, PublishedRecommendationSchema, latestKey(workload)),
    async history(workload, from, to, limit) {
      const records = await catalog.list(changes(workload), {
        after: toIso(epochMs(from - 1)),
        ...(limit !== undefined && { limit }),
      });
      const until = toIso(to);
      return records
        .filter(({ id }) => id < until)
        .map((record) => parseRecord(PublishedRecommendationSchema, record));
    },
  };
}

function isNewer(one: PublishedRecommendation, other: PublishedRecommendation): boolean {
  return one.generated_at > other.generated_at;
}

function isSame(one: PublishedRecommendation, other: PublishedRecommendation): boolean {
  return one.action === other.action && one.target_replicas === other.target_replicas;
}
