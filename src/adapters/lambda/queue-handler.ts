import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type WorkloadMessage, WorkloadMessageSchema } from '#contracts/events.ts';
import type { EventLogger } from './logger.ts';

/**
 * The Lambda handler of a queue: each message is done on its own, and only those that failed are
 * handed back for another try.
 */
export function createQueueHandler(
  work: (message: WorkloadMessage) => Promise<Readonly<Record<string, unknown>>>,
  logger: EventLogger,
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  return async (event) => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const record of event.Records) {
      try {
        const message = WorkloadMessageSchema.parse(JSON.parse(record.body));
        const outcome = await work(message);
        logger.info('work done', { ...message, ...outcome });
      } catch (error) {
        batchItemFailures.push({ itemIdentifier: record.messageId });
        logger.error('work failed', {
          messageId: record.messageId,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
      }
    }
    return { batchItemFailures };
  };
}
