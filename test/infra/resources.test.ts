import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { findViolations, parseTemplate } from '#lib/checks/rules.ts';
import { synthesise } from './synthesise.ts';

const helios = synthesise();

describe('stacks', () => {
  it('depend on earlier ones only', () => {
    expect(
      Object.fromEntries(helios.stackNames.map((stack) => [stack, helios.dependenciesOf(stack)])),
    ).toEqual({
      HeliosData: [],
      HeliosPipeline: ['HeliosData'],
      HeliosCollection: ['HeliosData', 'HeliosPipeline'],
      HeliosApi: ['HeliosData', 'HeliosPipeline'],
      HeliosMonitoring: ['HeliosApi', 'HeliosCollection', 'HeliosData', 'HeliosPipeline'],
    });
  });

  it.each(helios.stackNames)('%s keeps the house rules', (stack) => {
    const template = parseTemplate(JSON.stringify(helios.template(stack).toJSON()));
    expect(findViolations(template)).toEqual([]);
  });

  it('hold what is expected, no more', () => {
    expect(
      Object.fromEntries(helios.stackNames.map((stack) => [stack, countTypes(stack)])),
    ).toEqual({
      HeliosData: {
        'DynamoDB::Table': 2,
        'S3::Bucket': 1,
        'S3::BucketPolicy': 1,
        'SNS::Topic': 1,
        'SNS::TopicPolicy': 1,
      },
      HeliosPipeline: {
        'CloudWatch::Alarm': 22,
        'IAM::Policy': 14,
        'IAM::Role': 13,
        'Lambda::EventInvokeConfig': 1,
        'Lambda::Function': 11,
        'Lambda::LayerVersion': 2,
        'Logs::LogGroup': 11,
        'SQS::Queue': 1,
        'SQS::QueuePolicy': 1,
        'Scheduler::Schedule': 1,
        'StepFunctions::StateMachine': 1,
      },
      HeliosCollection: {
        'CloudWatch::Alarm': 6,
        'IAM::Policy': 4,
        'IAM::Role': 4,
        'Lambda::EventInvokeConfig': 1,
        'Lambda::EventSourceMapping': 2,
        'Lambda::Function': 3,
        'Lambda::LayerVersion': 1,
        'Logs::LogGroup': 3,
        'SQS::Queue': 5,
        'SQS::QueuePolicy': 5,
        'Scheduler::Schedule': 3,
      },
      HeliosApi: {
        'ApiGatewayV2::Api': 1,
        'ApiGatewayV2::Integration': 9,
        'ApiGatewayV2::Route': 47,
        'ApiGatewayV2::Stage': 1,
        'CloudWatch::Alarm': 18,
        'IAM::Policy': 10,
        'IAM::Role': 10,
        'Lambda::Function': 9,
        'Lambda::LayerVersion': 1,
        'Lambda::Permission': 9,
        'Logs::LogGroup': 10,
        'StepFunctions::StateMachine': 1,
      },
      HeliosMonitoring: { 'CloudWatch::Alarm': 8, 'CloudWatch::Dashboard': 1 },
    });
  });
});

describe('what has state', () => {
  // A changed logical id would leave the old table behind and start with an empty one.
  it.each([
    ['ObservationsTableA2C238FE', 'AWS::DynamoDB::Table'],
    ['CatalogTableBBEA0CBC', 'AWS::DynamoDB::Table'],
    ['ObjectsBucket5A707942', 'AWS::S3::Bucket'],
  ])('%s keeps its logical id and outlives its stack', (logicalId, type) => {
    expect(helios.resources('HeliosData')[logicalId]).toMatchObject({
      Type: type,
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it('AlarmsTopic3A2DFEBA keeps its logical id, and with it its subscriptions', () => {
    expect(helios.resources('HeliosData')).toHaveProperty('AlarmsTopic3A2DFEBA');
  });

  it('is in tables that are recoverable, protected, and forget by their ttl', () => {
    helios.template('HeliosData').allResourcesProperties('AWS::DynamoDB::Table', {
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
  });

  it('is in a bucket that is private, encrypted, versioned, and forgets runs and checkpoints', () => {
    helios.template('HeliosData').hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({ Prefix: 'runs/', ExpirationInDays: 30, Status: 'Enabled' }),
          Match.objectLike({ Prefix: 'checkpoints/', ExpirationInDays: 7, Status: 'Enabled' }),
          Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 90 } }),
          Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }),
        ],
      },
    });
  });

  it.each([
    ['HeliosData', 'AWS::S3::BucketPolicy', 's3:*'],
    ['HeliosData', 'AWS::SNS::TopicPolicy', 'sns:Publish'],
    ['HeliosCollection', 'AWS::SQS::QueuePolicy', 'sqs:*'],
    ['HeliosPipeline', 'AWS::SQS::QueuePolicy', 'sqs:*'],
  ])('of %s is reached by TLS only (%s)', (stack, type, action) => {
    helios.template(stack).allResourcesProperties(type, {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: action,
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });
});

