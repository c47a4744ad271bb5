import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type HorizontalAnnotation,
  type IMetric,
  MathExpression,
  type Metric,
  TextWidget,
  type YAxisProps,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { MonitoringConfig } from '#contracts/config/monitoring.ts';
import {
  CHAMPION_STALE_AFTER_SECONDS,
  COVERAGE_LOST_BELOW,
  STALE_AFTER_SECONDS,
  type WorkloadMeasure,
} from '#contracts/measures.ts';
import type { RouteApi } from './route-api.ts';
import type { ServiceFunction } from './service-function.ts';
import type { Stores } from './stores.ts';
import type { TrainingStateMachine } from './training-state-machine.ts';
import type { DeadLetterQueue, WorkQueue } from './work-queue.ts';
import { type MetricsInsightsStatistic, ofEachWorkload, ofFleet } from './workload-metrics.ts';

const PERIOD = Duration.minutes(5);
const HOUR = Duration.hours(1);
const SUM = { period: PERIOD, statistic: 'Sum' } as const;
/** Lines of a graph that a person can tell apart. */
const SHOWN = 20;

export interface HeliosDashboardProps {
  readonly stores: Stores;
  readonly functions: readonly ServiceFunction[];
  readonly queues: readonly WorkQueue[];
  readonly deadLetters: readonly DeadLetterQueue[];
  readonly training: TrainingStateMachine;
  readonly api: RouteApi;
  readonly monitoring: MonitoringConfig;
}

/** How Helios does, and what it sees of the workloads, on one page. */
export class HeliosDashboard extends Construct {
  constructor(scope: Construct, id: string, props: HeliosDashboardProps) {
    super(scope, id);
    const dashboard = new Dashboard(this, 'Dashboard', { defaultInterval: Duration.days(1) });
    const rows = [
      ...workloadRows(props.monitoring.measures),
      fleetRow(),
      workRow(props),
      functionRow(props.functions),
      apiRow(props),
      costRow(props),
    ];
    for (const row of rows) dashboard.addWidgets(...row);
  }
}

/** What is told of each workload, as far as it is chosen. */
function workloadRows(measures: readonly WorkloadMeasure[]): GraphWidget[][] {
  const told = (measure: WorkloadMeasure, statistic: MetricsInsightsStatistic, period = PERIOD) =>
    measures.includes(measure)
      ? [ofEachWorkload(measure, statistic, { period, limit: SHOWN })]
      : [];
  const graphs = [
    graph('Forecast of an hour ago, leading metric', told('ForecastValue', 'AVG', HOUR)),
    graph('What became of it', told('ObservedValue', 'AVG', HOUR)),
    graph('Demand that the recommended replicas are for', told('PredictedDemand', 'MAX')),
    graph('Open incidents', told('OpenIncidents', 'MAX')),
    graph('Greatest anomaly score', told('AnomalyScore', 'MAX')),
    graph('Recommended replicas', told('RecommendedReplicas', 'MAX')),
    graph('Live skill of forecasts, an hour ahead', told('ForecastSkill', 'AVG', HOUR), {
      leftYAxis: { max: 1 },
    }),
    graph('Coverage of 80 % bands', told('ForecastCoverage', 'MIN', HOUR), {
      leftYAxis: { min: 0, max: 1 },
    }),
    graph('Age of the newest observation (s)', told('DataAgeSeconds', 'MAX')),
  ].filter(({ hasMetrics }) => hasMetrics);
  const widgets = graphs.map(({ widget }) => widget);
  return [0, 3, 6].map((from) => widgets.slice(from, from + 3)).filter((row) => row.length > 0);
}

/** The worst of all workloads, with the lines at which alarms are raised. */
function fleetRow(): GraphWidget[] {
  const line = (value: number, label: string): HorizontalAnnotation[] => [{ value, label }];
  return [
    graph('Oldest data of all (s)', [ofFleet('DataAgeSeconds', 'Maximum', PERIOD)], {
      leftAnnotations: line(STALE_AFTER_SECONDS, 'stale'),
    }),
    graph('Oldest champion of all (s)', [ofFleet('ChampionAgeSeconds', 'Maximum', HOUR)], {
      leftAnnotations: line(CHAMPION_STALE_AFTER_SECONDS, 'stale'),
    }),
    graph('Least coverage of all', [ofFleet('ForecastCoverage', 'Minimum', HOUR)], {
      leftYAxis: { min: 0, max: 1 },
      leftAnnotations: [...line(0.8, 'promised'), ...line(COVERAGE_LOST_BELOW, 'lost')],
    }),
  ].map(({ widget }) => widget);
}

