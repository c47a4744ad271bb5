import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CollectAnswer, CollectRequest, MetricSource } from '#app/ports/metric-source.ts';
import type { MetricsAllowance } from '#app/ports/metrics-allowance.ts';
import type { Observation } from '#app/ports/observation-store.ts';
import type { CloudWatchMetric } from '#contracts/config/cloudwatch.ts';
import { type PackedCall, packCalls, pointsBetween } from '#core/collect/pack-calls.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import {
  type Clock,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  floorTo,
  MINUTE,
} from '#core/time.ts';
import { type WorkloadKey, workloadKey } from '#core/workload.ts';
import { type Backoff, REAL_BACKOFF } from '../backoff.ts';
import { type QueryAnswer, readCall } from './cloudwatch-pages.ts';
import {
  type CloudWatchWorkload,
  type Place,
  readsOf,
  type WantedRead,
  type WorkloadReads,
} from './cloudwatch-reads.ts';

/** CloudWatch's values converge for up to ten minutes after their period. */
export const DEFAULT_SETTLE: DurationMs = durationMs(10 * MINUTE);

/** Points read for one batch of workloads at most: three full calls, which a function has time for. */
const POINTS_PER_BATCH = 302_400;

const NOT_YET = 'its past waits for its turn: only so many points are read at once';
const REFUSED =
  "this month's budget for reading CloudWatch is spent (collection.monthly_budget_usd)";

export interface CloudWatchSourceOptions {
  /** Built once a place, with timeouts and without retries of their own. */
  readonly clientOf: (place: Place) => CloudWatchClient;
  readonly clock: Clock;
  /** What is configured or was discovered, by workload. */
  readonly workloadOf: (key: WorkloadKey) => Promise<CloudWatchWorkload | undefined>;
  readonly allowance: MetricsAllowance;
  readonly settle?: DurationMs;
  readonly backoff?: Backoff;
}

/**
 * Amazon CloudWatch as a source, by GetMetricData: each value is a whole period's statistic, at the
 * time the period begins, in Helios' unit.
 *
 * Many workloads share calls, by place and period. A period that is not over is left out, since
 * CloudWatch would answer with a part of it. Values younger than `settle` are delivered, but may still
 * change: their as-of time is the time of reading, so that reading the range again supersedes them. A
 * settled value's as-of time is the moment it settled, so that reading it again is a duplicate.
 * `through` of an answer is the end of what is settled and whole: the next read begins there, so what
 * was partial, throttled or beyond the budget is asked for again.
 *
 * Long pasts are read after everything else and as far as one batch goes; the rest says that it waits.
 */
export function cloudWatchSource(options: CloudWatchSourceOptions): MetricSource {
  const { clock, settle = DEFAULT_SETTLE } = options;
  const collectAll = async (
    requests: readonly CollectRequest[],
  ): Promise<readonly CollectAnswer[]> => {
    const now = clock.now();
    const workloads = await Promise.all(
      requests.map(async (request) => planned(request, options, now)),
    );
    const answers = new Map<WantedRead, ReadAnswer>();
    let points = POINTS_PER_BATCH;
    for (const group of groupsOf(workloads)) {
      points -= await readGroup(options, group, points, answers);
    }
    return workloads.map((workload) =>
      workload instanceof DomainError
        ? { error: workload }
        : answerOf(workload, answers, { now, settle }),
    );
  };
  return {
    name: 'cloudwatch',
    collectAll,
    async collect(request) {
      const [answer] = await collectAll([request]);
      if (answer === undefined) throw new RangeError('one request has one answer');
      if ('error' in answer) throw answer.error;
      return answer.collected;
    },
  };
}

/** What a request needs to be read, or what is wrong with its configuration. */
async function planned(
  request: CollectRequest,
  { workloadOf }: CloudWatchSourceOptions,
  now: EpochMs,
): Promise<WorkloadReads | DomainError> {
  try {
    return readsOf(request, await workloadOf(workloadKey(request.workload)), now);
  } catch (error) {
    if (isDomainError(error, 'CONFIG_INVALID')) return error;
    throw error;
  }
}

/** What a read came to: its values, or why there are none. */
type ReadAnswer = QueryAnswer | DomainError;

/** Reads of one place and period: they may share calls. */
interface Group {
  readonly place: Place;
  readonly step: DurationMs;
  readonly to: EpochMs;
  readonly reads: readonly WantedRead[];
}

function groupsOf(workloads: readonly (WorkloadReads | DomainError)[]): readonly Group[] {
  const groups = new Map<string, Group & { readonly reads: WantedRead[] }>();
  for (const workload of workloads) {
    if (workload instanceof DomainError || workload.reads.length === 0) continue;
    const { place, step, to, reads } = workload;
    const key = JSON.stringify([place.account, place.region, step, to]);
    const group = groups.get(key) ?? { place, step, to, reads: [] };
    groups.set(key, group);
    group.reads.push(...reads);
  }
  return [...groups.values()];
}

