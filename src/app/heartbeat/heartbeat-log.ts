import * as z from 'zod';
import { HEARTBEAT_STAGES, type Heartbeat } from '#contracts/http/heartbeat.ts';
import { addMs, DAY, durationMs, type EpochMs, MINUTE, toIso } from '#core/time.ts';
import { readRecord, updateRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';

const KEY = { partition: 'heartbeat', id: 'last' };
/** Checks at a time end within this; a check further ahead was made while the clock was wrong. */
const SAME_TIME = durationMs(15 * MINUTE);
/** So long after the last check `/health` says that it is late; after that there is no heartbeat. */
const REMEMBERED_DAYS = 7;

const RecordSchema = z.strictObject({
  /** The first check: what came before it was nobody's to find. */
  since: z.number(),
  checked_at: z.number(),
  /** When the next check is late. */
  next_by: z.number(),
  state: z.enum(['starting', 'ok', 'failing']),
  stage: z.enum(HEARTBEAT_STAGES).nullable(),
  message: z.string(),
});
type HeartbeatRecord = z.infer<typeof RecordSchema>;

/** What one check found. */
export type HeartbeatVerdict = Pick<HeartbeatRecord, 'state' | 'stage' | 'message'>;

/** Keeps what the last check of the heartbeat found. */
export interface HeartbeatLog {
  /** When it was first checked; undefined before. */
  since(): Promise<EpochMs | undefined>;
  note(now: EpochMs, nextBy: EpochMs, verdict: HeartbeatVerdict): Promise<void>;
  /** What is known of it at `now`; null when it is switched off. */
  read(now: EpochMs): Promise<Heartbeat | null>;
}

/** The heartbeat's record over the catalog. */
export function createHeartbeatLog(catalog: CatalogStore): HeartbeatLog {
  return {
    async since() {
      return (await readRecord(catalog, RecordSchema, KEY))?.since as EpochMs | undefined;
    },
    async note(now, nextBy, verdict) {
      const next = { checked_at: now, next_by: nextBy, ...verdict };
      await updateRecord(
        catalog,
        RecordSchema,
        KEY,
        (last) => {
          // Two checks at a time may end in any order: the later one stands.
          const ahead = last ? last.checked_at - now : 0;
          if (ahead > 0 && ahead <= SAME_TIME) return undefined;
          return { since: Math.min(last?.since ?? now, now), ...next };
        },
        { expiresAt: addMs(now, DAY, REMEMBERED_DAYS) },
      );
    },
    async read(now) {
      const last = await readRecord(catalog, RecordSchema, KEY);
      if (!last || now - last.checked_at > REMEMBERED_DAYS * DAY) return null;
      const checkedAt = toIso(last.checked_at as EpochMs);
      if (now <= last.next_by && last.checked_at - now <= SAME_TIME) {
        const { state, stage, message } = last;
        return { state, stage, message, checked_at: checkedAt };
      }
      const message = `nothing was checked since ${checkedAt}: the schedule, its queues or the scoring stand still`;
      return { state: 'late', stage: 'score', message, checked_at: checkedAt };
    },
  };
}