describe('queues', () => {
  it.each([
    ['collect', 'CollectQueue', 10],
    ['score', 'ScoreQueue', 20],
  ])('of %s return what failed, four times, and then set it aside', (name, queue, concurrency) => {
    const [, { Properties } = fail()] = find('AWS::SQS::Queue', `HeliosCollection/${queue}/Queue`);
    const consumer = helios.functions.get(name)?.resource.Properties;
    expect(Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * consumer.Timeout);
    expect(Properties).toMatchObject({
      SqsManagedSseEnabled: true,
      RedrivePolicy: { maxReceiveCount: 4 },
    });
    expect(helios.resolve('HeliosCollection', Properties.RedrivePolicy.deadLetterTargetArn)).toBe(
      `HeliosCollection/${queue}/DeadLetters/Queue.Arn`,
    );
    // All four attempts fit into the time the queue keeps a message.
    expect(Properties.MessageRetentionPeriod).toBeGreaterThan(4 * Properties.VisibilityTimeout);

    const mappings = helios
      .ofType('HeliosCollection', 'AWS::Lambda::EventSourceMapping')
      .map(([, mapping]) => helios.resolve('HeliosCollection', mapping.Properties));
    expect(mappings).toContainEqual(
      expect.objectContaining({
        EventSourceArn: `HeliosCollection/${queue}/Queue.Arn`,
        FunctionName: `${helios.functions.get(name)?.path}/Function`,
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: concurrency },
      }),
    );
  });

  it('are encrypted, and dead letters wait for two weeks', () => {
    for (const stack of ['HeliosCollection', 'HeliosPipeline']) {
      helios
        .template(stack)
        .allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
      for (const [, queue] of helios.ofType(stack, 'AWS::SQS::Queue')) {
        if (queue.Properties.RedrivePolicy) continue;
        expect(queue.Properties.MessageRetentionPeriod).toBe(14 * 24 * 3_600);
      }
    }
  });
});

describe('monitoring', () => {
  const alarms = helios
    .ofType('HeliosMonitoring', 'AWS::CloudWatch::Alarm')
    .map(([, { Properties }]) => Object(helios.resolve('HeliosMonitoring', Properties)));

  it('has an alarm on every dead-letter queue', () => {
    const watched = alarms
      .filter(({ MetricName }) => MetricName === 'ApproximateNumberOfMessagesVisible')
      .map(({ Dimensions }) => Dimensions[0].Value);
    expect(watched.sort()).toEqual([
      'HeliosCollection/CollectQueue/DeadLetters/Queue.QueueName',
      'HeliosCollection/FailedEvents/Queue.QueueName',
      'HeliosCollection/ScoreQueue/DeadLetters/Queue.QueueName',
      'HeliosPipeline/FailedEvents/Queue.QueueName',
    ]);
  });

  it('has alarms on failed trainings and on server errors of the API', () => {
    expect(alarms).toContainEqual(expect.objectContaining({ MetricName: '5xx' }));
    const [summed] = alarms.flatMap(({ Metrics }) => (Metrics ? [Metrics] : []));
    expect(summed).toContainEqual(
      expect.objectContaining({ Expression: 'failed + timedOut + aborted', ReturnData: true }),
    );
    expect(
      summed.flatMap(({ Id, MetricStat }: { Id: string; MetricStat?: { Metric: object } }) =>
        MetricStat ? [[Id, MetricStat.Metric]] : [],
      ),
    ).toEqual([
      ['failed', expect.objectContaining({ MetricName: 'ExecutionsFailed' })],
      ['timedOut', expect.objectContaining({ MetricName: 'ExecutionsTimedOut' })],
      ['aborted', expect.objectContaining({ MetricName: 'ExecutionsAborted' })],
    ]);
  });

  it('tells people', () => {
    for (const { AlarmActions, Threshold, TreatMissingData } of alarms) {
      expect(AlarmActions).toEqual(['HeliosData/Alarms/Topic']);
      expect([1, 7_200]).toContain(Threshold);
      expect(TreatMissingData).toBe('notBreaching');
    }
  });

  it('has alarms on incidents and on stale data of any workload, however many there are', () => {
    const queries = alarms.flatMap(({ Metrics = [], Threshold, ComparisonOperator }) =>
      Metrics.flatMap(({ Expression = '', Period }: { Expression?: string; Period?: number }) =>
        Expression.startsWith('SELECT')
          ? [[Expression, Period, `${ComparisonOperator} ${Threshold}`]]
          : [],
      ),
    );
    const from = 'FROM SCHEMA("Helios", cluster, namespace, deployment)';
    expect(queries).toEqual([
      [`SELECT MAX(OpenIncidents) ${from}`, 300, 'GreaterThanOrEqualToThreshold 1'],
      [`SELECT MAX(DataAgeSeconds) ${from}`, 300, 'GreaterThanOrEqualToThreshold 7200'],
    ]);
  });

  it('shows every function, queue and table on its dashboard', () => {
    const [[, dashboard] = fail()] = helios.ofType(
      'HeliosMonitoring',
      'AWS::CloudWatch::Dashboard',
    );
    const body = String(helios.resolve('HeliosMonitoring', dashboard.Properties.DashboardBody));
    for (const { path } of helios.functions.values()) expect(body).toContain(`${path}/Function`);
    for (const name of [
      'HeliosCollection/CollectQueue/Queue.QueueName',
      'HeliosCollection/ScoreQueue/DeadLetters/Queue.QueueName',
      'HeliosPipeline/Training/StateMachine',
      'HeliosData/Observations/Table',
      'HeliosData/Catalog/Table',
      'HeliosApi/Api/Api',
      'SELECT MAX(OpenIncidents)',
      'SELECT MAX(AnomalyScore)',
      'SELECT AVG(ForecastSkill)',
    ]) {
      expect(body).toContain(name);
    }
  });
});

function countTypes(stack: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values(helios.resources(stack))) {
    const type = String(Type).replace('AWS::', '');
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

function find(type: string, path: string) {
  const found = helios
    .ofType('HeliosCollection', type)
    .find(([, resource]) => resource.Metadata['aws:cdk:path'] === `${path}/Resource`);
  return found ?? fail();
}

function fail(): never {
  throw new Error('the template lacks the resource');
}
