import { DomainError } from '#core/errors.ts';
import {
  type Clock,
  DAY,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  MINUTE,
} from '#core/time.ts';
import { parseWorkloadKey, type WorkloadId, type WorkloadKey } from '#core/workload.ts';
import type { CursorLog } from '../collection/cursors.ts';
import type { SourceLog } from '../collection/source-log.ts';
import type { MarkLog } from '../marks.ts';
import type {
  CollectAnswer,
  Collected,
  CollectRequest,
  MetricSource,
} from '../ports/metric-source.ts';
import type { ObservationStore } from '../ports/observation-store.ts';
import {
  type Sighting,
  seenMetrics,
  type Workload,
  type WorkloadDirectory,
} from '../workload-directory.ts';

/** On the first sight of a workload this much of its past is read, unless its plan says otherwise. */
const BACKFILL = durationMs(14 * DAY);
/** Points that may still converge at the source are read again. */
const REREAD = durationMs(30 * MINUTE);
/** Observations in one merge: bounds memory on a backfill. */
const CHUNK = 20_000;

export interface CollectDeps {
  readonly observations: ObservationStore;
  readonly directory: WorkloadDirectory;
  readonly marks: MarkLog;
  readonly cursors: CursorLog;
  readonly sourceLog: SourceLog;
  readonly clock: Clock;
}

/** Where a workload is read from, and how it is introduced when it is new. */
export interface CollectPlan {
  readonly source: MetricSource;
  readonly metrics: readonly string[];
  readonly simulated?: boolean;
  readonly gridStep?: Workload['gridStep'];
  /** Start of the first read; `backfill` back unless given. */
  readonly since?: EpochMs;
  /** Of the past, on the first read; 14 days unless given. */
  readonly backfill?: DurationMs;
  /** So much before what is new is read again; half an hour unless given. */
  readonly reread?: DurationMs;
}

/** One workload to be read, and the metrics of it that it is not time for. */
export interface CollectJob {
  readonly workload: WorkloadKey;
  readonly plan: CollectPlan;
  readonly except?: readonly string[];
}

/** What one collection brought. */
export interface CollectOutcome {
  readonly observations: number;
  readonly problems: readonly { readonly metric: string; readonly reason: string }[];
}

/**
 * Reads what a source has of a workload since the last time, the last half hour again, and stores it.
 * Repeating a collection changes nothing.
 * @throws {DomainError} `SOURCE_UNAVAILABLE`, `THROTTLED`, `STORE_UNAVAILABLE`
 */
export async function collect(
  deps: CollectDeps,
  key: WorkloadKey,
  plan: CollectPlan,
): Promise<CollectOutcome> {
  const [outcome] = await collectAll(deps, [{ workload: key, plan }]);
  if (outcome === undefined) throw new RangeError('one job has one outcome');
  if ('error' in outcome) throw outcome.error;
  return outcome;
}

/**
 * The same for several workloads: those of one source share its calls where it can. What goes wrong
 * with one workload is its own outcome.
 * @returns one outcome per job, in the order given
 */
export async function collectAll(
  deps: CollectDeps,
  jobs: readonly CollectJob[],
): Promise<readonly (CollectOutcome | { readonly error: unknown })[]> {
  const now = deps.clock.now();
  const answers = new Map<CollectJob, CollectAnswer | { readonly error: unknown }>();
  const due = jobs.filter((job) => dueMetrics(job).length > 0 || job.plan.metrics.length === 0);
  for (const source of new Set(due.map(({ plan }) => plan.source))) {
    const own = due.filter(({ plan }) => plan.source === source);
    const requests = await Promise.all(own.map((job) => requestOf(deps, job, now)));
    const got = await readAll(source, requests);
    for (const [i, job] of own.entries()) answers.set(job, got[i] ?? MISSING);
    await noteSource(deps, source.name, own, got, now);
  }
  const outcomes: (CollectOutcome | { readonly error: unknown })[] = [];
  // One after the other: a past of many workloads at once would be too much for a small function.
  for (const job of jobs) {
    const answer = answers.get(job);
    if (answer === undefined) outcomes.push({ observations: 0, problems: [] });
    else if ('error' in answer) outcomes.push(answer);
    else outcomes.push(await settled(() => store(deps, job, answer.collected, now)));
  }
  return outcomes;
}

const MISSING = { error: new RangeError('the source did not answer every request') };

function dueMetrics({ plan, except = [] }: CollectJob): readonly string[] {
  return plan.metrics.filter((metric) => !except.includes(metric));
}

