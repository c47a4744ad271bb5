import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Validations } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod';
import { PROJECT_ROOT } from '#lib/constructs/project.ts';
import { list, synthesise } from './synthesise.ts';

// Everything that can be turned on: what is accepted, named or documented is so for all of it.
const helios = synthesise({
  training: { native_image: true },
  actuation: { enabled: true, dry_run: false },
  authentication: {
    keys: { enabled: true },
    jwt: { issuer: 'https://issuer.test', audience: ['helios'] },
  },
  storage: {
    kms: 'customer',
    raw_days: 60,
    hourly_days: 800,
    runs_days: 14,
    logs_days: 7,
    access_logs_days: 365,
    deletion_protection: false,
  },
  notifications: {
    email: [{ address: 'team@example.org' }],
    https: [{ url: 'https://events.example.org/helios', severity: 'critical' }],
  },
  monitoring: { measures: ['DataAgeSeconds'], monthly_budget_usd: 250 },
});

interface Acknowledgement {
  readonly rule: string;
  readonly path: string;
  readonly reason: string;
}

const AcknowledgedSchema = z.record(z.string(), z.string());

const acknowledged: readonly Acknowledgement[] = helios.app.node.findAll().flatMap(({ node }) =>
  node.metadata
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) =>
      Object.entries(AcknowledgedSchema.parse(data)).map(([id, reason]) => ({
        rule: id.replace('AwsSolutions::', ''),
        path: node.path,
        reason,
      })),
    ),
);
const found = new AwsSolutionsChecks(helios.app)
  .validateScope(helios.app)
  .violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath = '' }) => ({ rule: ruleName, path: constructPath })),
  );

/** What cdk-nag finds and nobody has accepted, there or around it. */
function unaccepted(accepted: readonly Acknowledgement[]): readonly string[] {
  return found
    .filter(
      ({ rule, path }) =>
        !accepted.some(
          (each) => each.rule === rule && (path === each.path || path.startsWith(`${each.path}/`)),
        ),
    )
    .map(({ rule, path }) => `${rule} at ${path}`);
}

describe('cdk-nag', () => {
  it('finds nothing that is not accepted', () => {
    expect(found.length).toBeGreaterThan(20);
    expect(unaccepted(acknowledged)).toEqual([]);
  });

  it('would find each thing that is accepted', () => {
    const needless = [...new Set(acknowledged.map(({ rule }) => rule))].filter(
      (rule) => unaccepted(acknowledged.filter((each) => each.rule !== rule)).length === 0,
    );
    expect(needless).toEqual([]);
  });

  it('is told a reason in words each time', () => {
    for (const { reason } of acknowledged) expect(reason).toMatch(/^\w+( [^ ]+){7}/);
  });

  it('has nothing accepted for a whole stack, nor for more of a rule than what was found', () => {
    const rules = new Set(found.map(({ rule }) => rule));
    for (const { rule, path } of acknowledged) {
      expect({ path, depth: path.split('/').length }).not.toMatchObject({ depth: 1 });
      expect(rules).toContain(rule);
    }
  });
});

