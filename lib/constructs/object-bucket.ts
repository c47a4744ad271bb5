import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function.ts';

/** What lies under a prefix: bundles, what the stages of a run hand on, trainings under way. */
export type ObjectPrefix = 'models' | 'detectors' | 'runs' | 'checkpoints';

/** What a function may be allowed to do with objects. */
export type ObjectAction = 'GetObject' | 'PutObject';

/** The bucket of models and runs: private, versioned, encrypted, kept when its stack is deleted. */
export class ObjectBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { id: 'runs-are-evidence-for-a-month', prefix: 'runs/', expiration: Duration.days(30) },
        { id: 'trainings-end-within-days', prefix: 'checkpoints/', expiration: Duration.days(7) },
        {
          id: 'old-versions',
          noncurrentVersionExpiration: Duration.days(90),
          expiredObjectDeleteMarker: true,
        },
        { id: 'broken-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
  }

  /** The object store's address, for the functions' environment. */
  get url(): string {
    return `s3://${this.bucket.bucketName}`;
  }

  /** The objects under `prefix`, as IAM names them. */
  arnOf(prefix: ObjectPrefix): string {
    return this.bucket.arnForObjects(`${prefix}/*`);
  }

  /** Allows `fn` these actions on the objects under `prefix`. */
  grant(fn: ServiceFunction, prefix: ObjectPrefix, ...actions: readonly ObjectAction[]): void {
    fn.allow({
      actions: actions.map((action) => `s3:${action}`),
      resources: [this.arnOf(prefix)],
    });
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
