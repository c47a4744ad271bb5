import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { ANY_RESOURCE } from '#lib/checks/any-resource.ts';
import { HouseRules } from '#lib/checks/house-rules.ts';
import { findViolations, RULES } from '#lib/checks/rules.ts';
import { parseTemplate } from '#lib/checks/template.ts';

const GOOD_FUNCTION = {
  Architectures: ['arm64'],
  Runtime: 'nodejs22.x',
  Timeout: 29,
  MemorySize: 512,
  LoggingConfig: { LogGroup: { Ref: 'Logs' } },
  Role: arnOf('Role'),
};
const ALARM = {
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'Fn' } }],
  AlarmActions: [{ Ref: 'Topic' }],
};
/** What stands around a good function. */
const AROUND = {
  Logs: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 30 } },
  Role: { Type: 'AWS::IAM::Role' },
  Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: ALARM },
  Call: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { IntegrationUri: arnOf('Fn') },
  },
};
type Resources = Readonly<Record<string, unknown>>;

function arnOf(logicalId: string) {
  return { 'Fn::GetAtt': [logicalId, 'Arn'] };
}

function brokenRules(Resources: Resources, others: readonly object[] = [], Outputs = {}): string[] {
  const [template = parseTemplate('{}'), ...rest] = [{ Resources, Outputs }, ...others].map(
    (each) => parseTemplate(JSON.stringify(each)),
  );
  return findViolations(template, rest).map(({ rule, logicalId }) => `${logicalId}: ${rule}`);
}

function withFunction(changes: Resources, around: Resources = {}): string[] {
  const Properties = { ...GOOD_FUNCTION, ...changes };
  return brokenRules({ ...AROUND, Fn: { Type: 'AWS::Lambda::Function', Properties }, ...around });
}

/** A function that is invoked by `callers` alone. */
function invokedBy(callers: Resources, others: readonly object[] = [], Outputs = {}): string[] {
  const { Call, ...around } = AROUND;
  const Fn = { Type: 'AWS::Lambda::Function', Properties: GOOD_FUNCTION };
  return brokenRules({ ...around, Fn, ...callers }, others, Outputs);
}

function withStatement(Statement: unknown): string[] {
  return brokenRules({
    Policy: { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument: { Statement } } },
  });
}

describe('a function', () => {
  it('that keeps the rules breaks none', () => {
    expect(withFunction({})).toEqual([]);
    expect(withFunction({ Runtime: 'nodejs24.x' })).toEqual([]);
    const image = { Runtime: undefined, PackageType: 'Image', Architectures: ['x86_64'] };
    expect(withFunction(image)).toEqual([]);
  });

  it.each([
    ['without an architecture', { Architectures: undefined }, 'function-architecture'],
    ['on x86', { Architectures: ['x86_64'] }, 'function-architecture'],
    ['on Node 20', { Runtime: 'nodejs20.x' }, 'function-runtime'],
    ['on Python', { Runtime: 'python3.13' }, 'function-runtime'],
    ['without a runtime', { Runtime: undefined }, 'function-runtime'],
    ['without a timeout', { Timeout: undefined }, 'function-timeout'],
    ['without memory', { MemorySize: undefined }, 'function-memory'],
    ['without a log group', { LoggingConfig: undefined }, 'function-logs'],
    ['with a foreign log group', { LoggingConfig: { LogGroup: '/aws/lambda/x' } }, 'function-logs'],
  ])('%s breaks its rule', (_, changes, rule) => {
    expect(withFunction(changes)).toEqual([`Fn: ${rule}`]);
  });

  it('whose log is kept for ever breaks its rule', () => {
    const Logs = { Type: 'AWS::Logs::LogGroup' };
    expect(withFunction({}, { Logs })).toEqual(['Fn: function-logs']);
  });

  it('has a role of its own, of its stack', () => {
    expect(withFunction({ Role: 'arn:aws:iam::1:role/shared' })).toEqual(['Fn: function-role']);
    expect(withFunction({ Role: arnOf('Logs') })).toEqual(['Fn: function-role']);
    const Other = { Type: 'AWS::Lambda::Function', Properties: GOOD_FUNCTION };
    expect(withFunction({}, { Other })).toEqual(
      expect.arrayContaining(['Fn: function-role', 'Other: function-role']),
    );
  });

  it.each([
    ['is of throttles', { MetricName: 'Throttles' }],
    ['is of another function', { Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'X' } }] }],
    ['tells nobody', { AlarmActions: [] }],
    ['is switched off', { ActionsEnabled: false }],
  ])('whose alarm %s has none', (_, changes) => {
    const Alarm = { Type: 'AWS::CloudWatch::Alarm', Properties: { ...ALARM, ...changes } };
    expect(withFunction({}, { Alarm })).toEqual(['Fn: function-alarm']);
  });
});

