import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { HouseRules } from '#lib/checks/house-rules.ts';
import { findViolations, parseTemplate, RULES } from '#lib/checks/rules.ts';

const GOOD_FUNCTION = {
  Architectures: ['arm64'],
  Runtime: 'nodejs22.x',
  Timeout: 29,
  MemorySize: 512,
  LoggingConfig: { LogGroup: { Ref: 'Logs' } },
};
const LOGS = { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 30 } };

function brokenRules(resources: Readonly<Record<string, unknown>>): string[] {
  const template = parseTemplate(JSON.stringify({ Resources: resources }));
  return findViolations(template).map(({ rule, logicalId }) => `${logicalId}: ${rule}`);
}

function withFunction(changes: Readonly<Record<string, unknown>>, logs: unknown = LOGS): string[] {
  const Properties = { ...GOOD_FUNCTION, ...changes };
  return brokenRules({ Logs: logs, Fn: { Type: 'AWS::Lambda::Function', Properties } });
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
    expect(withFunction({ Runtime: undefined, PackageType: 'Image' })).toEqual([]);
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
    expect(withFunction({}, { Type: 'AWS::Logs::LogGroup' })).toEqual(['Fn: function-logs']);
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
