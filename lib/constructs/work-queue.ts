import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function.ts';

/** Messages are tried this often, once and three times again, before they are set aside. */
const MAX_RECEIVE_COUNT = 4;

const MESSAGES_PER_INVOCATION = 10;

/** A queue that keeps what a function could not handle, for two weeks. */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;
  /** The function whose work it is. */
  readonly functionName: string;

  constructor(scope: Construct, id: string, options: { readonly functionName: string }) {
    super(scope, id);
    this.functionName = options.functionName;
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
  }
}

/** A queue of work on workloads, with its dead letters. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: DeadLetterQueue;

  /** @param consumer - the function that will consume the queue, and its timeout */
  constructor(
    scope: Construct,
    id: string,
    consumer: { readonly functionName: string; readonly timeout: Duration },
  ) {
    super(scope, id);
    this.deadLetters = new DeadLetterQueue(this, 'DeadLetters', consumer);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Lambda's advice: time for the function's own retries when it is throttled.
      visibilityTimeout: Duration.seconds(6 * consumer.timeout.toSeconds()),
      // Work is dealt out anew every few minutes: what is a day old is of no use to anybody.
      retentionPeriod: Duration.days(1),
      deadLetterQueue: { queue: this.deadLetters.queue, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
  }

  /** The queue's address, for the functions' environment. */
  get url(): string {
    return this.queue.queueUrl;
  }

  /** Allows `fn` to put work into the queue. */
  grantSend(fn: ServiceFunction): void {
    fn.allow({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] });
  }

  /**
   * Has `fn` handle the messages; those it names as failed come again, the others are done.
   * @param maxConcurrency - invocations at a time, 2 to 1000
   */
  consumeWith(fn: ServiceFunction, options: { readonly maxConcurrency: number }): void {
    fn.function.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: MESSAGES_PER_INVOCATION,
        reportBatchItemFailures: true,
        maxConcurrency: options.maxConcurrency,
      }),
    );
  }
}
