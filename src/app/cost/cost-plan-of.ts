import { billedMetrics } from '#contracts/config/cloudwatch.ts';
import type { ConfiguredWorkload, HeliosConfig } from '#contracts/config/helios-config.ts';
import { metricCounts } from '#contracts/measures.ts';
import { TRAINING_PIPELINE } from '#contracts/pipeline/definition.ts';
import { type CostPlan, costPlan } from '#core/cost/cost-plan.ts';
import { metricsRequested, metricsWithin, readInterval } from '#core/cost/metrics-requested.ts';
import {
  type Fleet,
  HOURS_A_MONTH,
  type PlannedDeployment,
  type PlannedFunction,
} from '#core/cost/planned-deployment.ts';
import { plannedUse } from '#core/cost/planned-use.ts';
import { durationMs, HOUR, MINUTE, SECOND } from '#core/time.ts';
import { countTransitions } from './count-transitions.ts';

/** Memory of the functions, as the stacks deploy them: a test compares. */
export const FUNCTION_MEBIBYTES: Readonly<Record<PlannedFunction, number>> = {
  dispatch: 512,
  collect: 512,
  score: 1_024,
  predict: 1_024,
  plan: 512,
  validate: 1_024,
  engineer: 1_024,
  'fit-statistical': 1_769,
  'fit-boosting': 3_008,
  'fit-recurrent': 3_008,
  'fit-detectors': 1_769,
  evaluate: 1_769,
  register: 512,
  finish: 512,
};

/** What the stacks deploy whatever is configured: a test compares. */
export const DEPLOYED = { alarmMetrics: 77, dashboards: 1 } as const;

/** Metrics of a workload that nothing is known of: as many as the simulated shop has. */
const USUAL_METRICS = 7;
const USUAL_STEP_SECONDS = 300;
/** Requests to the API a day, unless one says otherwise. */
export const USUAL_REQUESTS = 1_000;

/** What is planned beyond a configuration, or instead of its workloads. */
export interface CostPlanOptions {
  /** So many workloads that are alike, instead of those configured. */
  readonly workloads?: number;
  /** Metrics of each workload, instead of those configured. */
  readonly metrics?: number;
  /** Requests to the API a day. */
  readonly requestsPerDay?: number;
  /** Takes off what AWS charges nobody for. */
  readonly freeTier?: boolean;
}

/**
 * What a configuration costs a month on AWS in us-east-1. Pure arithmetic: nothing is asked.
 * @throws {RangeError} when an option is negative or not finite
 */
export function costPlanOf(config: HeliosConfig, options: CostPlanOptions = {}): CostPlan {
  const deployment = plannedDeployment(config, options);
  const workloads = deployment.fleets.reduce((sum, fleet) => sum + fleet.workloads, 0);
  return costPlan(plannedUse(deployment), workloads, { freeTier: options.freeTier ?? false });
}

/** The deployment of a configuration, as far as its costs go. */
export function plannedDeployment(
  config: HeliosConfig,
  options: CostPlanOptions = {},
): PlannedDeployment {
  const { storage, schedules, monitoring, authentication, collection, training, heartbeat } =
    config;
  const { perWorkload, fixed, analysedPerWorkload } = metricCounts(monitoring.measures);
  const requestsPerDay = options.requestsPerDay ?? USUAL_REQUESTS;
  return {
    fleets: fleetsOf(config, options),
    collectEveryMinutes: schedules.collect_every_minutes,
    rawDays: storage.raw_days,
    hourlyDays: storage.hourly_days,
    runsDays: storage.runs_days,
    logsDays: storage.logs_days,
    mostRequested: metricsWithin(collection.monthly_budget_usd),
    // Of the heartbeat, `HeartbeatOk`.
    metrics: { perWorkload, fixed: fixed + (heartbeat.enabled ? 1 : 0) },
    predictionMetrics: predictionMetrics(config, options),
    analysedPerWorkload,
    ...DEPLOYED,
    transitions: countTransitions(TRAINING_PIPELINE),
    isRecurrentNightly: training.recurrent === 'nightly',
    hasCustomerKey: storage.kms === 'customer',
    hasHeartbeat: heartbeat.enabled,
    requestsPerDay,
    authorizedPerDay: authentication.keys.enabled ? requestsPerDay : 0,
    memory: FUNCTION_MEBIBYTES,
  };
}

