import type { IngestResponse } from '#contracts/http/ingest.ts';
import type { Batch } from './batches.ts';

/** What became of the batches of a file. */
export interface Sent {
  readonly counts: {
    readonly batches: number;
    readonly stored: number;
    readonly duplicates: number;
    readonly superseded: number;
    readonly rejected: number;
  };
  readonly rejections: IngestResponse['rejections'];
}

/** Sends batches, a few at a time. */
export interface Sender {
  /** Waits only while too many are on their way. @throws what an earlier batch threw */
  send(batch: Batch): Promise<void>;
  /** @throws what a batch threw */
  finish(): Promise<Sent>;
}

/** Batches on their way. Their order does not matter: the store gives the same result in any. */
const MOST_IN_FLIGHT = 4;
const MOST_REJECTIONS = 20;

export function createSender(send: (batch: Batch) => Promise<IngestResponse | undefined>): Sender {
  const counts = { batches: 0, stored: 0, duplicates: 0, superseded: 0, rejected: 0 };
  const rejections: IngestResponse['rejections'] = [];
  const flying = new Set<Promise<void>>();
  const failures: unknown[] = [];

  const one = async (batch: Batch) => {
    counts.batches++;
    const answer = await send(batch);
    if (!answer) return;
    counts.stored += answer.accepted;
    counts.duplicates += answer.duplicate;
    counts.superseded += answer.superseded;
    counts.rejected += answer.rejected;
    rejections.push(...answer.rejections.slice(0, MOST_REJECTIONS - rejections.length));
  };
  const failIfAny = () => {
    if (failures.length > 0) throw failures[0];
  };

  return {
    async send(batch) {
      while (flying.size >= MOST_IN_FLIGHT) await Promise.race(flying);
      failIfAny();
      const sent: Promise<void> = one(batch)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => flying.delete(sent));
      flying.add(sent);
    },
    async finish() {
      await Promise.all(flying);
      failIfAny();
      return { counts, rejections };
    },
  };
}
