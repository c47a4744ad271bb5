import { createHash } from 'node:crypto';
import { DomainError } from '#core/errors.ts';
import type { ApiClient } from '../client.ts';
import type { IngestSamples } from './samples.ts';

/** Batches that wait for the service, the oldest first. */
export interface SendBuffer {
  add(batch: IngestSamples): void;
  /**
   * Sends what waits, in order, until nothing is left or the service does not answer; then the rest
   * stays for the next time.
   *
   * @throws {DomainError} what sending again cannot mend, such as `UNAUTHORIZED`
   */
  flush(): Promise<Flushed>;
  readonly waiting: number;
  /** Batches given up because too many were waiting: the oldest, since the newest tell the present. */
  readonly dropped: number;
}

export interface Flushed {
  readonly accepted: number;
  readonly rejected: number;
  /** Why the service could not take the rest; undefined when nothing is left. */
  readonly problem?: string;
}

/** An hour of batches every 15 seconds: a few megabytes. */
const MOST_WAITING = 240;

/** A buffer in memory in front of the service. Every batch keeps its id, so it is stored once. */
export function createSendBuffer(client: ApiClient): SendBuffer {
  const waiting: { readonly batch: IngestSamples; readonly id: string }[] = [];
  let dropped = 0;
  return {
    get waiting() {
      return waiting.length;
    },
    get dropped() {
      return dropped;
    },
    add(batch) {
      const hash = createHash('sha256').update(JSON.stringify(batch)).digest('hex');
      waiting.push({ batch, id: `agent-${hash}` });
      if (waiting.length > MOST_WAITING) {
        waiting.shift();
        dropped++;
      }
    },
    async flush() {
      let accepted = 0;
      let rejected = 0;
      for (let next = waiting[0]; next; next = waiting[0]) {
        try {
          const body = { ...next.batch, batch_id: next.id };
          const answer = await client.call('ingest', { body });
          accepted += answer.accepted;
          rejected += answer.rejected;
        } catch (error) {
          if (!(error instanceof DomainError) || !error.retryable) throw error;
          return { accepted, rejected, problem: error.message };
        }
        waiting.shift();
      }
      return { accepted, rejected };
    },
  };
}
