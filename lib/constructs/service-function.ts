import { join } from 'node:path';
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
import { type ILayerVersion, Tracing } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { CDK_BUNDLING } from './bundling.ts';
import { functionEntry, PROJECT_ROOT } from './project.ts';
import { FUNCTION_ARCHITECTURE, FUNCTION_RUNTIME } from './runtime.ts';

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
}

/**
 * One Lambda function of Helios with the defaults that all of them share: arm64, its own role that
 * may do nothing but write its own log, log retention, alarms on errors and throttles. What else
 * it may do is granted by the construct that owns the resource.
 */
export class ServiceFunction extends Construct implements IGrantable {
  readonly name: string;
  readonly function: NodejsFunction;
  readonly timeout: Duration;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    this.name = props.name;
    this.timeout = props.timeout;

    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Instead of AWSLambdaBasicExecutionRole, which may write to every log group of the account.
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What the Helios function ${props.name} may do`,
    });
    logGroup.grantWrite(role);

    this.function = new NodejsFunction(this, 'Function', {
      description: props.description,
      entry: functionEntry(props.name),
      handler: 'handler',
      projectRoot: PROJECT_ROOT,
      depsLockFilePath: join(PROJECT_ROOT, 'package-lock.json'),
      bundling: CDK_BUNDLING,
      runtime: FUNCTION_RUNTIME,
      architecture: FUNCTION_ARCHITECTURE,
      timeout: props.timeout,
      memorySize: props.memoryMebibytes,
      environment: { ...props.environment },
      role,
      logGroup,
      tracing: Tracing.DISABLED,
      // A switch of the SDK's version 2; version 3 keeps its connections anyway.
      awsSdkConnectionReuse: false,
      ...(props.layers === undefined ? {} : { layers: [...props.layers] }),
      ...(props.failedEvents === undefined
        ? {}
        : {
            onFailure: new SqsDestination(props.failedEvents),
            retryAttempts: 2,
            maxEventAge: Duration.hours(1),
          }),
    });
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

  /** Adds one statement to the function's role. For constructs that own what is allowed. */
  allow(statement: {
    readonly actions: readonly string[];
    readonly resources: readonly string[];
    readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  }): void {
    const { actions, resources, conditions } = statement;
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
    const alarm = new Alarm(this, `${metricName}Alarm`, {
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
