import type { WorkMessage } from '#contracts/events.ts';

/** Hands work to `collect` and `score`: SQS on AWS, in memory locally. Delivers at least once. */
export interface WorkQueue {
  /** @throws {DomainError} `STORE_UNAVAILABLE` */
  send(messages: readonly WorkMessage[]): Promise<void>;
}