async function requestOf(
  { directory, cursors }: CollectDeps,
  job: CollectJob,
  now: EpochMs,
): Promise<CollectRequest> {
  const { workload, plan } = job;
  const id = parseWorkloadKey(workload);
  const reread = plan.reread ?? REREAD;
  const first = plan.since ?? epochMs(now - (plan.backfill ?? BACKFILL));
  const metrics = dueMetrics(job);
  if (plan.source.collectAll) {
    const begun = await cursors.begin(workload, metrics, first);
    const since = new Map(
      [...begun].map(([metric, cursor]) => [
        metric,
        epochMs(Math.max(cursor.first, cursor.through - reread)),
      ]),
    );
    return { workload: id, metrics, range: { from: first, to: now }, since };
  }
  const known = await directory.get(id);
  const from = known ? epochMs(known.lastSeen - reread) : first;
  return { workload: id, metrics, range: { from, to: now } };
}

async function readAll(
  source: MetricSource,
  requests: readonly CollectRequest[],
): Promise<readonly (CollectAnswer | { readonly error: unknown })[]> {
  const { collectAll: all } = source;
  if (!all) {
    return Promise.all(
      requests.map((request) =>
        settled(async () => ({ collected: await source.collect(request) })),
      ),
    );
  }
  const answers = await settled(async () => all(requests));
  return 'error' in answers ? requests.map(() => answers) : answers;
}

async function store(
  deps: CollectDeps,
  { workload, plan }: CollectJob,
  collected: Collected,
  now: EpochMs,
): Promise<CollectOutcome> {
  const { source, simulated, gridStep } = plan;
  const observations = await storeCollected(deps, parseWorkloadKey(workload), collected, {
    ...{ source: source.name, now },
    ...(simulated === undefined ? {} : { simulated }),
    ...(gridStep === undefined ? {} : { gridStep }),
  });
  await deps.cursors.advance(workload, collected.through ?? new Map());
  return { observations, problems: collected.problems };
}

/**
 * Stores what a source delivered of a workload. The same twice changes nothing.
 * @returns how many observations there were
 */
export async function storeCollected(
  deps: Pick<CollectDeps, 'observations' | 'marks' | 'directory'>,
  id: WorkloadId,
  collected: Collected,
  { now, ...sighting }: { readonly now: EpochMs } & Omit<Sighting, 'step' | 'metrics'>,
): Promise<number> {
  const counters = new Set(collected.counters);
  const observations = collected.observations.map((each) =>
    counters.has(each.metric) ? { ...each, counter: true } : each,
  );
  for (let i = 0; i < observations.length; i += CHUNK) {
    await deps.observations.merge(id, collected.step, observations.slice(i, i + CHUNK), now);
  }
  await deps.marks.add(id, collected.deployments ?? [], now);
  // Last: the next read starts from what is noted here, so nothing may be missing behind it.
  const metrics = seenMetrics(observations);
  await deps.directory.note(id, { ...sighting, step: collected.step, metrics });
  return observations.length;
}

async function noteSource(
  deps: CollectDeps,
  name: string,
  jobs: readonly CollectJob[],
  answers: readonly (CollectAnswer | { readonly error: unknown })[],
  now: EpochMs,
): Promise<void> {
  const failed = answers.findIndex((answer) => 'error' in answer);
  const failure = answers[failed];
  const workload = jobs[failed]?.workload ?? '';
  await deps.sourceLog.note(name, {
    ...(answers.some((answer) => 'collected' in answer) ? { success: now } : {}),
    ...(failure && 'error' in failure
      ? { problem: { at: now, workload, ...wordsOf(failure.error) } }
      : problemWords(jobs, answers, now)),
  });
}

/** Of workloads that were read, the first metric that was not. */
function problemWords(
  jobs: readonly CollectJob[],
  answers: readonly (CollectAnswer | { readonly error: unknown })[],
  at: EpochMs,
) {
  for (const [i, answer] of answers.entries()) {
    const [first] = 'collected' in answer ? answer.collected.problems : [];
    if (first === undefined) continue;
    const workload = jobs[i]?.workload ?? '';
    const message = `${first.metric}: ${first.reason}`;
    return { problem: { at, workload, code: 'INCOMPLETE', message } };
  }
  return {};
}

/** What anybody who may ask for the sources is told; the log has the rest. */
function wordsOf(error: unknown): { readonly code: string; readonly message: string } {
  return error instanceof DomainError
    ? { code: error.code, message: error.message }
    : { code: 'INTERNAL', message: 'something went wrong on our side' };
}

async function settled<T>(work: () => Promise<T>): Promise<T | { readonly error: unknown }> {
  try {
    return await work();
  } catch (error) {
    return { error };
  }
}
