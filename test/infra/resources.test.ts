import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { findViolations } from '#lib/checks/rules.ts';
import { parseTemplate } from '#lib/checks/template.ts';
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
    const templateOf = (name: string) =>
      parseTemplate(JSON.stringify(helios.template(name).toJSON()));
    expect(findViolations(templateOf(stack), helios.stackNames.map(templateOf))).toEqual([]);
  });

  it('hold what is expected, no more', () => {
    expect(
      Object.fromEntries(helios.stackNames.map((stack) => [stack, countTypes(stack)])),
    ).toEqual({
      HeliosData: {
        'DynamoDB::Table': 2,
        'S3::Bucket': 2,
        'S3::BucketPolicy': 2,
        'SNS::Topic': 2,
        'SNS::TopicPolicy': 2,
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
        'Scheduler::Schedule': 4,
      },
      HeliosApi: {
        'ApiGatewayV2::Api': 1,
        'ApiGatewayV2::Integration': 9,
        'ApiGatewayV2::Route': 60,
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
      HeliosMonitoring: {
        'Budgets::Budget': 1,
        'CloudWatch::Alarm': 18,
        'CloudWatch::Dashboard': 1,
      },
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
          Match.objectLike({ Prefix: 'detectors/', ExpirationInDays: 400, Status: 'Enabled' }),
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
    const { Metrics: summed } = alarms.find(
      ({ AlarmName }) => AlarmName === 'Helios-PipelineFailed',
    );
    expect(summed).toContainEqual(
      expect.objectContaining({
        // Where nothing failed there is no value, which is no reason to have none of the sum.
        Expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)',
        ReturnData: true,
      }),
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

  it('tells people at once, or when they have time', () => {
    const told = alarms.map(({ AlarmName, AlarmActions, ComparisonOperator, Threshold }) => [
      AlarmName,
      AlarmActions.map((topic: string) => topic.replace('HeliosData/', '')).join(),
      `${ComparisonOperator.replace('Threshold', '').replace('Than', '')} ${Threshold}`,
    ]);
    expect(told.sort()).toEqual([
      ['Helios-ApiServerErrors', 'Alarms/Topic', 'GreaterOrEqualTo 1'],
      ['Helios-ApiSlow', 'Warnings/Topic', 'GreaterOrEqualTo 15000'],
      ['Helios-ChampionStale', 'Warnings/Topic', 'GreaterOrEqualTo 259200'],
      ['Helios-CoverageLost', 'Warnings/Topic', 'Less 0.72'],
      ['Helios-DataStale', 'Alarms/Topic', 'GreaterOrEqualTo 7200'],
      ['Helios-DeadLetters-collect', 'Alarms/Topic', 'GreaterOrEqualTo 1'],
      ['Helios-DeadLetters-dispatch', 'Alarms/Topic', 'GreaterOrEqualTo 1'],
      ['Helios-DeadLetters-score', 'Alarms/Topic', 'GreaterOrEqualTo 1'],
      ['Helios-DeadLetters-train', 'Alarms/Topic', 'GreaterOrEqualTo 1'],
      ['Helios-HeartbeatLost', 'Alarms/Topic', 'Less 1'],
      ['Helios-IncidentOpen', 'Alarms/Topic', 'GreaterOrEqualTo 1'],
      ['Helios-PipelineFailed', 'Alarms/Topic', 'GreaterOrEqualTo 1'],
      ['Helios-TableErrors-Catalog', 'Warnings/Topic', 'GreaterOrEqualTo 1'],
      ['Helios-TableErrors-Observations', 'Warnings/Topic', 'GreaterOrEqualTo 1'],
      ['Helios-TableThrottled-Catalog', 'Warnings/Topic', 'GreaterOrEqualTo 1'],
      ['Helios-TableThrottled-Observations', 'Warnings/Topic', 'GreaterOrEqualTo 1'],
      ['Helios-WorkLate-collect', 'Warnings/Topic', 'GreaterOrEqualTo 900'],
      ['Helios-WorkLate-score', 'Warnings/Topic', 'GreaterOrEqualTo 900'],
    ]);
    for (const { AlarmName, TreatMissingData } of alarms) {
      const isDeadMan = AlarmName === 'Helios-HeartbeatLost';
      expect(TreatMissingData).toBe(isDeadMan ? 'breaching' : 'notBreaching');
    }
  });

  it('has an alarm on incidents of any workload, however many there are, workload by workload', () => {
    const queries = alarms.flatMap(({ Metrics = [] }) =>
      Metrics.flatMap(({ Expression = '', Period }: { Expression?: string; Period?: number }) =>
        Expression.startsWith('SELECT') ? [[Expression, Period]] : [],
      ),
    );
    // Bare, `cluster` would be the reserved word CLUSTER, and CloudWatch would refuse the alarm.
    const by = '"cluster", "namespace", "deployment"';
    // CloudWatch wants both clauses of an alarm on several series; the greatest are the first.
    expect(queries).toEqual([
      [
        `SELECT MAX(OpenIncidents) FROM SCHEMA("Helios", ${by}) GROUP BY ${by} ORDER BY MAX() DESC`,
        300,
      ],
    ]);
  });

  it('looks at the worst of all workloads for data, champions and coverage', () => {
    const ofFleet = alarms.filter(({ Dimensions }) => Dimensions?.[0].Name === 'fleet');
    expect(
      ofFleet.map(({ MetricName, Statistic, Period, Dimensions }) => [
        MetricName,
        Statistic,
        Period,
        Dimensions,
      ]),
    ).toEqual([
      ['DataAgeSeconds', 'Maximum', 300, [{ Name: 'fleet', Value: 'helios' }]],
      ['ChampionAgeSeconds', 'Maximum', 3_600, [{ Name: 'fleet', Value: 'helios' }]],
      ['ForecastCoverage', 'Minimum', 3_600, [{ Name: 'fleet', Value: 'helios' }]],
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
