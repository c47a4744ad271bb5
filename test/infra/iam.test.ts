import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '#lib/constructs/project.ts';
import { list, synthesise } from './synthesise.ts';

const helios = synthesise();

const OBSERVATIONS = 'HeliosData/Observations/Table.Arn';
const CATALOG = 'HeliosData/Catalog/Table.Arn';
const BUCKET = 'HeliosData/Objects/Bucket.Arn';
const MODELS = `${BUCKET}/models/*`;
const DETECTORS = `${BUCKET}/detectors/*`;
const RUNS = `${BUCKET}/runs/*`;
const CHECKPOINTS = `${BUCKET}/checkpoints/*`;
const COLLECT_QUEUE = 'HeliosCollection/CollectQueue/Queue.Arn';
const SCORE_QUEUE = 'HeliosCollection/ScoreQueue/Queue.Arn';
const REPLAYS = 'HeliosApi/Replays/StateMachine';
const STATE_MACHINE = 'HeliosPipeline/Training/StateMachine';

const READ_MODELS = {
  [MODELS]: ['s3:GetObject'],
  // Without it S3 answers 403 for a missing object, not 404.
  [`${BUCKET} where s3:prefix like models/*`]: ['s3:ListBucket'],
};
const READ_WRITE_MODELS = { ...READ_MODELS, [MODELS]: ['s3:GetObject', 's3:PutObject'] };
const READ_DETECTORS = {
  [DETECTORS]: ['s3:GetObject'],
  [`${BUCKET} where s3:prefix like detectors/*`]: ['s3:ListBucket'],
};
const READ_RUNS = {
  [RUNS]: ['s3:GetObject'],
  [`${BUCKET} where s3:prefix like runs/*`]: ['s3:ListBucket'],
};
const READ_WRITE_RUNS = { ...READ_RUNS, [RUNS]: ['s3:GetObject', 's3:PutObject'] };
const READ_WRITE_CATALOG = { [CATALOG]: ['dynamodb:GetItem', 'dynamodb:UpdateItem'] };
const QUERY_CATALOG = {
  [CATALOG]: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
};
const CONSUME = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
];
/** All that an on-failure destination takes. */
const SEND_FAILED = ['sqs:SendMessage'];