/** A custom metric for each metric that is chosen and that a workload has, and each horizon. */
function predictionMetrics(config: HeliosConfig, options: CostPlanOptions): number {
  const { enabled, metrics, horizons_minutes } = config.write_back.cloudwatch;
  if (!enabled) return 0;
  const chosen = new Set(metrics);
  const planned = options.workloads !== undefined || options.metrics !== undefined;
  const series = planned
    ? // Which metrics alike workloads have is not said: as many of the chosen ones as they can.
      fleetsOf(config, options).reduce(
        (sum, fleet) => sum + fleet.workloads * Math.min(fleet.metrics, chosen.size),
        0,
      )
    : configuredMetrics(config)
        .flat()
        .filter((metric) => chosen.has(metric)).length;
  return series * horizons_minutes.length;
}

/** Names of the metrics of each workload that Helios itself reads. */
function configuredMetrics({ workloads, prometheus }: HeliosConfig): readonly string[][] {
  return [...workloads, ...prometheus.flatMap((server) => server.workloads)].map(({ metrics }) =>
    Object.keys(metrics),
  );
}

function fleetsOf(config: HeliosConfig, options: CostPlanOptions): readonly Fleet[] {
  const every = config.schedules.collect_every_minutes;
  const { workloads, metrics } = options;
  if (workloads !== undefined) {
    return [alike(workloads, metrics ?? usualMetrics(config), every)];
  }
  if (metrics !== undefined) return [alike(configuredMetrics(config).length, metrics, every)];
  return [
    ...config.workloads.map((workload) => fleetOf(workload, every)),
    // Reading them costs what their servers ask for it, which is not known here.
    ...config.prometheus.flatMap((server) =>
      server.workloads.map((workload) => ({
        workloads: 1,
        metrics: Object.keys(workload.metrics).length,
        metricsRequested: 0,
        stepSeconds: server.step,
      })),
    ),
  ];
}

function alike(workloads: number, metrics: number, everyMinutes: number): Fleet {
  const inputs = Array.from({ length: metrics }, () => 1);
  return {
    workloads,
    metrics,
    metricsRequested: requestedAMonth(inputs, USUAL_STEP_SECONDS, everyMinutes),
    stepSeconds: USUAL_STEP_SECONDS,
  };
}

function fleetOf({ metrics }: ConfiguredWorkload, everyMinutes: number): Fleet {
  const mapped = Object.values(metrics);
  const stepSeconds = mapped[0]?.period_seconds ?? USUAL_STEP_SECONDS;
  return {
    workloads: 1,
    metrics: Math.max(1, mapped.length),
    metricsRequested: requestedAMonth(mapped.map(billedMetrics), stepSeconds, everyMinutes),
    stepSeconds,
  };
}

function requestedAMonth(
  inputs: readonly number[],
  stepSeconds: number,
  everyMinutes: number,
): number {
  const interval = readInterval(
    durationMs(everyMinutes * MINUTE),
    durationMs(stepSeconds * SECOND),
  );
  const series = inputs.map((each) => ({ inputs: each, interval }));
  return metricsRequested(series, durationMs(HOURS_A_MONTH * HOUR));
}

/** Rounded up, so that nothing is left out of the bill. */
function usualMetrics(config: HeliosConfig): number {
  const workloads = configuredMetrics(config);
  if (workloads.length === 0) return USUAL_METRICS;
  const all = workloads.flat().length;
  return Math.max(1, Math.ceil(all / workloads.length));
}
