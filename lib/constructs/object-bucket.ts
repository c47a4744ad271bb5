import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  CfnBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { keyStatement } from './data-key.ts';
import type { ServiceFunction } from './service-function.ts';
import { storageSettingsOf } from './storage-settings.ts';

/** What lies under a prefix: bundles, what the stages of a run hand on, trainings under way. */
export type ObjectPrefix = 'models' | 'detectors' | 'runs' | 'checkpoints';

/** Why what is allowed on objects names them by their prefix. */
export const OBJECTS_REASON =
  'objects are named by workload, run and content: what may be done is bounded by their prefix';

/** What a function may be allowed to do with objects. */
export type ObjectAction = 'GetObject' | 'PutObject';

/**
 * The bucket of models and runs: private, versioned, encrypted, its accesses logged, and kept when its
 * stack is deleted unless the configuration says otherwise.
 *
 * Nothing under `models/` expires: a champion that nothing beats serves for years, a rollback reaches 20
 * champions back, and S3 cannot know which object a pointer names. Detectors may expire, since whichever
 * serve are trained anew each night: they are as old as hourly data are kept only where no data came for
 * as long, and a workload without them is scored by what needs no training.
 */
export class ObjectBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { config, key } = storageSettingsOf(this);
    const common = {
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: config.deletion_protection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    } satisfies BucketProps;
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...common,
      // S3 cannot deliver its logs under a key of the account.
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [
        { id: 'access-logs', expiration: Duration.days(config.access_logs_days) },
        { id: 'broken-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    this.bucket = new Bucket(this, 'Bucket', {
      ...common,
      ...(key
        ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      versioned: true,
      lifecycleRules: [
        {
          id: 'runs-are-evidence-for-a-while',
          prefix: 'runs/',
          expiration: Duration.days(config.runs_days),
        },
        {
          id: 'detectors-outlive-their-data',
          prefix: 'detectors/',
          expiration: Duration.days(config.hourly_days),
        },
        { id: 'trainings-end-within-days', prefix: 'checkpoints/', expiration: Duration.days(7) },
        {
          id: 'old-versions',
          noncurrentVersionExpiration: Duration.days(90),
          expiredObjectDeleteMarker: true,
        },
        { id: 'broken-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    this.#logAccessesTo(accessLogs);
  }

  /** By hand: CDK's own property does not accept its own `Bucket` under `exactOptionalPropertyTypes`. */
  #logAccessesTo(target: Bucket): void {
    const resource = this.bucket.node.defaultChild;
    if (!(resource instanceof CfnBucket)) throw new TypeError('a bucket is a CfnBucket');
    resource.loggingConfiguration = { destinationBucketName: target.bucketName };
    target.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowAccessLogsOfTheObjects',
        actions: ['s3:PutObject'],
        principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
        resources: [target.arnForObjects('*')],
        conditions: {
          ArnLike: { 'aws:SourceArn': this.bucket.bucketArn },
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
        },
      }),
    );
  }

  /** The object store's address, for the functions' environment. */
  get url(): string {
    return `s3://${this.bucket.bucketName}`;
  }

  /** The objects under `prefix`, as IAM names them. */
  arnOf(prefix: ObjectPrefix): string {
    return this.bucket.arnForObjects(`${prefix}/*`);
  }

  /** What a role needs besides to read, or to write, where the bucket has a key of the account. */
  keyStatements(scope: IConstruct, access: 'read' | 'write') {
    const { key } = storageSettingsOf(this);
    return key ? [keyStatement(scope, key, 's3', access)] : [];
  }

  /** Allows `fn` these actions on the objects under `prefix`. */
  grant(fn: ServiceFunction, prefix: ObjectPrefix, ...actions: readonly ObjectAction[]): void {
    fn.allow({
      actions: actions.map((action) => `s3:${action}`),
      resources: [this.arnOf(prefix)],
      because: OBJECTS_REASON,
    });
    const access = actions.includes('PutObject') ? 'write' : 'read';
    for (const statement of this.keyStatements(fn, access)) fn.allow(statement);
    if (!actions.includes('GetObject')) return;
    // S3 says 404 for a missing object only to those who may list it, and 403 to all others, which
    // the object store could not tell from a wrong permission.
    fn.allow({
      actions: ['s3:ListBucket'],
      resources: [this.bucket.bucketArn],
      conditions: { StringLike: { 's3:prefix': [`${prefix}/*`] } },
    });
  }
}