describe('a key of the account', () => {
  const KEY = 'HeliosData/Key/Key.Arn';

  it('is rotated, and encrypts tables, bucket, queues, topics and logs', () => {
    const data = helios.template('HeliosData');
    data.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
    const keyOf = (stack: string, type: string, read: (properties: never) => unknown) =>
      helios
        .ofType(stack, type)
        .map(([, { Properties }]) => helios.resolve(stack, read(Properties as never)));
    const unique = (values: readonly unknown[]) => [...new Set(values)];
    const ofTables = ({ SSESpecification }: { SSESpecification: { KMSMasterKeyId: unknown } }) =>
      SSESpecification.KMSMasterKeyId;
    expect(unique(keyOf('HeliosData', 'AWS::DynamoDB::Table', ofTables))).toEqual([KEY]);
    const ofTopics = ({ KmsMasterKeyId }: { KmsMasterKeyId: unknown }) => KmsMasterKeyId;
    expect(unique(keyOf('HeliosData', 'AWS::SNS::Topic', ofTopics))).toEqual([KEY]);
    for (const stack of ['HeliosCollection', 'HeliosPipeline', 'HeliosActuation']) {
      expect(unique(keyOf(stack, 'AWS::SQS::Queue', ofTopics))).toEqual([KEY]);
    }
    for (const stack of ['HeliosCollection', 'HeliosPipeline', 'HeliosApi']) {
      const ofLogs = ({ KmsKeyId }: { KmsKeyId: unknown }) => KmsKeyId;
      expect(unique(keyOf(stack, 'AWS::Logs::LogGroup', ofLogs))).toEqual([KEY]);
    }
    data.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          Match.objectLike({
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }),
          }),
        ],
      },
    });
  });

  it.each([
    ['predict', 'dynamodb', ['kms:Decrypt', 'kms:DescribeKey']],
    ['predict', 's3', ['kms:Decrypt']],
    [
      'collect',
      'dynamodb',
      [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
    ],
    ['register', 's3', ['kms:Decrypt', 'kms:GenerateDataKey']],
    ['dispatch', 'sqs', ['kms:Decrypt', 'kms:GenerateDataKey']],
  ])('is used by %s through %s for no more than it needs', (name, service, actions) => {
    expect(keyUse(name, `${service}.REGION.SUFFIX`)).toEqual(actions);
  });

  it('is used by nobody for everything, nor for another service', () => {
    expect(keyUse('predict', 'sqs.REGION.SUFFIX')).toEqual([]);
    for (const { name } of helios.functions.values()) {
      for (const action of keyUse(name)) expect(action).toMatch(/^kms:[A-Za-z]+$/);
    }
  });

  /** What a function may do with the key, through one service or at all. */
  function keyUse(name: string, via?: string): readonly string[] {
    const fn = helios.functions.get(name);
    const stack = fn?.stack ?? '';
    const role = fn?.resource.Properties.Role['Fn::GetAtt'][0];
    const statements = helios
      .ofType(stack, 'AWS::IAM::Policy')
      .filter(([, { Properties }]) => Properties.Roles.some(({ Ref = '' }) => Ref === role))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
      .map((statement: unknown) => Object(helios.resolve(stack, statement)))
      .filter(({ Resource }) => list(Resource).includes(KEY));
    const ofService = ({ Condition }: { Condition?: Record<string, Record<string, unknown>> }) =>
      via === undefined || list(Condition?.StringEquals?.['kms:ViaService']).includes(via);
    return [...new Set(statements.filter(ofService).flatMap(({ Action }) => list(Action)))]
      .map(String)
      .sort();
  }
});

describe('the configuration of storage', () => {
  it('bounds objects, logs and observations', () => {
    helios.template('HeliosData').hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ Prefix: 'runs/', ExpirationInDays: 14 }),
          Match.objectLike({ Prefix: 'detectors/', ExpirationInDays: 800 }),
        ]),
      },
    });
    const days = (stack: string) =>
      helios
        .ofType(stack, 'AWS::Logs::LogGroup')
        .map(([, { Properties }]) => Properties.RetentionInDays);
    expect(new Set(days('HeliosPipeline'))).toEqual(new Set([7]));
    expect(new Set(days('HeliosApi'))).toEqual(new Set([7, 365]));
    expect(helios.functions.get('ingest')?.resource.Properties.Environment.Variables).toMatchObject(
      {
        RAW_RETENTION_DAYS: '60',
        HOURLY_RETENTION_DAYS: '800',
      },
    );
  });

  it('never lets a model expire: a pointer may name one of any age', () => {
    const rules = helios
      .ofType('HeliosData', 'AWS::S3::Bucket')
      .filter(([, { Metadata }]) => Metadata['aws:cdk:path'].includes('/Bucket/'))
      .flatMap(([, { Properties }]) => Properties.LifecycleConfiguration.Rules);
    const expiring = rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined);
    expect(expiring.map(({ Prefix }) => Prefix).sort()).toEqual([
      'checkpoints/',
      'detectors/',
      'runs/',
    ]);
  });

  it('may allow what has state to be deleted', () => {
    for (const [, table] of helios.ofType('HeliosData', 'AWS::DynamoDB::Table')) {
      expect(table).toMatchObject({
        DeletionPolicy: 'Delete',
        Properties: { DeletionProtectionEnabled: false },
      });
    }
    for (const [, bucket] of helios.ofType('HeliosData', 'AWS::S3::Bucket')) {
      expect(bucket.DeletionPolicy).toBe('Delete');
    }
  });
});

