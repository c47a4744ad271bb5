import type { PlannedUse } from './cost-plan.ts';
import { ASSUMED_WAITS_MS, JOB_WORK, type Job } from './plan-work.ts';
import {
  collectionsOf,
  count,
  DAYS_A_MONTH,
  MESSAGES_A_BATCH,
  ONE_CORE_MEBIBYTES,
  ofAll,
  type PlannedDeployment,
  type PlannedFunction,
  percent,
  ROLL_UPS,
  workloadsOf,
} from './planned-deployment.ts';

/** Workloads that a shared model is trained from. */
const POOLED_WORKLOADS = 64;

/** A job as one function does it. */
interface Doing {
  readonly job: Job;
  readonly by: PlannedFunction;
  /** Of each workload, in a month. */
  readonly runs: number;
  /** Workloads of one invocation. */
  readonly batch: number;
  /** It takes so many workloads at most, however many there are. */
  readonly most?: number;
  /** Waiting for others than the stores, in milliseconds an invocation. */
  readonly waitMs?: number;
}

/** What everything that is done for each workload uses. */
export function jobsUse(of: PlannedDeployment): readonly PlannedUse[] {
  return doingsOf(of).flatMap((doing) => jobUse(of, doing));
}

function doingsOf(of: PlannedDeployment): readonly Doing[] {
  const collections = collectionsOf(of);
  const nightly = (job: Job, by: PlannedFunction): Doing => ({
    job,
    by,
    runs: DAYS_A_MONTH,
    batch: 1,
  });
  return [
    {
      job: 'collect',
      by: 'collect',
      runs: collections,
      batch: MESSAGES_A_BATCH,
      // The workloads of a batch share one call.
      waitMs: of.fleets.some(({ metricsRequested }) => metricsRequested > 0)
        ? ASSUMED_WAITS_MS.cloudwatch
        : 0,
    },
    { job: 'roll-up', by: 'collect', runs: ROLL_UPS, batch: MESSAGES_A_BATCH },
    // Handed on one by one as they are collected.
    { job: 'score', by: 'score', runs: collections, batch: 1 },
    { ...nightly('plan', 'plan'), batch: Infinity },
    { ...nightly('train-pools', 'fit-boosting'), batch: Infinity, most: POOLED_WORKLOADS },
    nightly('validate', 'validate'),
    nightly('engineer', 'engineer'),
    nightly('fit-statistical', 'fit-statistical'),
    nightly('fit-boosting', 'fit-boosting'),
    nightly(of.isRecurrentNightly ? 'train-recurrent' : 'fit-recurrent', 'fit-recurrent'),
    nightly('fit-detectors', 'fit-detectors'),
    nightly('evaluate', 'evaluate'),
    nightly('register', 'register'),
    { ...nightly('finish', 'finish'), batch: Infinity },
  ];
}

/** Milliseconds that one run of a job takes for all workloads together, with `mebibytes`. */
function durationMs(
  of: PlannedDeployment,
  { job, waitMs = 0, most, batch }: Doing,
  mebibytes: number,
): number {
  const { cpuMs, dynamoCalls, objectReads, objectWrites } = JOB_WORK[job];
  const share = Math.min(1, mebibytes / ONE_CORE_MEBIBYTES);
  const objects = ofAll(of, objectReads, most) + ofAll(of, objectWrites, most);
  return (
    ofAll(of, cpuMs, most) / share +
    ofAll(of, dynamoCalls, most) * ASSUMED_WAITS_MS.dynamodb +
    objects * ASSUMED_WAITS_MS.s3 +
    Math.ceil(workloadsOf(of) / batch) * waitMs
  );
}

function jobUse(of: PlannedDeployment, doing: Doing): readonly PlannedUse[] {
  const { job, by, runs, batch, most = Infinity } = doing;
  const workloads = Math.min(workloadsOf(of), most);
  if (workloads === 0) return [];
  const work = JOB_WORK[job];
  const mebibytes = of.memory[by];
  const ms = durationMs(of, doing, mebibytes);
  const invocations = Math.max(1, Math.ceil(workloads / batch));
  const mean = ms / workloads;
  const line = { by: job } as const;
  const timed = `${count(runs)} runs × ${count(workloads)} workloads`;
  const counted = 'counted by an emulator of DynamoDB, for the number of metrics';
  const reads = ofAll(of, work.readUnits, most);
  const writes = ofAll(of, work.writeUnits, most);
  return [
    {
      ...line,
      item: 'lambda.gb_seconds',
      quantity: (runs * ms * mebibytes) / 1_024 / 1_000,
      formula: `${timed} × ${count(mean)} ms × ${mebibytes} MiB / 1024`,
      assumption: `CPU time as measured, on ${percent(Math.min(1, mebibytes / ONE_CORE_MEBIBYTES))} of a core that is as fast; ${ASSUMED_WAITS_MS.dynamodb} ms a call of DynamoDB, ${ASSUMED_WAITS_MS.s3} ms of S3${doing.waitMs ? `, ${doing.waitMs} ms of CloudWatch a batch` : ''}; cold starts left out`,
    },
    {
      ...line,
      item: 'lambda.requests',
      quantity: runs * invocations,
      formula: `${count(runs)} runs × ${count(invocations)} invocations`,
      assumption:
        batch === 1
          ? 'an invocation each'
          : batch === Infinity
            ? 'one invocation for all'
            : `messages come in batches of ${batch}`,
    },
    {
      ...line,
      item: 'dynamodb.read_units',
      quantity: runs * reads,
      formula: `${timed} × ${count(reads / workloads)} units`,
      assumption: counted,
    },
    {
      ...line,
      item: 'dynamodb.write_units',
      quantity: runs * writes,
      formula: `${timed} × ${count(writes / workloads)} units`,
      assumption: counted,
    },
    {
      ...line,
      item: 's3.reads',
      quantity: runs * ofAll(of, work.objectReads, most),
      formula: `${timed} × ${count(ofAll(of, work.objectReads, most) / workloads)} objects`,
      assumption: 'counted; models in memory are not read again',
    },
    {
      ...line,
      item: 's3.writes',
      quantity: runs * ofAll(of, work.objectWrites, most),
      formula: `${timed} × ${count(ofAll(of, work.objectWrites, most) / workloads)} objects`,
      assumption: 'counted',
    },
  ];
}