function workRow({ queues, deadLetters, training }: HeliosDashboardProps): GraphWidget[] {
  return [
    graph(
      'Age of the oldest work (s)',
      queues.map(({ queue, node }) =>
        queue.metricApproximateAgeOfOldestMessage({
          period: PERIOD,
          statistic: 'Maximum',
          label: node.id,
        }),
      ),
    ),
    graph(
      'Dead letters',
      deadLetters.map((dead) => depthOf(dead).with({ label: dead.functionName })),
    ),
    graph('Training runs', [
      training.stateMachine.metricSucceeded(SUM),
      training.stateMachine.metricFailed(SUM),
      training.stateMachine.metricTimedOut(SUM),
    ]),
  ].map(({ widget }) => widget);
}

function functionRow(functions: readonly ServiceFunction[]): GraphWidget[] {
  const ofFunctions = (title: string, metric: (fn: ServiceFunction) => IMetric) =>
    graph(title, functions.map(metric)).widget;
  return [
    ofFunctions('Invocations', ({ name, function: fn }) =>
      fn.metricInvocations({ period: PERIOD, label: name }),
    ),
    ofFunctions('Errors', ({ name, function: fn }) =>
      fn.metricErrors({ period: PERIOD, label: name }),
    ),
    ofFunctions('Duration, p95 (ms)', ({ name, function: fn }) =>
      fn.metricDuration({ period: PERIOD, statistic: 'p95', label: name }),
    ),
  ];
}

function apiRow({ api, stores }: HeliosDashboardProps): GraphWidget[] {
  const tables = [stores.observations, stores.catalog];
  return [
    graph('API answers', [
      api.api.metricCount({ period: PERIOD }),
      api.api.metricClientError(SUM),
      api.api.metricServerError(SUM),
    ]),
    graph('API latency, p95 (ms)', [api.api.metricLatency({ period: PERIOD, statistic: 'p95' })]),
    graph(
      'Table throttles',
      tables.flatMap(({ table, node }) =>
        ['ReadThrottleEvents', 'WriteThrottleEvents'].map((metric) =>
          table.metric(metric, { ...SUM, label: `${node.id} ${metric}` }),
        ),
      ),
    ),
  ].map(({ widget }) => widget);
}

/** What the bill is made of, in the units that it counts. */
function costRow({ functions, stores, monitoring }: HeliosDashboardProps) {
  const compute = functions.map(
    ({ name, function: fn, memoryMebibytes }, i) =>
      new MathExpression({
        // Each metric of a graph has an id of its own.
        expression: `ms${i} / 1000 * ${memoryMebibytes / 1_024}`,
        usingMetrics: { [`ms${i}`]: fn.metricDuration({ period: HOUR, statistic: 'Sum' }) },
        label: name,
        period: HOUR,
      }),
  );
  const units = [stores.observations, stores.catalog].flatMap(({ table, node }) =>
    ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'].map((metric) =>
      table.metric(metric, { period: HOUR, statistic: 'Sum', label: `${node.id} ${metric}` }),
    ),
  );
  const limit = monitoring.monthly_budget_usd;
  const text =
    limit === null
      ? 'No budget is configured (`monitoring.monthly_budget_usd`).'
      : `Budget: **$${limit} a month** for what is tagged \`application=helios\`, see [AWS Budgets](https://console.aws.amazon.com/billing/home#/budgets).`;
  return [
    graph('Compute (GB-seconds an hour)', compute).widget,
    graph('Table units an hour', units).widget,
    new TextWidget({
      width: 8,
      height: 6,
      markdown: `## Cost\n\n${text}\n\n\`helios plan-cost\` says what a configuration costs before it is deployed.`,
    }),
  ];
}

/** How many messages wait in a dead-letter queue. */
export function depthOf({ queue }: DeadLetterQueue): Metric {
  return queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' });
}

function graph(
  title: string,
  left: IMetric[],
  options: {
    readonly leftYAxis?: YAxisProps;
    readonly leftAnnotations?: HorizontalAnnotation[];
  } = {},
) {
  const widget = new GraphWidget({ title, left, width: 8, leftYAxis: { min: 0 }, ...options });
  return { widget, hasMetrics: left.length > 0 };
}
