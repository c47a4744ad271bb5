/** The CloudWatch namespace of what Helios measures about the workloads it watches. */
export const MEASURES_NAMESPACE = 'Helios';

/** What tells one workload's measures from another's. Bounded: each combination is paid for. */
export const MEASURE_DIMENSIONS = ['cluster', 'namespace', 'deployment'] as const;

/** What Helios measures about each workload it scores. Each is a custom metric, paid by the month. */
export const WORKLOAD_MEASURES = {
  /** The greatest score of the rows scored, masked ones left out: low 2, critical 4. */
  AnomalyScore: 'None',
  /** 1 while an incident is open that nobody has marked as expected, else 0. */
  OpenIncidents: 'Count',
  /** 1 − live error of the champion / error of the last value known, an hour ahead; one value a metric. */
  ForecastSkill: 'None',
  /** Age of the newest observation. Not told of workloads that have been silent for two days. */
  DataAgeSeconds: 'Seconds',
  /** Replicas that are recommended, while the recommendation is valid; for target tracking. */
  RecommendedReplicas: 'Count',
  /**
   * The quantile of demand that these replicas were computed from, in the unit of the demand metric;
   * without one, how many fully used replicas the load amounts to.
   */
  PredictedDemand: 'None',
  /** Time since the champion was trained, or held against a newer version; one value a metric. */
  ChampionAgeSeconds: 'Seconds',
  /** Share of the actuals that lay inside the 80 % bands issued for them, over all metrics. */
  ForecastCoverage: 'None',
  /** What was forecast an hour ago for the leading metric, in that metric's unit. */
  ForecastValue: 'None',
  /** What became of it. */
  ObservedValue: 'None',
} as const;

/** Everything Helios tells CloudWatch, with its unit. */
export const MEASURES = {
  ...WORKLOAD_MEASURES,
  /** 1 when the heartbeat came through every stage right and in time, else 0. */
  HeartbeatOk: 'Count',
} as const;

export type MeasureName = keyof typeof MEASURES;
export type WorkloadMeasure = keyof typeof WORKLOAD_MEASURES;

/** The names of `WORKLOAD_MEASURES`: what a configuration may choose from. */
export const MEASURE_NAMES = Object.keys(WORKLOAD_MEASURES) as readonly WorkloadMeasure[];

/**
 * What is told of each workload unless a configuration chooses: what an alarm, a scaler and a first look
 * need. The rest is chosen by name, since each costs $0.30 a month for every workload.
 */
export const DEFAULT_MEASURES = [
  'AnomalyScore',
  'OpenIncidents',
  'ForecastSkill',
  'RecommendedReplicas',
] as const satisfies readonly WorkloadMeasure[];

/**
 * Measures that are told once more of all workloads together, whatever is chosen for each: alarms on
 * these few metrics cost the same for ten workloads and for ten thousand.
 */
export const FLEET_MEASURES = ['DataAgeSeconds', 'ChampionAgeSeconds', 'ForecastCoverage'] as const;

/** The dimension of what is told of all workloads together. */
export const FLEET_DIMENSION = { fleet: 'helios' } as const;

/**
 * The measure that an alarm looks at workload by workload, by a query over all of them: CloudWatch asks
 * for such an alarm by the metrics it looks at, which is one for each workload.
 */
export const ALARMED_BY_WORKLOAD: WorkloadMeasure = 'OpenIncidents';

/** How many CloudWatch metrics a configuration pays for. */
export interface MetricCounts {
  /** Custom metrics of each workload. */
  readonly perWorkload: number;
  /** Custom metrics whatever the number of workloads. */
  readonly fixed: number;
  /** Metrics of each workload that an alarm's query looks at. */
  readonly analysedPerWorkload: number;
}

/**
 * Counts the metrics that telling `measures` of each workload makes.
 *
 * @example
 * ```ts
 * metricCounts(['OpenIncidents', 'ForecastSkill']); // => { perWorkload: 2, fixed: 3, analysedPerWorkload: 1 }
 * ```
 */
export function metricCounts(measures: readonly WorkloadMeasure[]): MetricCounts {
  return {
    perWorkload: measures.length,
    fixed: FLEET_MEASURES.length,
    analysedPerWorkload: measures.includes(ALARMED_BY_WORKLOAD) ? 1 : 0,
  };
}

/** Data older than this are stale: forecasts say so, too. */
export const STALE_AFTER_SECONDS = 7_200;

/**
 * A champion is stale when it has not been trained or challenged for three nights. Longer than the two
 * days after which a silent workload is not told of any more: that its data are stale is another alarm.
 */
export const CHAMPION_STALE_AFTER_SECONDS = 3 * 86_400;

/**
 * Bands of 80 % are lost below this coverage: the five points that a grade allows, and the three by which
 * it must be missed before the grade is taken away.
 */
export const COVERAGE_LOST_BELOW = 0.72;
