import { createHash, randomUUID } from 'node:crypto';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { WorkQueue } from '#app/ports/work-queue.ts';
import { type WorkMessage, WorkMessageSchema } from '#contracts/events.ts';
import { DomainError } from '#core/errors.ts';
import type { Clock, EpochMs } from '#core/time.ts';
import { nodeTimers, type Timers } from './timers.ts';

/** A message that could not be worked off. */
export interface DeadLetter {
  readonly message: WorkMessage;
  /** How many times it was delivered. */
  readonly receives: number;
  readonly reason: string;
}

/** How a local queue delivers, and to whom. */
export interface LocalQueueOptions {
  /** The Lambda handler of an SQS event source with `ReportBatchItemFailures`. */
  readonly consume: (event: SQSEvent) => Promise<SQSBatchResponse | undefined>;
  readonly clock: Clock;
  /** Told of each message that is given up. */
  readonly onDeadLetter: (letter: DeadLetter) => void;
  /** Told of each exception of the consumer; its whole batch is delivered again. */
  readonly onError: (error: unknown) => void;
  readonly timers?: Timers;
  /** Messages in one event at most; default 10, as SQS. */
  readonly batchSize?: number;
  /** Events under way at once at most; default 1. */
  readonly concurrency?: number;
  /** Deliveries of one message at most; default 4: the first and three retries. */
  readonly maxReceiveCount?: number;
  /** Wait before the first retry; it doubles with each further one. Default 1,000. */
  readonly retryDelayMs?: number;
  readonly newId?: () => string;
}

/** A queue in this process, in the place of SQS. What it holds is lost when the process ends. */
export interface LocalQueue extends WorkQueue {
  /** Resolves once every message was worked off or given up. */
  drain(): Promise<void>;
  /** The latest messages that were given up, 100 at most. */
  deadLetters(): readonly DeadLetter[];
  /** Takes and delivers nothing any more, and waits for the events under way. */
  close(): Promise<void>;
}

interface Entry {
  readonly id: string;
  /** JSON, so that nobody shares an object through the queue. */
  readonly body: string;
  readonly sentAt: EpochMs;
  readonly firstReceivedAt: EpochMs | undefined;
  readonly receives: number;
}

const MAX_PENDING = 100_000;
const KEPT_DEAD_LETTERS = 100;

/**
 * Creates a queue that delivers as SQS does to a Lambda function: in batches, at least once, each
 * failed message again after a growing wait, and at last to the dead letters.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function createLocalQueue(options: LocalQueueOptions): LocalQueue {
  const { clock, consume, onDeadLetter, onError } = options;
  const timers = options.timers ?? nodeTimers();
  const batchSize = options.batchSize ?? 10;
  const concurrency = options.concurrency ?? 1;
  const maxReceiveCount = options.maxReceiveCount ?? 4;
  const retryDelayMs = options.retryDelayMs ?? 1_000;
  const newId = options.newId ?? randomUUID;

  const ready: Entry[] = [];
  const delayed = new Set<unknown>();
  const letters: DeadLetter[] = [];
  const idle: (() => void)[] = [];
  let underWay = 0;
  let isScheduled = false;
  let isClosed = false;

  const pump = () => {
    isScheduled = false;
    while (!isClosed && underWay < concurrency && ready.length > 0) {
      underWay++;
      deliver(ready.splice(0, batchSize))
        .catch(onError)
        .finally(() => {
          underWay--;
          wake();
        });
    }
    const isIdle = underWay === 0 && (isClosed || (ready.length === 0 && delayed.size === 0));
    if (isIdle) for (const resolve of idle.splice(0)) resolve();
  };

  // In a microtask, so that what is sent in one go is delivered in full batches.
  const wake = () => {
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(pump);
  };

  const deliver = async (batch: readonly Entry[]) => {
    const now = clock.now();
    const received = batch.map((entry) => ({
      ...entry,
      receives: entry.receives + 1,
      firstReceivedAt: entry.firstReceivedAt ?? now,
    }));
    let failed: readonly Entry[];
    let reason = 'the consumer reported it as failed';
    try {
      failed = failuresOf(received, await consume({ Records: received.map(toRecord) }));
    } catch (error) {
      onError(error);
      failed = received;
      reason = error instanceof Error ? error.message : String(error);
    }
    for (const entry of failed) retry(entry, reason);
  };

  const retry = (entry: Entry, reason: string) => {
    if (entry.receives >= maxReceiveCount) {
      const message = WorkMessageSchema.parse(JSON.parse(entry.body));
      const letter = { message, receives: entry.receives, reason };
      letters.push(letter);
      if (letters.length > KEPT_DEAD_LETTERS) letters.shift();
      onDeadLetter(letter);
      return;
    }
    if (isClosed) return;
    const handle = timers.set(
      () => {
        delayed.delete(handle);
        ready.push(entry);
        wake();
      },
      retryDelayMs * 2 ** (entry.receives - 1),
    );
    delayed.add(handle);
  };

  const untilIdle = () =>
    new Promise<void>((resolve) => {
      idle.push(resolve);
      wake();
    });

  return {
    async send(messages) {
      if (isClosed) throw new DomainError('STORE_UNAVAILABLE', 'the queue is closed');
      if (ready.length + delayed.size + messages.length > MAX_PENDING) {
        throw new DomainError('STORE_UNAVAILABLE', `the queue holds ${MAX_PENDING} messages`, {
          maxPending: MAX_PENDING,
        });
      }
      const sentAt = clock.now();
      for (const message of messages) {
        const body = JSON.stringify(WorkMessageSchema.parse(message));
        ready.push({ id: newId(), body, sentAt, firstReceivedAt: undefined, receives: 0 });
      }
      wake();
    },
    drain: untilIdle,
    deadLetters: () => [...letters],
    async close() {
      isClosed = true;
      for (const handle of delayed) timers.clear(handle);
      await untilIdle();
    },
  };
}

/** The messages to deliver again. An answer that names a message it never got means all, as on AWS. */
function failuresOf(
  batch: readonly Entry[],
  response: SQSBatchResponse | undefined,
): readonly Entry[] {
  const named = (response?.batchItemFailures ?? []).map((failure) => failure.itemIdentifier);
  const known = new Set(batch.map((entry) => entry.id));
  if (named.some((id) => !known.has(id))) return batch;
  return batch.filter((entry) => named.includes(entry.id));
}

function toRecord(entry: Entry): SQSRecord {
  return {
    messageId: entry.id,
    receiptHandle: `${entry.id}:${entry.receives}`,
    body: entry.body,
    attributes: {
      ApproximateReceiveCount: String(entry.receives),
      SentTimestamp: String(entry.sentAt),
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: String(entry.firstReceivedAt ?? entry.sentAt),
    },
    messageAttributes: {},
    md5OfBody: createHash('md5').update(entry.body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:local:000000000000:work',
    awsRegion: 'local',
  };
}