describe('notifications', () => {
  it('go to those who want them: everything, or what needs somebody at once', () => {
    const subscriptions = helios
      .ofType('HeliosData', 'AWS::SNS::Subscription')
      .map(([, { Properties }]) => [
        Properties.Protocol,
        Properties.Endpoint,
        helios.resolve('HeliosData', Properties.TopicArn),
      ]);
    expect(subscriptions).toEqual([
      ['email', 'team@example.org', 'HeliosData/Alarms/Topic'],
      ['https', 'https://events.example.org/helios', 'HeliosData/Alarms/Topic'],
      ['email', 'team@example.org', 'HeliosData/Warnings/Topic'],
    ]);
  });

  it('tell of the budget, by a topic that AWS Budgets of this account may publish to', () => {
    const [[, { Properties } = fail()] = fail()] = helios.ofType(
      'HeliosMonitoring',
      'AWS::Budgets::Budget',
    );
    expect(Properties.Budget).toMatchObject({
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      BudgetLimit: { Amount: 250, Unit: 'USD' },
      CostFilters: { TagKeyValue: ['user:application$helios'] },
    });
    const told = Properties.NotificationsWithSubscribers.map((each: unknown) =>
      helios.resolve('HeliosMonitoring', each),
    );
    expect(told).toEqual(
      ['ACTUAL', 'FORECASTED'].map((NotificationType) => ({
        Notification: expect.objectContaining({ NotificationType, Threshold: 100 }),
        Subscribers: [{ SubscriptionType: 'SNS', Address: 'HeliosData/Warnings/Topic' }],
      })),
    );
    const publishers = helios
      .ofType('HeliosData', 'AWS::SNS::TopicPolicy')
      .map(([, policy]) => [
        helios.resolve('HeliosData', policy.Properties.Topics),
        policy.Properties.PolicyDocument.Statement.filter(
          ({ Effect }: { Effect: string }) => Effect === 'Allow',
        ).map(({ Principal, Condition }: Record<string, unknown>) => [Principal, Condition]),
      ]);
    const ofAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
    expect(publishers).toEqual([
      [['HeliosData/Alarms/Topic'], [[{ Service: 'cloudwatch.amazonaws.com' }, ofAccount]]],
      [
        ['HeliosData/Warnings/Topic'],
        [[{ Service: ['budgets.amazonaws.com', 'cloudwatch.amazonaws.com'] }, ofAccount]],
      ],
    ]);
  });
});

describe('every alarm', () => {
  const alarms = helios.stackNames.flatMap((stack) =>
    helios.ofType(stack, 'AWS::CloudWatch::Alarm').map(([logicalId, { Properties }]) => ({
      name: String(Properties.AlarmName ?? logicalId),
      description: String(Properties.AlarmDescription),
    })),
  );
  const guide = readFileSync(join(PROJECT_ROOT, 'docs/guide/operate.md'), 'utf8');
  const sections = [...guide.matchAll(/^### (Helios-\S+)$/gm)].map(([, name = '']) => name);

  it('has a name of its own, and a section in docs/guide/operate.md', () => {
    expect(new Set(alarms.map(({ name }) => name)).size).toBe(alarms.length);
    const without = alarms.filter(({ name }) => !sections.some((each) => isSectionOf(each, name)));
    expect(without).toEqual([]);
  });

  it('is there for each section, where all is measured', () => {
    const all = [...alarms.map(({ name }) => name), 'Helios-IncidentOpen'];
    const empty = sections.filter((each) => !all.some((name) => isSectionOf(each, name)));
    expect(empty).toEqual([]);
  });

  it('is left out where its measure is not told', () => {
    expect(alarms.map(({ name }) => name)).not.toContain('Helios-IncidentOpen');
  });
});

/** `FUNCTION` and `TABLE` in a heading stand for each of them. */
function isSectionOf(heading: string, alarm: string): boolean {
  const pattern = heading.replace(/FUNCTION|TABLE/, '[A-Za-z-]+');
  return new RegExp(`^${pattern}$`).test(alarm);
}

function fail(): never {
  throw new Error('the template lacks the resource');
}
