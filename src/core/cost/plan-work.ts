/** A figure of a workload with one metric, and of one with seven. */
export type OneAndSeven = readonly [one: number, seven: number];

/** What one run of a job takes, for one workload. */
export interface JobWork {
  /** Time of one core, in milliseconds. */
  readonly cpuMs: OneAndSeven;
  readonly dynamoCalls: OneAndSeven;
  /** As DynamoDB bills them: 4 kB of a consistent read, 1 kB of a write. */
  readonly readUnits: OneAndSeven;
  readonly writeUnits: OneAndSeven;
  readonly objectReads: OneAndSeven;
  readonly objectWrites: OneAndSeven;
}

/** Where and when the figures below were measured. */
export const WORK_MEASURED = {
  asOf: '2026-11-21',
  by: 'node --import tsx bench/unit-work.ts 1 7',
  on: 'one core of an x86 machine, Node 20, 28 days of the simulated shop at 5 minutes, dynalite counting units',
} as const;

/** The jobs of Helios that are done for each workload. */
export const JOB_WORK = {
  collect: {
    cpuMs: [12, 14.3],
    dynamoCalls: [5, 5],
    readUnits: [3.6, 3.6],
    writeUnits: [2, 2],
    objectReads: [0, 0],
    objectWrites: [0, 0],
  },
  score: {
    cpuMs: [44.4, 120.3],
    dynamoCalls: [12.5, 25.8],
    readUnits: [15.5, 52.8],
    writeUnits: [8.2, 44.6],
    objectReads: [0.1, 0.4],
    objectWrites: [0, 0],
  },
  'roll-up': {
    cpuMs: [12.7, 25.3],
    dynamoCalls: [3, 3],
    readUnits: [3, 5],
    writeUnits: [1, 3],
    objectReads: [0, 0],
    objectWrites: [0, 0],
  },
  predict: {
    cpuMs: [19, 19],
    dynamoCalls: [10.6, 10.6],
    readUnits: [16.4, 16.4],
    writeUnits: [5, 5],
    objectReads: [0.1, 0.1],
    objectWrites: [0, 0],
  },
  plan: {
    cpuMs: [1, 1],
    dynamoCalls: [1, 1],
    readUnits: [1, 1],
    writeUnits: [0, 0],
    objectReads: [0, 0],
    objectWrites: [0, 0],
  },
  'train-pools': {
    cpuMs: [1_280, 4_430],
    dynamoCalls: [7, 7],
    readUnits: [41, 101],
    writeUnits: [2, 2],
    objectReads: [1, 1],
    objectWrites: [2, 2],
  },
  validate: {
    cpuMs: [161, 452],
    dynamoCalls: [8, 8],
    readUnits: [42, 102],
    writeUnits: [3, 5],
    objectReads: [1, 1],
    objectWrites: [2, 2],
  },
  engineer: {
    cpuMs: [131, 420],
    dynamoCalls: [4, 4],
    readUnits: [2, 2],
    writeUnits: [4, 7],
    objectReads: [2, 2],
    objectWrites: [1, 1],
  },
  'fit-statistical': {
    cpuMs: [421, 1_523],
    dynamoCalls: [4, 4],
    readUnits: [2, 2],
    writeUnits: [4, 10],
    objectReads: [2, 2],
    objectWrites: [1, 1],
  },
  'fit-boosting': {
    cpuMs: [85, 184],
    dynamoCalls: [6, 18],
    readUnits: [4, 18],
    writeUnits: [4, 13],
    objectReads: [4, 4],
    objectWrites: [1, 1],
  },
  'fit-recurrent': {
    cpuMs: [17, 17],
    dynamoCalls: [4, 4],
    readUnits: [2, 4],
    writeUnits: [6, 14],
    objectReads: [1, 1],
    objectWrites: [0, 0],
  },
  'fit-detectors': {
    cpuMs: [443, 50_356],
    dynamoCalls: [6, 6],
    readUnits: [4, 6],
    writeUnits: [6, 15],
    objectReads: [3, 3],
    objectWrites: [1, 1],
  },
  evaluate: {
    cpuMs: [2_804, 13_759],
    dynamoCalls: [8, 32],
    readUnits: [6, 32],
    writeUnits: [7, 20],
    objectReads: [10, 22],
    objectWrites: [2, 2],
  },
  register: {
    cpuMs: [280, 1_643],
    dynamoCalls: [51, 321],
    readUnits: [15, 91],
    writeUnits: [77, 511],
    objectReads: [6, 14],
    objectWrites: [2, 14],
  },
  finish: {
    cpuMs: [6, 10],
    dynamoCalls: [3, 3],
    readUnits: [3, 5],
    writeUnits: [1, 1],
    objectReads: [0, 0],
    objectWrites: [0, 0],
  },
  /** Two networks a metric, of 30 epochs at most: 4.03 s of a core an epoch, so this is the most. */
  'train-recurrent': {
    cpuMs: [242_000, 1_694_000],
    dynamoCalls: [4, 4],
    readUnits: [2, 4],
    writeUnits: [6, 14],
    objectReads: [10, 70],
    objectWrites: [10, 70],
  },
} as const satisfies Readonly<Record<string, JobWork>>;
export type Job = keyof typeof JOB_WORK;

/**
 * A figure for any number of metrics, on the line through the two that were measured.
 *
 * @param metrics - 1 or more
 * @example
 * ```ts
 * forMetrics([2, 14], 4); // => 8
 * ```
 */
export function forMetrics([one, seven]: OneAndSeven, metrics: number): number {
  return one + ((seven - one) * (metrics - 1)) / 6;
}

/**
 * What `dispatch` takes: to start, and for each workload of the list it reads.
 */
export const DISPATCH_WORK = {
  baseMs: 50,
  cpuMs: [0.09, 0.09],
  readUnits: [0.08, 0.17],
} as const;

/** Waiting for an answer, in milliseconds. Assumed, not measured: there was no account to measure in. */
export const ASSUMED_WAITS_MS = { dynamodb: 5, s3: 30, sqs: 10, cloudwatch: 200 } as const;

/** Bytes of what is kept of one workload, with the 100 that DynamoDB adds to each item. */
export const STORED_BYTES = {
  /** An item of twelve slots of one step. */
  rawItem: [354, 751],
  /** An item of a day's hours. */
  hourlyItem: [616, 2_782],
  /** The forecasts issued in a day. */
  issuedDay: [238_500, 1_474_000],
  /** The record of a training and of its fits. */
  trainingRecord: [55_300, 373_500],
  /** The record of the versions that a training registers. */
  versionRecord: [2_800, 19_700],
  /** What the stages of a training hand on. */
  runObjects: [373_900, 2_547_600],
  /** The model bundles and detectors that a training registers. */
  modelObjects: [178_200, 1_683_200],
} as const satisfies Readonly<Record<string, OneAndSeven>>;

/** Days that things are kept where no configuration says so; models and their records stay. */
export const DAYS_KEPT = { issued: 35, trainingRecord: 90, models: 365 } as const;

/** Bytes of what is written to logs, with the 26 that CloudWatch counts for each event. */
export const LINE_BYTES = {
  /** START, END and REPORT of an invocation. */
  platform: 480,
  /** What a function says of one message or request. */
  handled: 450,
  /** The measures of one scoring, in the embedded metric format. */
  measures: 630,
  /** An access log's line. */
  access: 500,
} as const;