/** Everything each function may do, by resource; its own log apart, which all have. */
const ALLOWED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  ingest: {
    [OBSERVATIONS]: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
    ...READ_WRITE_CATALOG,
  },
  predict: {
    [OBSERVATIONS]: ['dynamodb:Query'],
    [CATALOG]: ['dynamodb:GetItem', 'dynamodb:Query'],
    ...READ_MODELS,
  },
  detect: { [OBSERVATIONS]: ['dynamodb:Query'], ...QUERY_CATALOG, ...READ_DETECTORS },
  recommend: { [OBSERVATIONS]: ['dynamodb:Query'], ...QUERY_CATALOG, ...READ_MODELS },
  capacity: {
    [OBSERVATIONS]: ['dynamodb:Query'],
    [CATALOG]: ['dynamodb:GetItem', 'dynamodb:Query'],
    ...READ_MODELS,
  },
  catalog: { [OBSERVATIONS]: ['dynamodb:Query'], ...QUERY_CATALOG, ...READ_MODELS },
  replay: {
    ...QUERY_CATALOG,
    ...READ_WRITE_RUNS,
    [REPLAYS]: ['states:StartExecution'],
  },
  simulate: { [OBSERVATIONS]: ['dynamodb:Query'], ...QUERY_CATALOG, ...READ_WRITE_RUNS },
  metrics: {
    [OBSERVATIONS]: ['dynamodb:Query'],
    [CATALOG]: ['dynamodb:GetItem', 'dynamodb:Query'],
  },
  train: {
    ...READ_WRITE_CATALOG,
    [STATE_MACHINE]: ['states:StartExecution'],
    'HeliosPipeline/FailedEvents/Queue.Arn': SEND_FAILED,
  },
  dispatch: {
    // The plan of cadences and what discovery found: replaced as a whole.
    [CATALOG]: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    [COLLECT_QUEUE]: ['sqs:SendMessage'],
    [SCORE_QUEUE]: ['sqs:SendMessage'],
    'HeliosCollection/FailedEvents/Queue.Arn': SEND_FAILED,
  },
  collect: {
    [OBSERVATIONS]: ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    ...READ_WRITE_CATALOG,
    [COLLECT_QUEUE]: CONSUME,
    [SCORE_QUEUE]: ['sqs:SendMessage'],
    // The only resource *: CloudWatch has no resource-level permission for reading metrics.
    '*': ['cloudwatch:GetMetricData'],
  },
  score: {
    [OBSERVATIONS]: ['dynamodb:Query'],
    [CATALOG]: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    ...READ_MODELS,
    ...READ_DETECTORS,
    [SCORE_QUEUE]: CONSUME,
    [STATE_MACHINE]: ['states:StartExecution'],
  },
  plan: { ...QUERY_CATALOG, [RUNS]: ['s3:PutObject'] },
  validate: {
    [OBSERVATIONS]: ['dynamodb:Query'],
    ...READ_WRITE_CATALOG,
    ...READ_WRITE_RUNS,
  },
  engineer: { ...READ_WRITE_CATALOG, ...READ_WRITE_RUNS },
  'fit-statistical': { ...READ_WRITE_CATALOG, ...READ_WRITE_RUNS },
  'fit-boosting': {
    [OBSERVATIONS]: ['dynamodb:Query'],
    ...QUERY_CATALOG,
    ...READ_WRITE_RUNS,
    ...READ_WRITE_MODELS,
  },
  'fit-recurrent': {
    ...READ_WRITE_CATALOG,
    ...READ_WRITE_RUNS,
    [CHECKPOINTS]: ['s3:GetObject', 's3:PutObject'],
    [`${BUCKET} where s3:prefix like checkpoints/*`]: ['s3:ListBucket'],
  },
  'fit-detectors': {
    ...READ_WRITE_CATALOG,
    ...READ_WRITE_RUNS,
    ...READ_DETECTORS,
    [DETECTORS]: ['s3:GetObject', 's3:PutObject'],
  },
  evaluate: { ...READ_WRITE_CATALOG, ...READ_WRITE_RUNS, ...READ_MODELS },
  register: { ...READ_WRITE_CATALOG, ...READ_RUNS, ...READ_WRITE_MODELS },
  finish: { ...QUERY_CATALOG, ...READ_RUNS },
};

describe('permissions of functions', () => {
  it('are listed for every function', () => {
    expect(Object.keys(ALLOWED).sort()).toEqual([...helios.functions.keys()].sort());
  });

  it.each([...helios.functions.values()])('of $name are exactly those listed', (fn) => {
    const roleId = fn.resource.Properties.Role['Fn::GetAtt'][0];
    expect(allowedTo(fn.stack, roleId)).toEqual({
      [`${fn.path}/Logs.Arn`]: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      ...ALLOWED[fn.name],
    });
  });

  it('on tables are among what the stores ever send', () => {
    const sent = {
      [OBSERVATIONS]: actionsOf('dynamo-observation-store.ts', 'batch-get.ts'),
      [CATALOG]: actionsOf('dynamo-catalog-store.ts'),
    };
    for (const [table, actions] of Object.entries(sent)) {
      const granted = Object.values(ALLOWED).flatMap((allowed) => allowed[table] ?? []);
      expect(actions).toEqual(expect.arrayContaining([...new Set(granted)]));
    }
  });
});

