import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import {
  type IGrantable,
  type IPrincipal,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type AssetImageCode,
  Handler,
  type IDestination,
  type ILayerVersion,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from '../checks/acknowledge.ts';
import { reasonForAnyResource } from '../checks/any-resource.ts';
import { functionCode } from './bundling.ts';
import { keyStatement } from './data-key.ts';
import { FUNCTION_ARCHITECTURE, FUNCTION_RUNTIME } from './runtime.ts';
import { storageSettingsOf } from './storage-settings.ts';

/** What differs between the functions. */
export interface ServiceFunctionProps {
  /** The folder under `functions/`. */
  readonly name: string;
  readonly description: string;
  readonly timeout: Duration;
  /** MiB; a function's share of CPU grows with it, one whole core at 1769. */
  readonly memoryMebibytes: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Where this function's alarms go. */
  readonly alarmTopic: ITopic;
  /** Given for functions that are invoked asynchronously: keeps the event when all attempts failed. */
  readonly failedEvents?: IQueue;
  readonly layers?: readonly ILayerVersion[];
  /** A container image for x86_64 in place of the bundle. */
  readonly image?: AssetImageCode;
}

/**
 * One Lambda function of Helios with the defaults that all of them share: arm64, its own role that
 * may do nothing but write its own log, log retention, alarms on errors and throttles. What else
 * it may do is granted by the construct that owns the resource.
 */
export class ServiceFunction extends Construct implements IGrantable {
  readonly name: string;
  readonly function: LambdaFunction;
  readonly timeout: Duration;
  readonly memoryMebibytes: number;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    this.name = props.name;
    this.timeout = props.timeout;
    this.memoryMebibytes = props.memoryMebibytes;

    const { config: storage, key } = storageSettingsOf(this);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: storage.logs_days,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(key && { encryptionKey: key }),
    });
    // Instead of AWSLambdaBasicExecutionRole, which may write to every log group of the account.
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What the Helios function ${props.name} may do`,
    });
    logGroup.grantWrite(role);

    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      ...(props.image ? imageOf(props.image) : bundleOf(props.name)),
      timeout: props.timeout,
      memorySize: props.memoryMebibytes,
      environment: { ...props.environment },
      role,
      logGroup,
      tracing: Tracing.DISABLED,
      ...(props.layers === undefined ? {} : { layers: [...props.layers] }),
      ...(props.failedEvents === undefined
        ? {}
        : {
            // CDK's own destination would allow more than to send.
            onFailure: toQueue(props.failedEvents),
            retryAttempts: 2,
            maxEventAge: Duration.hours(1),
          }),
    });
    if (props.failedEvents) {
      this.allow({ actions: ['sqs:SendMessage'], resources: [props.failedEvents.queueArn] });
      if (key) this.allow(keyStatement(this, key, 'sqs', 'write'));
    }
    this.#alarm('Errors', props, {
      description: 'failed or timed out',
      // A failure is never normal here: what a caller can cause is answered, not thrown.
      evaluationPeriods: 1,
    });
    this.#alarm('Throttles', props, {
      description: 'was throttled in two of three periods: raise the account’s concurrency',
      // A burst of the pipeline's map is throttled and tried again: only lasting throttling counts.
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    });
  }

  get grantPrincipal(): IPrincipal {
    return this.function.grantPrincipal;
  }

  /**
   * Adds one statement to the function's role. For constructs that own what is allowed. A resource with a
   * `*` has a reason: that of `ANY_RESOURCE` where it is every resource, else `because`.
   */
  allow(statement: {
    readonly actions: readonly string[];
    readonly resources: readonly string[];
    readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
    readonly because?: string;
  }): void {
    const { actions, resources, conditions, because } = statement;
    for (const resource of resources) {
      if (!resource.includes('*')) continue;
      const reason = resource === '*' ? reasonForAnyResource(actions) : because;
      // Without one, synthesis fails and says what was found.
      if (reason) acknowledgeWildcard(this, resource, reason);
    }
    this.function.addToRolePolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: [...resources],
        ...(conditions === undefined ? {} : { conditions }),
      }),
    );
  }

  #alarm(
    metricName: 'Errors' | 'Throttles',
    props: ServiceFunctionProps,
    options: {
      readonly description: string;
      readonly evaluationPeriods: number;
      readonly datapointsToAlarm?: number;
    },
  ): void {
    const { description, ...evaluation } = options;
    // An image stands in another stack than the bundle whose place it takes: while they change places both
    // exist, and CloudFormation refuses a second alarm of one name.
    const subject = props.image ? `${props.name}-image` : props.name;
    const alarm = new Alarm(this, `${metricName}Alarm`, {
      alarmName: `Helios-${metricName}-${subject}`,
      metric: this.function.metric(metricName, { period: Duration.minutes(5), statistic: 'Sum' }),
      alarmDescription: `${Stack.of(this).stackName}: the function ${props.name} ${description}`,
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...evaluation,
    });
    alarm.addAlarmAction(new SnsAction(props.alarmTopic));
  }
}

function toQueue(queue: IQueue): IDestination {
  return { bind: () => ({ destination: queue.queueArn }) };
}

function bundleOf(name: string) {
  const platform = { runtime: FUNCTION_RUNTIME, architecture: FUNCTION_ARCHITECTURE };
  return { code: functionCode(name), handler: 'index.handler', ...platform };
}

function imageOf(code: AssetImageCode) {
  const platform = { runtime: Runtime.FROM_IMAGE, architecture: Architecture.X86_64 };
  return { code, handler: Handler.FROM_IMAGE, ...platform };
}