/** Reads as much as `points` allow, the shortest ranges first. @returns the points it has asked for */
async function readGroup(
  options: CloudWatchSourceOptions,
  { place, step, to, reads }: Group,
  points: number,
  answers: Map<WantedRead, ReadAnswer>,
): Promise<number> {
  let spent = 0;
  for (const call of packCalls(reads, to, step).toReversed()) {
    const asked = call.reads.length * pointsBetween(call.from, to, step);
    // The first call is made however long it is, so that a past never waits for ever.
    const isDone = spent === 0 || spent + asked <= points;
    if (isDone) spent += asked;
    const answer = isDone ? await makeCall(options, place, call, to) : nothing(NOT_YET);
    for (const [i, read] of call.reads.entries()) answers.set(read, answer(idOf(i)));
  }
  return spent;
}

/** @returns the answer by query id */
async function makeCall(
  options: CloudWatchSourceOptions,
  place: Place,
  call: PackedCall<WantedRead>,
  to: EpochMs,
): Promise<(id: string) => ReadAnswer> {
  const { allowance, backoff = REAL_BACKOFF } = options;
  const queries = call.reads.flatMap((read, i) => read.queriesOf(idOf(i)));
  const billed = call.reads.reduce((sum, read) => sum + read.billed, 0);
  try {
    const answer = await readCall(
      { client: options.clientOf(place), allowance, backoff },
      { queries, billed, range: { from: call.from, to } },
    );
    if (answer === 'refused') return nothing(REFUSED);
    return (id) => answer.get(id) ?? nothing('cloudwatch did not mention it')(id);
  } catch (error) {
    if (isDomainError(error, 'THROTTLED', 'SOURCE_UNAVAILABLE')) return () => error;
    throw error;
  }
}

function nothing(problem: string): (id: string) => ReadAnswer {
  return () => ({ values: new Map(), problem });
}

function idOf(index: number): string {
  return `m${index}`;
}

/** What the reads of one workload came to. Only when every one has failed, the workload has. */
function answerOf(
  workload: WorkloadReads,
  answers: ReadonlyMap<WantedRead, ReadAnswer>,
  at: { readonly now: EpochMs; readonly settle: DurationMs },
): CollectAnswer {
  const { step, to, reads } = workload;
  const problems = [...workload.problems];
  const observations: Observation[] = [];
  const through = new Map<string, EpochMs>();
  const errors: DomainError[] = [];
  for (const read of reads) {
    const answer = answers.get(read);
    if (answer instanceof DomainError) errors.push(answer);
    if (answer === undefined || answer instanceof DomainError) {
      problems.push({ metric: read.metric, reason: answer?.message ?? NOT_YET });
      continue;
    }
    const problem = problemOf(answer);
    if (problem !== undefined) problems.push({ metric: read.metric, reason: problem });
    if (answer.problem === undefined) {
      through.set(read.metric, settledEnd(read.from, to, step, at));
    }
    observations.push(...observationsOf(read, answer, step, at));
  }
  const [error] = errors;
  if (error !== undefined && errors.length === reads.length) return { error };
  return { collected: { step, observations, counters: [], problems, through } };
}

/** The end of the periods that are settled, never before the range. */
function settledEnd(
  from: EpochMs,
  to: EpochMs,
  step: DurationMs,
  { now, settle }: { readonly now: EpochMs; readonly settle: DurationMs },
): EpochMs {
  const settled = floorTo(epochMs(now - settle), step);
  return epochMs(Math.max(from, Math.min(to, settled)));
}

function observationsOf(
  read: WantedRead,
  answer: QueryAnswer,
  step: DurationMs,
  { now, settle }: { readonly now: EpochMs; readonly settle: DurationMs },
): readonly Observation[] {
  return [...answer.values]
    .filter(([time]) => time >= read.from)
    .sort(([a], [b]) => a - b)
    .map(([time, value]) => ({
      metric: read.metric,
      at: epochMs(time),
      value: inUnit(value, read.source),
      source: 'cloudwatch',
      asOf: epochMs(Math.min(time + step + settle, now)),
    }))
    .filter(({ value }) => Number.isFinite(value));
}

function inUnit(value: number, { scale, per_second, period_seconds }: CloudWatchMetric): number {
  return (value * scale) / (per_second ? period_seconds : 1);
}

/** A wrong name or dimension looks just like a quiet metric, so an empty answer is mentioned. */
function problemOf(answer: QueryAnswer): string | undefined {
  if (answer.problem !== undefined) return answer.problem;
  return answer.values.size === 0 ? 'cloudwatch has no values of it in this range' : undefined;
}
