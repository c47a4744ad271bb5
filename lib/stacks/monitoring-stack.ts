import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { MonitoringConfig } from '#contracts/config/monitoring.ts';
import type { Severity } from '#contracts/config/notifications.ts';
import {
  ALARMED_BY_WORKLOAD,
  CHAMPION_STALE_AFTER_SECONDS,
  COVERAGE_LOST_BELOW,
  STALE_AFTER_SECONDS,
} from '#contracts/measures.ts';
import { HeartbeatAlarm } from '../constructs/heartbeat-alarm.ts';
import { depthOf, HeliosDashboard } from '../constructs/helios-dashboard.ts';
import type { ItemTable, TableAction } from '../constructs/item-table.ts';
import { MonthlyBudget } from '../constructs/monthly-budget.ts';
import type { RouteApi } from '../constructs/route-api.ts';
import type { ServiceFunction } from '../constructs/service-function.ts';
import type { Stores } from '../constructs/stores.ts';
import type { TrainingStateMachine } from '../constructs/training-state-machine.ts';
import type { DeadLetterQueue, WorkQueue } from '../constructs/work-queue.ts';
import { ofEachWorkload, ofFleet } from '../constructs/workload-metrics.ts';

export interface MonitoringStackProps extends StackProps {
  readonly stores: Stores;
  /** Where alarms go that need somebody at once. */
  readonly alarmTopic: ITopic;
  /** Where alarms go that can wait for a working day. */
  readonly warningTopic: ITopic;
  readonly functions: readonly ServiceFunction[];
  readonly queues: readonly WorkQueue[];
  readonly failedEvents: readonly DeadLetterQueue[];
  readonly training: TrainingStateMachine;
  readonly api: RouteApi;
  readonly monitoring: MonitoringConfig;
  /** Time between two rounds of the schedule. */
  readonly cycle: Duration;
  /** Whether a heartbeat runs through each of them. */
  readonly heartbeat: boolean;
}

const PERIOD = Duration.minutes(5);
/** How often what became of forecasts is told. */
const HOUR = Duration.hours(1);
const SUM = { period: PERIOD, statistic: 'Sum' } as const;
const ITEM_OPERATIONS = [
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'Query',
  'BatchGetItem',
] as const satisfies readonly TableAction[];

/** Work that waits longer than three of its rounds will be overtaken by them. */
const LATE_AFTER_SECONDS = 900;
/** Half of what API Gateway waits, and longer than a person does. */
const SLOW_AFTER_MS = 15_000;

/** What differs between alarms; the first value at `threshold` raises one where no more is said. */
interface AlarmOptions
  extends Pick<AlarmProps, 'metric' | 'comparisonOperator' | 'datapointsToAlarm'>,
    Partial<Pick<AlarmProps, 'evaluationPeriods'>> {
  readonly description: string;
  readonly severity: Severity;
  readonly threshold: number;
}

/**
 * What one sees, and is told, of Helios as a whole. Each function's alarms are its own. What each alarm
 * means and what to do is written in docs/guide/operate.md, under the alarm's name.
 */
export class MonitoringStack extends Stack {
  readonly #topics: Readonly<Record<Severity, ITopic>>;

  constructor(scope: Construct, id: string, props: MonitoringStackProps) {
    super(scope, id, { description: 'Helios: dashboard, alarms and budget', ...props });
    this.#topics = { critical: props.alarmTopic, warning: props.warningTopic };
    const deadLetters = [...props.queues.map((queue) => queue.deadLetters), ...props.failedEvents];

    this.#watchWorkloads(props);
    this.#watchWork(props, deadLetters);
    this.#watchApi(props.api);
    for (const table of [props.stores.observations, props.stores.catalog]) this.#watchTable(table);

    const { alarmTopic: topic, cycle } = props;
    if (props.heartbeat) new HeartbeatAlarm(this, 'Heartbeat', { topic, cycle });

    const { monthly_budget_usd: limitUsd } = props.monitoring;
    if (limitUsd !== null) {
      new MonthlyBudget(this, 'Budget', { limitUsd, topic: props.warningTopic });
    }
    new HeliosDashboard(this, 'Overview', { ...props, deadLetters });
  }