describe('permissions of services', () => {
  it('let the state machine invoke its tasks, read manifests, write results and run its map', () => {
    const [[, machine] = fail()] = helios.ofType(
      'HeliosPipeline',
      'AWS::StepFunctions::StateMachine',
    );
    const roleId = machine.Properties.RoleArn['Fn::GetAtt'][0];
    const executions = `arn:PARTITION:states:REGION:ACCOUNT:execution:${STATE_MACHINE}.Name`;
    const tasks = [
      'Plan',
      'Validate',
      'Engineer',
      'FitStatistical',
      'FitBoosting',
      'FitRecurrent',
      'FitDetectors',
      'Evaluate',
      'Register',
      'Finish',
    ];
    expect(allowedTo('HeliosPipeline', roleId)).toEqual({
      ...Object.fromEntries(
        tasks.map((task) => [`HeliosPipeline/${task}/Function.Arn`, ['lambda:InvokeFunction']]),
      ),
      [RUNS]: [
        's3:AbortMultipartUpload',
        's3:GetObject',
        's3:ListMultipartUploadParts',
        's3:PutObject',
      ],
      [STATE_MACHINE]: ['states:StartExecution'],
      [`${executions}:*`]: ['states:DescribeExecution', 'states:StopExecution'],
      [`${executions}/*`]: ['states:DescribeExecution', 'states:StopExecution'],
    });
  });

  it.each([
    ['HeliosCollection', 'Dispatch'],
    ['HeliosPipeline', 'Train'],
  ])('let the scheduler of %s invoke %s alone', (stack, target) => {
    const roleIds = helios
      .ofType(stack, 'AWS::Scheduler::Schedule')
      .map(([, schedule]) => schedule.Properties.Target.RoleArn['Fn::GetAtt'][0]);
    const [roleId] = new Set(roleIds);
    expect(allowedTo(stack, roleId)).toEqual({
      [`${stack}/${target}/Function.Arn`]: ['lambda:InvokeFunction'],
      [`${stack}/FailedEvents/Queue.Arn`]: ['sqs:SendMessage'],
    });
    const [trust] = list(
      helios.resources(stack)[roleId]?.Properties.AssumeRolePolicyDocument.Statement,
    );
    expect(helios.resolve(stack, trust)).toEqual({
      Action: 'sts:AssumeRole',
      Effect: 'Allow',
      Principal: { Service: 'scheduler.amazonaws.com' },
      Condition: {
        StringEquals: {
          'aws:SourceAccount': 'ACCOUNT',
          'aws:SourceArn': 'arn:PARTITION:scheduler:REGION:ACCOUNT:schedule-group/default',
        },
      },
    });
  });

  it('are given to no other role', () => {
    const roles = helios.stackNames.flatMap((stack) => helios.ofType(stack, 'AWS::IAM::Role'));
    // The functions', those of the two state machines and the two of the schedules.
    expect(roles).toHaveLength(Object.keys(ALLOWED).length + 4);
    for (const [, { Properties }] of roles) {
      expect(Properties).not.toHaveProperty('Policies');
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  it('let alarms of this account publish, although the topic has a policy of its own', () => {
    const [[, policy] = fail()] = helios.ofType('HeliosData', 'AWS::SNS::TopicPolicy');
    expect(policy.Properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    );
  });
});

/** The actions a role is allowed, by resource with its conditions. */
function allowedTo(stack: string, roleId: string): Record<string, string[]> {
  const allowed: Record<string, string[]> = {};
  for (const [, policy] of helios.ofType(stack, 'AWS::IAM::Policy')) {
    if (!policy.Properties.Roles.some((role: { Ref?: string }) => role.Ref === roleId)) continue;
    for (const statement of policy.Properties.PolicyDocument.Statement) {
      expect(statement.Effect).toBe('Allow');
      const condition = statement.Condition ? conditionText(statement.Condition) : '';
      for (const resource of list(helios.resolve(stack, statement.Resource))) {
        const key = `${resource}${condition}`;
        const actions = list(statement.Action).map(String);
        allowed[key] = [...(allowed[key] ?? []), ...actions].sort();
      }
    }
  }
  return allowed;
}

function conditionText(condition: { StringLike?: Record<string, unknown> }): string {
  const { StringLike, ...others } = condition;
  expect(others).toEqual({});
  return Object.entries(StringLike ?? {})
    .map(([key, value]) => ` where ${key} like ${list(value).join(' or ')}`)
    .join('');
}

const ACTION_OF: Readonly<Record<string, string>> = {
  "client.send('GetItem'": 'dynamodb:GetItem',
  "client.send('BatchGetItem'": 'dynamodb:BatchGetItem',
  "client.send('PutItem'": 'dynamodb:PutItem',
  "client.send('UpdateItem'": 'dynamodb:UpdateItem',
  "client.send('DeleteItem'": 'dynamodb:DeleteItem',
  "pagesOf(client, 'Query'": 'dynamodb:Query',
};

/** The DynamoDB actions that these adapters can send, by their source. */
function actionsOf(...files: readonly string[]): readonly string[] {
  const text = files
    .map((file) => readFileSync(join(PROJECT_ROOT, 'src/adapters/aws', file), 'utf8'))
    .join('\n');
  return Object.entries(ACTION_OF)
    .filter(([call]) => text.includes(call))
    .map(([, action]) => action);
}

function fail(): never {
  throw new Error('the template lacks the resource');
}
