import { DEFAULT_STEP, type DurationMs } from '../time.ts';

/** What the simulated web shop measures: the seven raw columns, in the order of the frame. */
export const WEBSHOP_METRICS = [
  'memory_bytes',
  'cpu_utilization',
  'memory_utilization',
  'request_rate',
  'db_cpu',
  'db_memory',
  'db_connections',
] as const;

/** One of the seven metrics of the simulated web shop. */
export type WebshopMetric = (typeof WEBSHOP_METRICS)[number];

/** The grid of the simulation: each value is the mean over the five minutes that begin at its time. */
export const WEBSHOP_STEP: DurationMs = DEFAULT_STEP;

const MEBIBYTE = 1_048_576;

/**
 * Every number of the simulated web shop. They were written down before any detector or model had
 * seen a value, so that the labelled incidents are an honest examination. **Frozen**: a change
 * invalidates every measured result on the sample and needs an ADR; a test pins this object.
 *
 * Fractions are of 1, times are minutes unless the name says otherwise, hours and days are UTC.
 */
export const SAMPLE_PARAMETERS = {
  load: {
    /** Requests a second at shape 1 on a day of factor 1. */
    requestRate: 55,
    /** Shape at each full hour of a working day: lunch shoulder, evening peak at 20:00. */
    workingDay: [
      0.35, 0.24, 0.17, 0.13, 0.12, 0.15, 0.25, 0.42, 0.62, 0.78, 0.88, 0.95, 1.02, 1.0, 0.95, 0.96,
      1.02, 1.12, 1.3, 1.52, 1.62, 1.45, 1.05, 0.62,
    ],
    /** Shape at each full hour of Saturday and Sunday: a later start, a broad afternoon. */
    weekend: [
      0.45, 0.31, 0.21, 0.15, 0.12, 0.12, 0.15, 0.24, 0.42, 0.68, 0.95, 1.15, 1.25, 1.26, 1.24,
      1.24, 1.27, 1.33, 1.42, 1.5, 1.5, 1.3, 0.95, 0.62,
    ],
    /** Monday to Sunday. */
    dayFactor: [1.0, 0.97, 0.98, 1.0, 0.95, 1.08, 1.18],
    /** What moves demand for hours: weather, campaigns. Of the logarithm of the rate. */
    slow: { sd: 0.06, halfLife: 1080 },
    /** What moves demand for minutes. Of the logarithm of the rate. */
    fast: { sd: 0.03, halfLife: 20 },
  },
  servers: {
    replicas: 4,
    coresPerReplica: 2,
    /** CPU time of one request, in seconds. */
    cpuSecondsPerRequest: 0.05,
    /** Waiting inside one request that costs no CPU, in seconds. */
    waitSecondsPerRequest: 0.12,
    /** What the system itself uses of the CPU. */
    idleUtilization: 0.03,
    /** Which requests come: their mean cost, relative. */
    mix: { sd: 0.025, halfLife: 15 },
    /** Unexplained and without memory, relative. */
    cpuReadingSd: 0.015,
    memoryLimitBytes: 2048 * MEBIBYTE,
    memoryAtStartBytes: 900 * MEBIBYTE,
    /** Caches that fill between deployments: up to this much a replica, with this half-life. */
    memoryGrowthBytes: 320 * MEBIBYTE,
    memoryGrowthHalfLife: 2880,
    memoryPerRequestBytes: 1.5 * MEBIBYTE,
    /** Garbage collection, relative. */
    garbage: { sd: 0.01, halfLife: 15 },
    /** The page cache, as a share of the memory limit. */
    pageCache: { mean: 0.06, sd: 0.005, halfLife: 60 },
  },
  database: {
    cores: 4,
    queriesPerRequest: 6,
    /** Share of queries that the cache in front of the database cannot answer. */
    missRatio: 0.2,
    /** Of the logarithm of the miss ratio. */
    miss: { sd: 0.03, halfLife: 30 },
    cpuSecondsPerQuery: 0.012,
    idleUtilization: 0.03,
    cpuReadingSd: 0.015,
    /** How long a request holds a connection besides waiting for queries, in seconds. */
    holdSecondsPerRequest: 0.25,
    connectionsAtRest: 12,
    connectionsMaximum: 120,
    connectionsReadingSd: 0.015,
    memoryAtRest: 0.7,
    memoryPerConnection: 0.0008,
    memory: { sd: 0.004, halfLife: 120 },
    /** The nightly backup. */
    backup: { startsAtMinuteOfDay: 120, minutes: 30, utilization: 0.1 },
  },
  deployments: {
    perWeek: 3.5,
    /** Monday to Friday, from the first hour to before the last. */
    hours: { from: 9, to: 16 },
    minimumGap: 240,
    /** Minutes since the last deployment when the simulation begins. */
    ageAtStart: 2160,
    /** Each version costs more or less CPU and memory than the design: of the logarithms. */
    cpuSd: 0.02,
    memorySd: 0.015,
    /** Just-in-time compilation and cold caches: added fractions that fade with the half-life. */
    cpuBump: 0.15,
    missBump: 0.15,
    bumpHalfLife: 5,
  },
  incidents: {
    /** No incident this long after the start: two days. */
    leadIn: 2880,
    /** From the end of one to the start of the next: at least, and how much more on average. */
    gap: { minimum: 360, meanBeyond: 3120 },
    /** Log-uniform, in minutes: 20 minutes to 6 hours. */
    duration: { minimum: 20, maximum: 360 },
    /** Log-uniform, in multiples of the noise of the first affected metric. */
    sizeInNoise: { minimum: 1.2, maximum: 12 },
  },
  /**
   * The noise of each metric, relative to its level: the root mean square of
   * (healthy run) / (the same run with `noise: false`) − 1, measured over a year and rounded.
   */
  noise: {
    memory_bytes: 0.01,
    cpu_utilization: 0.038,
    memory_utilization: 0.0125,
    request_rate: 0.0325,
    db_cpu: 0.0375,
    db_memory: 0.0056,
    db_connections: 0.0215,
  },
} as const;
