import { Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Schedule as CdkSchedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Schedule } from '#contracts/schedules.ts';
import { keyStatement } from './data-key.ts';
import type { ServiceFunction } from './service-function.ts';
import { storageSettingsOf } from './storage-settings.ts';

export interface TimerProps {
  readonly target: ServiceFunction;
  /** Rows of the schedule table whose function is the target. */
  readonly schedules: readonly (Pick<Schedule, 'name' | 'when'> & {
    readonly event: Readonly<Record<string, unknown>>;
  })[];
  /** Keeps the events that could not be delivered. */
  readonly failedEvents: IQueue;
}

/**
 * Invokes one function by rows of the schedule table.
 *
 * EventBridge Scheduler and not a scheduled rule: AWS develops only the former, it retries a
 * delivery and keeps its dead letters for each schedule. CDK's own target would also allow every version of
 * the function (`:*`); this role may invoke the function and nothing else.
 */
export class Timer extends Construct {
  constructor(scope: Construct, id: string, props: TimerProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', {
      description: `Lets EventBridge Scheduler invoke the Helios function ${props.target.name}`,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            'aws:SourceArn': stack.formatArn({
              service: 'scheduler',
              resource: 'schedule-group',
              resourceName: 'default',
            }),
          },
        },
      }),
    });
    const arn = props.target.function.functionArn;
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [arn] }));
    role.addToPolicy(
      new PolicyStatement({
        actions: ['sqs:SendMessage'],
        resources: [props.failedEvents.queueArn],
      }),
    );
    const { key } = storageSettingsOf(this);
    if (key) role.addToPolicy(new PolicyStatement(keyStatement(this, key, 'sqs', 'write')));
    for (const { name, event, when } of props.schedules) {
      const schedule = new CdkSchedule(this, name, {
        description: `Helios: ${name}`,
        schedule: expressionOf(when),
        target: {
          bind: () => ({
            arn,
            role,
            input: ScheduleTargetInput.fromObject({ ...event }),
            deadLetterConfig: { arn: props.failedEvents.queueArn },
            retryPolicy: {
              maximumEventAgeInSeconds: Duration.hours(1).toSeconds(),
              maximumRetryAttempts: 10,
            },
          }),
        },
      });
      // Without its permissions a schedule that is due at once would fail its first delivery.
      schedule.node.addDependency(role);
    }
  }
}

/** Scheduler's words for a row's time, in UTC unless the row names a zone. */
function expressionOf(when: Schedule['when']): ScheduleExpression {
  if ('everyMinutes' in when) return ScheduleExpression.rate(Duration.minutes(when.everyMinutes));
  const { hour, minute } = 'dailyAt' in when ? when.dailyAt : when.dailyAtUtc;
  const time = { hour: String(hour), minute: String(minute) };
  return 'dailyAt' in when
    ? ScheduleExpression.cron({ ...time, timeZone: TimeZone.of(when.dailyAt.timeZone) })
    : ScheduleExpression.cron(time);
}