describe('the failures of a function', () => {
  const Schedule = {
    Type: 'AWS::Scheduler::Schedule',
    Properties: { Target: { Arn: arnOf('Fn'), DeadLetterConfig: { Arn: arnOf('Queue') } } },
  };
  const Kept = {
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: {
      FunctionName: { Ref: 'Fn' },
      DestinationConfig: { OnFailure: { Destination: arnOf('Queue') } },
    },
  };
  const Mapping = {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: { Ref: 'Fn' }, EventSourceArn: arnOf('Queue') },
  };
  const redriving = {
    Type: 'AWS::SQS::Queue',
    Properties: { RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 4 } },
  };
  const broken = ['Fn: function-failures'];

  it('are seen by who waits for it', () => {
    const Machine = {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionSubstitutions: { task: arnOf('Fn') } },
    };
    expect(invokedBy({ Machine })).toEqual([]);
    expect(invokedBy({})).toEqual(broken);
  });

  it('are kept where it is invoked by the clock, also when a caller waits for it at other times', () => {
    expect(invokedBy({ Schedule })).toEqual(broken);
    expect(invokedBy({ Schedule, Call: AROUND.Call })).toEqual(broken);
    expect(invokedBy({ Schedule, Kept })).toEqual([]);
    const Nowhere = {
      ...Kept,
      Properties: { FunctionName: { Ref: 'Fn' }, MaximumRetryAttempts: 2 },
    };
    expect(invokedBy({ Schedule, Nowhere })).toEqual(broken);
  });

  it('are in the dead letters of its queue, which the queue must have', () => {
    expect(invokedBy({ Mapping, Queue: redriving })).toEqual([]);
    expect(invokedBy({ Mapping, Queue: { Type: 'AWS::SQS::Queue' } })).toEqual(broken);
    expect(invokedBy({ Mapping, Call: AROUND.Call })).toEqual(broken);
  });

  it('are looked for in the other stacks, which know it by its outputs', () => {
    const uri = { 'Fn::GetStackOutput': { StackName: 'Own', OutputName: 'FnArn' } };
    const other = {
      Resources: {
        Call: { Type: 'AWS::ApiGatewayV2::Integration', Properties: { IntegrationUri: uri } },
      },
    };
    expect(invokedBy({}, [other], { FnArn: { Value: arnOf('Fn') } })).toEqual([]);
    expect(invokedBy({}, [other], { FnArn: { Value: arnOf('Another') } })).toEqual(broken);
  });
});

