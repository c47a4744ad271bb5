/** The CloudWatch namespace of what Helios measures about the workloads it watches. */
export const MEASURES_NAMESPACE = 'Helios';

/** What tells one workload's measures from another's. Bounded: each combination is paid for. */
export const MEASURE_DIMENSIONS = ['cluster', 'namespace', 'deployment'] as const;

/** What Helios measures about each workload it scores. */
export const MEASURES = {
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
} as const;

export type MeasureName = keyof typeof MEASURES;

/** Data older than this are stale: forecasts say so, too. */
export const STALE_AFTER_SECONDS = 7_200;