  #watchWorkloads({ monitoring: { measures }, cycle }: MonitoringStackProps): void {
    // A period without a value in it would end the alarm, and the next round would raise it once more.
    const round = cycle.toMinutes() > PERIOD.toMinutes() ? cycle : PERIOD;
    if (measures.includes(ALARMED_BY_WORKLOAD)) {
      this.#alarm('IncidentOpen', {
        description: 'a workload has an open incident; the alarm names it as its contributor',
        severity: 'critical',
        metric: ofEachWorkload(ALARMED_BY_WORKLOAD, 'MAX', { period: round }),
        threshold: 1,
      });
    }
    this.#alarm('DataStale', {
      description: 'a workload has sent nothing for two hours',
      severity: 'critical',
      metric: ofFleet('DataAgeSeconds', 'Maximum', round),
      threshold: STALE_AFTER_SECONDS,
    });
    this.#alarm('ChampionStale', {
      description: 'a champion was neither trained nor challenged for three days',
      severity: 'warning',
      metric: ofFleet('ChampionAgeSeconds', 'Maximum', HOUR),
      threshold: CHAMPION_STALE_AFTER_SECONDS,
    });
    this.#alarm('CoverageLost', {
      description: 'the bands of a workload hold less than they promise, three hours in a row',
      severity: 'warning',
      metric: ofFleet('ForecastCoverage', 'Minimum', HOUR),
      threshold: COVERAGE_LOST_BELOW,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 3,
    });
  }

  #watchWork(
    { queues, training }: MonitoringStackProps,
    deadLetters: readonly DeadLetterQueue[],
  ): void {
    for (const dead of deadLetters) {
      this.#alarm(`DeadLetters-${dead.functionName}`, {
        description: `${dead.functionName} has dead letters: read why, then redrive or purge them`,
        severity: 'critical',
        metric: depthOf(dead),
        threshold: 1,
      });
    }
    for (const { queue, deadLetters: dead } of queues) {
      this.#alarm(`WorkLate-${dead.functionName}`, {
        description: `work for ${dead.functionName} waits for longer than a quarter of an hour`,
        severity: 'warning',
        metric: queue.metricApproximateAgeOfOldestMessage({ period: PERIOD, statistic: 'Maximum' }),
        threshold: LATE_AFTER_SECONDS,
        evaluationPeriods: 3,
      });
    }
    this.#alarm('PipelineFailed', {
      description: 'a training run failed, timed out or was aborted',
      severity: 'critical',
      metric: sumOf('runs that did not succeed', {
        failed: training.stateMachine.metricFailed(SUM),
        timedOut: training.stateMachine.metricTimedOut(SUM),
        aborted: training.stateMachine.metricAborted(SUM),
      }),
      threshold: 1,
    });
  }

  #watchApi({ api }: RouteApi): void {
    this.#alarm('ApiServerErrors', {
      description: 'the API answered with 5xx',
      severity: 'critical',
      metric: api.metricServerError(SUM),
      threshold: 1,
    });
    this.#alarm('ApiSlow', {
      description: 'one request in twenty took 15 seconds or longer, for a quarter of an hour',
      severity: 'warning',
      metric: api.metricLatency({ period: PERIOD, statistic: 'p95' }),
      threshold: SLOW_AFTER_MS,
      evaluationPeriods: 3,
    });
  }

  #watchTable({ table, node }: ItemTable): void {
    // A throttled request is tried again; only what lasts is worth a look.
    const lasting = {
      severity: 'warning',
      threshold: 1,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    } as const;
    this.#alarm(`TableThrottled-${node.id}`, {
      ...lasting,
      description: `requests to the table ${node.id} were throttled in two of three periods`,
      metric: sumOf('throttled requests', {
        reads: table.metric('ReadThrottleEvents', SUM),
        writes: table.metric('WriteThrottleEvents', SUM),
      }),
    });
    this.#alarm(`TableErrors-${node.id}`, {
      ...lasting,
      description: `DynamoDB failed requests to the table ${node.id} in two of three periods`,
      metric: sumOf(
        'failed requests',
        Object.fromEntries(
          ITEM_OPERATIONS.map((Operation) => [
            `of${Operation}`,
            table.metric('SystemErrors', {
              ...SUM,
              dimensionsMap: { TableName: table.tableName, Operation },
            }),
          ]),
        ),
      ),
    });
  }

  #alarm(id: string, { description, severity, ...options }: AlarmOptions): void {
    const alarm = new Alarm(this, id, {
      alarmName: `Helios-${id}`,
      alarmDescription: `Helios, ${severity}: ${description}. What to do: docs/guide/operate.md, Helios-${id}`,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...options,
      evaluationPeriods: options.evaluationPeriods ?? 1,
    });
    alarm.addAlarmAction(new SnsAction(this.#topics[severity]));
  }
}

/** Counts that CloudWatch has only where something happened: nothing is zero. */
function sumOf(label: string, usingMetrics: Readonly<Record<string, IMetric>>): MathExpression {
  const terms = Object.keys(usingMetrics).map((id) => `FILL(${id}, 0)`);
  return new MathExpression({ expression: terms.join(' + '), usingMetrics, label, period: PERIOD });
}
