import type { PlannedUse } from './cost-plan.ts';
import {
  collectionsOf,
  count,
  HOURS_A_MONTH,
  MESSAGES_A_BATCH,
  MINUTES_A_MONTH,
  MOST_ANALYSED,
  PLANNED_FUNCTIONS,
  type PlannedDeployment,
  POLLS_A_MINUTE,
  ROLL_UPS,
} from './planned-deployment.ts';

/** What reading CloudWatch and being watched by it uses. */
export function watchingUse(of: PlannedDeployment, workloads: number): readonly PlannedUse[] {
  const { fleets, metrics, analysedPerWorkload } = of;
  const wanted = fleets.reduce((sum, each) => sum + each.workloads * each.metricsRequested, 0);
  const requested = Math.min(wanted, of.mostRequested);
  const analysed = analysedPerWorkload * Math.min(workloads, MOST_ANALYSED);
  const fixed = { by: 'monitoring' } as const;
  const grows = { by: 'monitoring' } as const;
  return [
    {
      by: 'collect',
      item: 'cloudwatch.get_metric_data',
      quantity: requested,
      formula: `${count(wanted)} metrics requested of ${count(workloads)} workloads${wanted > requested ? `, of which collection.monthly_budget_usd allows ${count(requested)}` : ''}`,
      assumption:
        'each metric once a collection, or once a period where that is longer; the first read of a new workload is one more',
    },
    {
      ...grows,
      item: 'cloudwatch.custom_metrics',
      quantity: workloads * metrics.perWorkload,
      formula: `${count(workloads)} workloads × ${metrics.perWorkload} measures`,
      assumption:
        'every workload is scored in every hour; monitoring.measures chooses the measures',
    },
    {
      by: 'write-back',
      item: 'cloudwatch.custom_metrics',
      quantity: of.predictionMetrics,
      formula: `${count(of.predictionMetrics)} metrics and horizons of ${count(workloads)} workloads`,
      assumption:
        'each is predicted in every hour; write_back.cloudwatch chooses metrics and horizons',
    },
    {
      ...fixed,
      item: 'cloudwatch.custom_metrics',
      quantity: metrics.fixed,
      formula: `${metrics.fixed} measures`,
      assumption: 'of all workloads together, and of the service',
    },
    {
      ...grows,
      item: 'cloudwatch.query_alarm_metrics',
      quantity: analysed,
      formula: `${count(Math.min(workloads, MOST_ANALYSED))} workloads × ${analysedPerWorkload} alarms`,
      assumption: 'an alarm on a query is billed by the metrics it looks at, 10,000 at most',
    },
    {
      ...fixed,
      item: 'cloudwatch.alarm_metrics',
      quantity: of.alarmMetrics,
      formula: `${of.alarmMetrics} metrics`,
      assumption: 'of all alarms of the stacks; a formula counts by its metrics',
    },
    {
      ...fixed,
      item: 'cloudwatch.dashboards',
      quantity: of.dashboards,
      formula: `${of.dashboards} dashboards`,
      assumption: 'looking at it costs nothing',
    },
  ];
}

/** What the queues use. */
export function queueUse(of: PlannedDeployment, workloads: number): readonly PlannedUse[] {
  const collections = collectionsOf(of);
  const polls = 2 * POLLS_A_MINUTE * MINUTES_A_MONTH;
  const batches = Math.ceil(workloads / MESSAGES_A_BATCH);
  // Sent by tens, received and deleted by tens; to be scored one by one.
  const collected = collections * batches * 3;
  const scored = collections * workloads * 3;
  const rolled = ROLL_UPS * batches * 3;
  return [
    {
      item: 'sqs.requests',
      by: 'queues',
      quantity: polls,
      formula: `2 queues × ${POLLS_A_MINUTE} a minute × ${count(MINUTES_A_MONTH)} minutes`,
      assumption: 'Lambda looks for messages with five connections a queue, 20 seconds each',
    },
    {
      item: 'sqs.requests',
      by: 'queues',
      quantity: collected + scored + rolled,
      formula: `(${count(collections)} + ${count(ROLL_UPS)}) × ${count(batches)} batches × 3 + ${count(collections)} × ${count(workloads)} messages × 3`,
      assumption: 'sent, received and deleted: by tens to be collected, one by one to be scored',
    },
  ];
}

/** What a key of one's own uses. */
export function keyUse(): readonly PlannedUse[] {
  const windows = HOURS_A_MONTH * 12;
  const users = PLANNED_FUNCTIONS.length;
  return [
    {
      item: 'kms.keys',
      by: 'encryption',
      quantity: 1,
      formula: '1 key',
      assumption: 'in its first year: each yearly rotation adds as much, twice at most',
    },
    {
      item: 'kms.requests',
      by: 'encryption',
      quantity: windows * users * KEYED_RESOURCES,
      formula: `${count(windows)} times five minutes × ${users} functions × ${KEYED_RESOURCES} tables, bucket and queues`,
      assumption: 'services keep a data key for five minutes for each caller',
    },
  ];
}

/** Two tables, a bucket and two queues. */
const KEYED_RESOURCES = 5;
