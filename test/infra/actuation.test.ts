import { describe, expect, it } from '@jest/globals';
import { ActuateEnvSchema } from '#contracts/env.ts';
import { list, synthesise } from './synthesise.ts';

const TARGETS = [{ deployment: 'web', namespace: 'shop', resource_id: 'service/shop/web' }];
const dry = synthesise({ actuation: { enabled: true, targets: TARGETS } });
const acting = synthesise({ actuation: { enabled: true, dry_run: false, targets: TARGETS } });
const STACK = 'HeliosActuation';

/** What the function may do, a statement each, its own log apart. */
function allowed(helios: typeof dry): readonly unknown[] {
  const fn = helios.functions.get('actuate');
  const role = fn?.resource.Properties.Role['Fn::GetAtt'][0];
  return helios
    .ofType(STACK, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => Properties.Roles.some(({ Ref = '' }) => Ref === role))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .map((statement: Record<string, unknown>) => ({
      actions: [...list(statement.Action)].sort(),
      resources: list(helios.resolve(STACK, statement.Resource)),
      ...(statement.Condition ? { condition: statement.Condition } : {}),
    }))
    .filter(({ resources }) => !String(resources[0]).includes('/Logs.'));
}

const READING = [
  {
    actions: ['sqs:SendMessage'],
    resources: ['HeliosActuation/FailedEvents/Queue.Arn'],
  },
  {
    actions: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
    resources: ['HeliosData/Catalog/Table.Arn'],
  },
  {
    // Neither action knows resources.
    actions: [
      'application-autoscaling:DescribeScalableTargets',
      'application-autoscaling:DescribeScheduledActions',
    ],
    resources: ['*'],
  },
];

describe('the actuation stack', () => {
  it('is not there unless somebody turns it on', () => {
    const helios = synthesise({ actuation: { targets: TARGETS } });
    expect(helios.stackNames).not.toContain(STACK);
    expect([...helios.functions.keys()]).not.toContain('actuate');
    for (const stack of helios.stackNames) {
      expect(JSON.stringify(helios.resources(stack))).not.toContain('application-autoscaling');
    }
  });

  it('may read, and in a dry run nothing else', () => {
    expect(allowed(dry)).toEqual(READING);
  });

  it('may write scheduled actions of tagged targets, and nothing more', () => {
    expect(allowed(acting)).toEqual([
      ...READING,
      {
        actions: [
          'application-autoscaling:DeleteScheduledAction',
          'application-autoscaling:PutScheduledAction',
        ],
        resources: ['arn:PARTITION:application-autoscaling:REGION:ACCOUNT:scalable-target/*'],
        condition: { StringEquals: { 'aws:ResourceTag/helios:managed': ['true'] } },
      },
    ]);
  });

  it('alone has permissions of application-autoscaling', () => {
    for (const stack of acting.stackNames.filter((name) => name !== STACK)) {
      expect(JSON.stringify(acting.resources(stack))).not.toContain('application-autoscaling');
    }
  });

  it('runs every five minutes, keeps what failed, and has alarms', () => {
    const schedules = dry.ofType(STACK, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => ({
      expression: Properties.ScheduleExpression,
      timezone: Properties.ScheduleExpressionTimezone,
      target: dry.resolve(STACK, Properties.Target.Arn),
      input: JSON.parse(Properties.Target.Input),
    }));
    expect(schedules).toEqual([
      {
        expression: 'rate(5 minutes)',
        timezone: 'Etc/UTC',
        target: 'HeliosActuation/Actuate/Function.Arn',
        input: { task: 'actuate' },
      },
    ]);
    expect(dry.ofType(STACK, 'AWS::CloudWatch::Alarm')).toHaveLength(2);
    const watched = dry
      .ofType('HeliosMonitoring', 'AWS::CloudWatch::Alarm')
      .map(([, { Properties }]) => JSON.stringify(dry.resolve('HeliosMonitoring', Properties)));
    expect(watched.some((text) => text.includes('HeliosActuation/FailedEvents/Queue'))).toBe(true);
  });

  it('gives its function the environment it parses, with the targets in its layer', () => {
    const { Environment, Layers } = acting.functions.get('actuate')?.resource.Properties ?? {};
    const { Variables } = Environment;
    expect(Object.keys(ActuateEnvSchema.shape)).toEqual(
      expect.arrayContaining(Object.keys(Variables)),
    );
    expect(Variables.CONFIG_PATH).toBe('/opt/helios.config.json');
    expect(acting.resolve(STACK, Layers)).toEqual(['HeliosActuation/Config/Layer']);
    const files = acting.assetFiles.get('helios.config.json') ?? [];
    expect(files.map((file) => JSON.parse(file).actuation)).toContainEqual(
      expect.objectContaining({
        dry_run: false,
        targets: [expect.objectContaining({ resource_id: 'service/shop/web' })],
      }),
    );
  });

  it('depends on the data alone: it can be deleted while everything else stays', () => {
    expect(dry.dependenciesOf(STACK)).toEqual(['HeliosData']);
    const others = dry.stackNames.filter((stack) => dry.dependenciesOf(stack).includes(STACK));
    // The alarm on its dead letters; deploying without the stack takes it away, too.
    expect(others).toEqual(['HeliosMonitoring']);
  });
});
