import type { Reason, WorkloadRef } from '#contracts/http/common.ts';
import { type ReplayRun, ReplayRunSchema } from '#contracts/http/replay.ts';
import { addMs, type Clock, DAY, type EpochMs, toIso } from '#core/time.ts';
import { parseRecord, readRecord, updateRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';

/** No longer than the objects of a run are kept, so that no record is without its report. */
const LIFETIME_DAYS = 29;
const PARTITION = 'replays';

/** What became of replays: one record a run. */
export interface ReplayLog {
  /** @returns false when a run of this id exists already */
  create(runId: string): Promise<boolean>;
  get(runId: string): Promise<ReplayRun | undefined>;
  /** Those of the workloads that match, newest first. */
  list(
    matches: (workload: ReplayRun['workload']) => boolean,
    limit: number,
  ): Promise<readonly ReplayRun[]>;
  running(runId: string): Promise<void>;
  /** Says whose past an open run replays. */
  about(runId: string, workload: WorkloadRef): Promise<void>;
  /** Closes a run once; `error` says why there is no report. */
  closed(
    runId: string,
    state: 'succeeded' | 'refused' | 'failed',
    error: Reason | null,
  ): Promise<void>;
  /** Closes a run whose execution ended without doing so. */
  finished(runId: string, error: Reason | null): Promise<unknown>;
}

/** A log of replays over the catalog. */
export function createReplayLog(catalog: CatalogStore, clock: Clock): ReplayLog {
  const keyOf = (runId: string) => ({ partition: PARTITION, id: runId });
  const expiresAt = (): EpochMs => addMs(clock.now(), DAY, LIFETIME_DAYS);
  const changeOpen = (runId: string, change: (run: ReplayRun) => ReplayRun) =>
    updateRecord(
      catalog,
      ReplayRunSchema,
      keyOf(runId),
      // What was closed stays as it is: a repeated task says the same again, late.
      (run) => (run?.finished_at === null ? change(run) : undefined),
      { expiresAt: expiresAt() },
    );
  const closed: ReplayLog['closed'] = async (runId, state, error) => {
    const finished_at = toIso(clock.now());
    await changeOpen(runId, (run) => ({ ...run, state, error, finished_at }));
  };
  return {
    async create(runId) {
      const run: ReplayRun = {
        run_id: runId,
        state: 'queued',
        created_at: toIso(clock.now()),
        finished_at: null,
        error: null,
        workload: null,
      };
      const options = { condition: { ifAbsent: true }, expiresAt: expiresAt() } as const;
      return (await catalog.put(keyOf(runId), run, options)) !== undefined;
    },
    get: (runId) => readRecord(catalog, ReplayRunSchema, keyOf(runId)),
    async list(matches, limit) {
      const records = await catalog.list(PARTITION);
      // A caller may name a run as it likes: ids are in no order of time.
      return records
        .map((record) => parseRecord(ReplayRunSchema, record))
        .filter(({ workload }) => matches(workload))
        .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))
        .slice(0, limit);
    },
    async about(runId, workload) {
      await changeOpen(runId, (run) => ({ ...run, workload: { ...workload } }));
    },
    async running(runId) {
      await changeOpen(runId, (run) => ({ ...run, state: 'running' }));
    },
    closed,
    finished: (runId, error) => closed(runId, error === null ? 'succeeded' : 'failed', error),
  };
}
