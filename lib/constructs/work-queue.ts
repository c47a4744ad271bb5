import { Duration, Validations } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';
import { keyStatement } from './data-key.ts';
import type { ServiceFunction } from './service-function.ts';
import { storageSettingsOf } from './storage-settings.ts';

/** Messages are tried this often, once and three times again, before they are set aside. */
const MAX_RECEIVE_COUNT = 4;

const MESSAGES_PER_INVOCATION = 10;

function encryptionOf(scope: IConstruct): Pick<QueueProps, 'encryption' | 'encryptionMasterKey'> {
  const { key } = storageSettingsOf(scope);
  return key
    ? { encryption: QueueEncryption.KMS, encryptionMasterKey: key }
    : { encryption: QueueEncryption.SQS_MANAGED };
}

/** A queue that keeps what a function could not handle, for two weeks. */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;
  /** The function whose work it is. */
  readonly functionName: string;

  constructor(scope: Construct, id: string, options: { readonly functionName: string }) {
    super(scope, id);
    this.functionName = options.functionName;
    this.queue = new Queue(this, 'Queue', {
      ...encryptionOf(this),
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SQS3',
      reason: 'it is itself where events end that nobody could handle; an alarm watches its depth',
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
      ...encryptionOf(this),
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
    const { key } = storageSettingsOf(this);
    if (key) fn.allow(keyStatement(fn, key, 'sqs', 'write'));
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
