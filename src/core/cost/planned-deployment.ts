import type { OneAndSeven } from './plan-work.ts';
import { forMetrics } from './plan-work.ts';

/** AWS' month. */
export const HOURS_A_MONTH = 730;
/** In days, and in minutes. */
export const DAYS_A_MONTH = HOURS_A_MONTH / 24;
export const MINUTES_A_MONTH = HOURS_A_MONTH * 60;
/** In bytes, as AWS bills. */
export const GIGABYTE = 2 ** 30;

/** Memory from which on a function has a whole core, in MiB. */
export const ONE_CORE_MEBIBYTES = 1_769;
/** Workloads in one invocation: messages come as they were sent, in batches of ten. */
export const MESSAGES_A_BATCH = 10;
/** Lambda looks for messages with five connections a queue at least, each waiting 20 seconds. */
export const POLLS_A_MINUTE = 15;
/** A Metrics Insights query looks at no more metrics. */
export const MOST_ANALYSED = 10_000;

/** Workloads that are alike. */
export interface Fleet {
  readonly workloads: number;
  /** Of each workload, 1 or more. */
  readonly metrics: number;
  /** Metrics that GetMetricData bills for one workload in a month. */
  readonly metricsRequested: number;
  /** Distance of the observations. */
  readonly stepSeconds: number;
}

/** A deployment, as far as its costs go. */
export interface PlannedDeployment {
  readonly fleets: readonly Fleet[];
  readonly collectEveryMinutes: number;
  readonly rawDays: number;
  readonly hourlyDays: number;
  readonly runsDays: number;
  readonly logsDays: number;
  /** Metrics that the collection's budget allows to request in a month. */
  readonly mostRequested: number;
  /** Custom metrics. */
  readonly metrics: { readonly perWorkload: number; readonly fixed: number };
  /** Custom metrics that predictions are written back as, of all workloads together. */
  readonly predictionMetrics: number;
  /** Metrics of each workload that alarms look at by a query. */
  readonly analysedPerWorkload: number;
  /** Metrics of the other alarms. */
  readonly alarmMetrics: number;
  readonly dashboards: number;
  /** State transitions of a training: of the run, of a batch of workloads, of each of them. */
  readonly transitions: {
    readonly run: number;
    readonly batch: number;
    readonly workload: number;
    readonly workloadsPerBatch: number;
  };
  /** Recurrent networks are trained every night. */
  readonly isRecurrentNightly: boolean;
  readonly hasCustomerKey: boolean;
  /** A workload of known truth runs through everything. */
  readonly hasHeartbeat: boolean;
  /** Requests to the API a day. */
  readonly requestsPerDay: number;
  /** Those of them that a Lambda authorizer looks at. */
  readonly authorizedPerDay: number;
  /** Memory of the functions in MiB, by name. */
  readonly memory: Readonly<Record<PlannedFunction, number>>;
}

export const PLANNED_FUNCTIONS = [
  'dispatch',
  'collect',
  'score',
  'predict',
  'plan',
  'validate',
  'engineer',
  'fit-statistical',
  'fit-boosting',
  'fit-recurrent',
  'fit-detectors',
  'evaluate',
  'register',
  'finish',
] as const;
export type PlannedFunction = (typeof PLANNED_FUNCTIONS)[number];

/** All workloads of a deployment. */
export function workloadsOf({ fleets }: PlannedDeployment): number {
  return fleets.reduce((sum, { workloads }) => sum + workloads, 0);
}

/** How often each workload is collected and scored. */
export function collectionsOf({ collectEveryMinutes }: PlannedDeployment): number {
  return MINUTES_A_MONTH / collectEveryMinutes;
}

/** Times a month that a workload is rolled up: two days each hour, and two more every night. */
export const ROLL_UPS = 2 * HOURS_A_MONTH + 2 * DAYS_A_MONTH;

/**
 * A figure of all workloads together, of one run each.
 *
 * @param most - of so many workloads only, those with most metrics
 */
export function ofAll({ fleets }: PlannedDeployment, figure: OneAndSeven, most = Infinity): number {
  let left = most;
  let sum = 0;
  for (const { workloads, metrics } of [...fleets].sort((a, b) => b.metrics - a.metrics)) {
    const taken = Math.min(workloads, left);
    sum += taken * forMetrics(figure, metrics);
    left -= taken;
  }
  return sum;
}

/**
 * A number as people read it: to four significant digits.
 * @example
 * ```ts
 * count(8_760); // => '8,760'
 * count(0.012345); // => '0.01235'
 * ```
 */
export function count(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits =
    Math.abs(value) >= 1_000 ? 0 : Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.min(digits, 10) });
}

/** A share as people read it. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
