import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type WorkMessage, WorkMessageSchema } from '#contracts/events.ts';
import type { EventLogger } from './logger.ts';

/** What became of one message. */
export type WorkOutcome = Readonly<Record<string, unknown>> | { readonly error: unknown };

/**
 * The Lambda handler of a queue whose messages are worked off together: only those that failed, or
 * could not be understood, are handed back for another try.
 *
 * @param work - gives one outcome per message, in the order given
 */
export function createQueueBatchHandler(
  work: (messages: readonly WorkMessage[]) => Promise<readonly WorkOutcome[]>,
  logger: EventLogger,
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  return async (event) => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    const fail = (messageId: string, error: unknown) => {
      batchItemFailures.push({ itemIdentifier: messageId });
      logger.error('work failed', { messageId, error: textOf(error) });
    };
    const understood: { readonly messageId: string; readonly message: WorkMessage }[] = [];
    for (const { messageId, body } of event.Records) {
      try {
        understood.push({ messageId, message: WorkMessageSchema.parse(JSON.parse(body)) });
      } catch (error) {
        fail(messageId, error);
      }
    }
    const outcomes = await outcomesOf(work, understood);
    for (const [i, { messageId, message }] of understood.entries()) {
      const outcome = outcomes[i] ?? { error: new RangeError('the message has no outcome') };
      if ('error' in outcome) fail(messageId, outcome.error);
      else logger.info('work done', { ...message, ...outcome });
    }
    return { batchItemFailures };
  };
}

async function outcomesOf(
  work: (messages: readonly WorkMessage[]) => Promise<readonly WorkOutcome[]>,
  understood: readonly { readonly message: WorkMessage }[],
): Promise<readonly WorkOutcome[]> {
  try {
    return await work(understood.map(({ message }) => message));
  } catch (error) {
    return understood.map(() => ({ error }));
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
