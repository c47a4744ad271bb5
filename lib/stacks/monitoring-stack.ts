import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  type Metric,
  TreatMissingData,
  type YAxisProps,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import {
  MEASURE_DIMENSIONS,
  MEASURES_NAMESPACE,
  type MeasureName,
  STALE_AFTER_SECONDS,
} from '#contracts/measures.ts';
import type { RouteApi } from '../constructs/route-api.ts';
import type { ServiceFunction } from '../constructs/service-function.ts';
import type { Stores } from '../constructs/stores.ts';
import type { TrainingStateMachine } from '../constructs/training-state-machine.ts';
import type { DeadLetterQueue, WorkQueue } from '../constructs/work-queue.ts';

export interface MonitoringStackProps extends StackProps {
  readonly stores: Stores;
  readonly alarmTopic: ITopic;
  readonly functions: readonly ServiceFunction[];
  readonly queues: readonly WorkQueue[];
  readonly failedEvents: readonly DeadLetterQueue[];
  readonly training: TrainingStateMachine;
  readonly api: RouteApi;
}

const PERIOD = Duration.minutes(5);
const SUM = { period: PERIOD, statistic: 'Sum' } as const;
const MAXIMUM = { period: PERIOD, statistic: 'Maximum' } as const;

/** What one sees, and is told, of Helios as a whole. Each function's alarms are its own. */
export class MonitoringStack extends Stack {
  constructor(scope: Construct, id: string, props: MonitoringStackProps) {
    super(scope, id, { description: 'Helios: dashboard and alarms', ...props });
    const deadLetters = [...props.queues.map((queue) => queue.deadLetters), ...props.failedEvents];

    for (const dead of deadLetters) {
      this.#alarm(`DeadLetters-${dead.functionName}`, props.alarmTopic, {
        alarmDescription: `Helios: ${dead.functionName} has dead letters: read why, then redrive or purge them`,
        metric: depthOf(dead),
      });
    }
    this.#alarm('PipelineFailed', props.alarmTopic, {
      alarmDescription: 'Helios: a training run failed, timed out or was aborted',
      metric: new MathExpression({
        expression: 'failed + timedOut + aborted',
        usingMetrics: {
          failed: props.training.stateMachine.metricFailed(SUM),
          timedOut: props.training.stateMachine.metricTimedOut(SUM),
          aborted: props.training.stateMachine.metricAborted(SUM),
        },
        label: 'runs that did not succeed',
        period: PERIOD,
      }),
    });
    this.#alarm('ApiServerErrors', props.alarmTopic, {
      alarmDescription: 'Helios: the API answered with 5xx',
      metric: props.api.api.metricServerError(SUM),
    });

    this.#alarm('IncidentOpen', props.alarmTopic, {
      alarmDescription:
        'Helios: a workload has an open incident: see GET /api/v1/incidents?state=open, or helios incidents',
      metric: greatestOf('OpenIncidents'),
    });
    this.#alarm('DataStale', props.alarmTopic, {
      alarmDescription:
        'Helios: a workload has sent nothing for two hours: see GET /health, then its source or agent',
      metric: greatestOf('DataAgeSeconds'),
      threshold: STALE_AFTER_SECONDS,
    });

    const dashboard = new Dashboard(this, 'Dashboard', { defaultInterval: Duration.days(1) });
    const { functions } = props;
    const ofFunctions = (title: string, metric: (fn: ServiceFunction) => IMetric) =>
      graph(title, functions.map(metric));
    dashboard.addWidgets(
      ofFunctions('Invocations', ({ name, function: fn }) =>
        fn.metricInvocations({ period: PERIOD, label: name }),
      ),
      ofFunctions('Errors', ({ name, function: fn }) =>
        fn.metricErrors({ period: PERIOD, label: name }),
      ),
      ofFunctions('Duration, p95 (ms)', ({ name, function: fn }) =>
        fn.metricDuration({ period: PERIOD, statistic: 'p95', label: name }),
      ),
    );
    dashboard.addWidgets(
      graph(
        'Age of the oldest work (s)',
        props.queues.map(({ queue, node }) =>
          queue.metricApproximateAgeOfOldestMessage({ ...MAXIMUM, label: node.id }),
        ),
      ),
      graph(
        'Dead letters',
        deadLetters.map((dead) => depthOf(dead).with({ label: dead.functionName })),
      ),
      graph('Training runs', [
        props.training.stateMachine.metricSucceeded(SUM),
        props.training.stateMachine.metricFailed(SUM),
        props.training.stateMachine.metricTimedOut(SUM),
      ]),
    );
    dashboard.addWidgets(
      graph('Open incidents', [ofEachWorkload('OpenIncidents', 'MAX')]),
      graph('Greatest anomaly score', [ofEachWorkload('AnomalyScore', 'MAX')]),
      graph('Live skill of forecasts, an hour ahead', [ofEachWorkload('ForecastSkill', 'AVG')], {
        max: 1,
      }),
    );
    dashboard.addWidgets(
      graph('API answers', [
        props.api.api.metricCount({ period: PERIOD }),
        props.api.api.metricClientError(SUM),
        props.api.api.metricServerError(SUM),
      ]),
      graph('API latency, p95 (ms)', [
        props.api.api.metricLatency({ period: PERIOD, statistic: 'p95' }),
      ]),
      graph(
        'Table throttles',
        [props.stores.observations, props.stores.catalog].flatMap(({ table, node }) =>
          ['ReadThrottleEvents', 'WriteThrottleEvents'].map((metric) =>
            table.metric(metric, { ...SUM, label: `${node.id} ${metric}` }),
          ),
        ),
      ),
    );
  }

  /** An alarm on the first occurrence within five minutes, or the first value at the threshold. */
  #alarm(
    id: string,
    topic: ITopic,
    props: Pick<AlarmProps, 'alarmDescription' | 'metric'> & { readonly threshold?: number },
  ): void {
    const alarm = new Alarm(this, id, {
      threshold: 1,
      ...props,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
  }
}

/** Over all workloads, those included that come later: a query, which an alarm may be on. */
function greatestOf(measure: MeasureName): MathExpression {
  return new MathExpression({
    expression: `SELECT MAX(${measure}) ${FROM_WORKLOADS}`,
    label: measure,
    period: PERIOD,
  });
}

/** The workloads where it is greatest, a line each. */
function ofEachWorkload(measure: MeasureName, statistic: 'MAX' | 'AVG'): MathExpression {
  const by = MEASURE_DIMENSIONS.join(', ');
  return new MathExpression({
    expression: `SELECT ${statistic}(${measure}) ${FROM_WORKLOADS} GROUP BY ${by} ORDER BY ${statistic}() DESC LIMIT 20`,
    label: '',
    period: PERIOD,
  });
}

const FROM_WORKLOADS = `FROM SCHEMA("${MEASURES_NAMESPACE}", ${MEASURE_DIMENSIONS.join(', ')})`;

function depthOf({ queue }: DeadLetterQueue): Metric {
  return queue.metricApproximateNumberOfMessagesVisible(MAXIMUM);
}

function graph(title: string, left: IMetric[], leftYAxis: YAxisProps = { min: 0 }): GraphWidget {
  return new GraphWidget({ title, left, width: 8, leftYAxis });
}
