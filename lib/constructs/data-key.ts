import { ArnFormat, Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct, type IConstruct } from 'constructs';

/** What each service needs of a caller to read and to write, spelled out: none of it by `*`. */
const ACTIONS = {
  dynamodb: {
    read: ['kms:Decrypt', 'kms:DescribeKey'],
    write: [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
  },
  s3: { read: ['kms:Decrypt'], write: ['kms:Decrypt', 'kms:GenerateDataKey'] },
  sqs: { read: ['kms:Decrypt'], write: ['kms:Decrypt', 'kms:GenerateDataKey'] },
} as const;

/** The services that use the key on behalf of those who may. */
export type EncryptingService = keyof typeof ACTIONS;

/**
 * One key for everything that Helios keeps, rotated every year. The account's IAM policies decide who
 * uses it; the services that publish and log without a role of ours are named here.
 */
export class DataKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, options: { readonly removalPolicy: RemovalPolicy }) {
    super(scope, id);
    const stack = Stack.of(this);
    this.key = new Key(this, 'Key', {
      description: 'Helios: tables, bucket, queues, topics and logs',
      enableKeyRotation: true,
      rotationPeriod: Duration.days(365),
      pendingWindow: Duration.days(30),
      removalPolicy: options.removalPolicy,
    });
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowLogsOfThisAccount',
        actions: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        principals: [new ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
              service: 'logs',
              resource: 'log-group',
              resourceName: '*',
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          },
        },
      }),
    );
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowAlarmsAndBudgetsToPublish',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        principals: [
          new ServicePrincipal('cloudwatch.amazonaws.com'),
          new ServicePrincipal('budgets.amazonaws.com'),
        ],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
      }),
    );
  }
}

/** A statement that lets a role use `key` through one service, and no other way. */
export function keyStatement(
  scope: IConstruct,
  key: IKey,
  service: EncryptingService,
  access: 'read' | 'write',
) {
  const { region, urlSuffix } = Stack.of(scope);
  return {
    actions: [...ACTIONS[service][access]],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': [`${service}.${region}.${urlSuffix}`] } },
  };
}