describe('a permission', () => {
  it.each([
    ['*', ['Policy: no-wildcard-action']],
    ['s3:*', ['Policy: no-wildcard-action']],
    ['s3:Get*', ['Policy: no-wildcard-action']],
    [['s3:GetObject', 'dynamodb:*'], ['Policy: no-wildcard-action']],
    [['s3:GetObject', 's3:PutObject'], []],
  ])('of %j is judged', (Action, expected) => {
    expect(withStatement([{ Effect: 'Allow', Action, Resource: 'x' }])).toEqual(expected);
    // One statement may be written without a list.
    expect(withStatement({ Effect: 'Allow', Action, Resource: 'x' })).toEqual(expected);
  });

  it('may not be everything but something', () => {
    const statement = { Effect: 'Allow', NotAction: ['iam:PassRole'], Resource: 'x' };
    expect(withStatement([statement])).toEqual(['Policy: no-wildcard-action']);
  });

  it('may be refused as broadly as one likes', () => {
    expect(withStatement([{ Effect: 'Deny', Action: 's3:*', Resource: 'x' }])).toEqual([]);
  });

  it('is found inside a role and on a queue', () => {
    const PolicyDocument = { Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: 'x' }] };
    expect(
      brokenRules({
        Role: { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyDocument }] } },
        Queue: { Type: 'AWS::SQS::QueuePolicy', Properties: { PolicyDocument } },
      }),
    ).toEqual(['Role: no-wildcard-action', 'Queue: no-wildcard-action']);
  });

  it('of everything is given for listed actions only, each with a reason', () => {
    const listed = Object.keys(ANY_RESOURCE);
    expect(withStatement({ Effect: 'Allow', Action: listed, Resource: '*' })).toEqual([]);
    for (const Resource of ['*', ['arn', '*']]) {
      const Action = ['s3:GetObject', ...listed];
      expect(withStatement({ Effect: 'Allow', Action, Resource })).toEqual([
        'Policy: no-any-resource',
      ]);
    }
    const others = { Effect: 'Allow', Action: 's3:GetObject', NotResource: 'x' };
    expect(withStatement(others)).toEqual(['Policy: no-any-resource']);
    for (const reason of Object.values(ANY_RESOURCE)) expect(reason.length).toBeGreaterThan(30);
  });

  it('of a key is the account’s own to give, and nobody else’s', () => {
    const withKey = (AWS: unknown) =>
      brokenRules({
        Key: {
          Type: 'AWS::KMS::Key',
          Properties: {
            KeyPolicy: {
              Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: { AWS } }],
            },
          },
        },
      });
    const root = { 'Fn::Join': ['', ['arn:aws:iam::', { Ref: 'AWS::AccountId' }, ':root']] };
    expect(withKey(root)).toEqual([]);
    expect(withKey('*')).toEqual(['Key: no-wildcard-action']);
    expect(withKey('arn:aws:iam::111122223333:root')).toEqual(['Key: no-wildcard-action']);
  });

  it('does not come by a managed policy', () => {
    const Properties = { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] };
    expect(brokenRules({ Role: { Type: 'AWS::IAM::Role', Properties } })).toEqual([
      'Role: no-managed-policy',
    ]);
  });

  it('is not looked for in the rules of a firewall', () => {
    const Properties = { Rules: [{ Statement: { RateBasedStatement: { Limit: 100 } } }] };
    expect(brokenRules({ Acl: { Type: 'AWS::WAFv2::WebACL', Properties } })).toEqual([]);
  });
});

describe('synthesis', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'helios-rules-'));
  afterAll(() => rmSync(outdir, { recursive: true }));

  it('fails for a function that keeps no rule, and names each', () => {
    process.env.CDK_VALIDATION = 'false';
    const app = new App({ outdir, analyticsReporting: false });
    new LambdaFunction(new Stack(app, 'Bad'), 'Fn', {
      runtime: Runtime.NODEJS_20_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => {}'),
    });
    Validations.of(app).addPlugins(new HouseRules());
    const message = messageOf(() => app.synth());
    const fired = Object.keys(RULES).filter((rule) =>
      message.includes(`helios-house-rules::${rule}`),
    );
    expect(fired).toEqual([
      'function-architecture',
      'function-runtime',
      'function-timeout',
      'function-memory',
      'function-logs',
      'function-alarm',
      'function-failures',
      'no-managed-policy',
    ]);
  });
});

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return String(error);
  }
  throw new Error('nothing was refused');
}
