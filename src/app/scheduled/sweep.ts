import { DomainError, isDomainError } from '#core/errors.ts';
import {
  addMs,
  DAY,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  HOUR,
  MINUTE,
  SECOND,
} from '#core/time.ts';
import { type WorkloadKey, workloadKey } from '#core/workload.ts';
import type { SweepLog } from '../collection/sweep-log.ts';
import type { MetricSource, Sweep } from '../ports/metric-source.ts';
import { sourcesOf } from '../workload-directory.ts';
import { type CollectDeps, storeCollected } from './collect.ts';

/** A source that is read as a whole. */
export interface SweepPlan {
  readonly name: string;
  /** Of the past, when the source is new. */
  readonly backfill: DurationMs;
  /** @throws {DomainError} `CONFIG_INVALID`, `SOURCE_UNAVAILABLE` */
  readonly open: () => Promise<MetricSource>;
}

export interface SweepDeps extends CollectDeps {
  readonly sweeps: SweepLog;
  /** Aborts after so long, by the real clock. */
  readonly timeLimit: (ms: number) => AbortSignal;
}

/** What the sweeps of one message came to. */
export interface SweepOutcome {
  readonly observations: number;
  /** Those to be scored: of this source, whether or not it had something of them now. */
  readonly workloads: readonly WorkloadKey[];
  readonly problems: Sweep['problems'];
  /** Up to where the source was read. */
  readonly through: EpochMs;
}

/** No further part is begun after this time; what is left of a long past is for the next round. */
const ENOUGH_TIME = 45 * SECOND;
/** A part that takes longer is given up, and read in halves the next time. */
const PART_TIME = 60 * SECOND;
const FIRST_PART = durationMs(HOUR);
/** Twice the longest time that a source may read back: a part is then always more than was read. */
const LONGEST_PART = durationMs(2 * DAY);
const SHORTEST_PART = durationMs(5 * MINUTE);
/** Parts of fewer observations become longer, of more than the second one shorter: bounds memory. */
const FEW = 20_000;
const MANY = 100_000;

/**
 * Reads what a source has of all its workloads since the last time, part by part, and stores it. Parts
 * grow and shrink with what they bring. Repeating a sweep changes nothing.
 *
 * @throws {DomainError} as the source; what was read before is stored
 */
export async function sweepSource(deps: SweepDeps, plan: SweepPlan): Promise<SweepOutcome> {
  const began = deps.clock.now();
  const known = await deps.sweeps.read(plan.name);
  let through = known?.through ?? epochMs(began - plan.backfill);
  let length = known?.length ?? FIRST_PART;
  let observations = 0;
  const problems = new Map<string, Sweep['problems'][number]>();
  const source = await opened(deps, plan);
  try {
    for (let isOver = false; !isOver; isOver = deps.clock.now() - began >= ENOUGH_TIME) {
      const now = deps.clock.now();
      const to = epochMs(Math.min(now, addMs(through, length)));
      const found = await readPart(deps, source, { from: through, to }, length);
      const count = await store(deps, plan.name, found);
      for (const each of problemsOf(found)) problems.set(JSON.stringify(each), each);
      observations += count;
      const isMoved = found.through !== undefined && found.through > through;
      const isStuck = !isMoved && found.problems.length > 0;
      if (found.through !== undefined && isMoved) through = found.through;
      // A source that reads back further than a part is long gets longer ones.
      if (!isStuck) length = isMoved ? fitted(length, count) : longer(length);
      await deps.sweeps.advance(plan.name, { through, length });
      // What was not read whole may be so in the next round, and not in this one.
      if (to >= now || isStuck) break;
    }
  } finally {
    await source.close?.();
  }
  await note(deps, plan.name, [...problems.values()]);
  const workloads = (await deps.directory.list()).filter((workload) =>
    sourcesOf(workload).includes(plan.name),
  );
  return {
    observations,
    workloads: workloads.map(({ key }) => key),
    problems: [...problems.values()],
    through,
  };
}

async function opened(deps: SweepDeps, plan: SweepPlan): Promise<SweepingSource> {
  try {
    const source = await plan.open();
    const { sweep } = source;
    if (!sweep) throw new TypeError(`the source ${plan.name} cannot be read as a whole`);
    return { name: plan.name, sweep, ...(source.close && { close: source.close }) };
  } catch (error) {
    await noteFailure(deps, plan.name, error);
    throw error;
  }
}

/** A source that can be read as a whole. */
interface SweepingSource extends Pick<MetricSource, 'name' | 'close'> {
  readonly sweep: NonNullable<MetricSource['sweep']>;
}

async function readPart(
  deps: SweepDeps,
  { name, sweep }: SweepingSource,
  range: { readonly from: EpochMs; readonly to: EpochMs },
  length: DurationMs,
): Promise<Sweep> {
  try {
    return await sweep({ range, signal: deps.timeLimit(PART_TIME) });
  } catch (error) {
    if (isDomainError(error, 'DEADLINE_EXCEEDED')) {
      await deps.sweeps.advance(name, { through: range.from, length: shorter(length) });
    }
    await noteFailure(deps, name, error);
    throw error;
  }
}

async function store(deps: SweepDeps, name: string, { workloads }: Sweep): Promise<number> {
  let count = 0;
  for (const { workload, collected } of workloads) {
    count += await storeCollected(deps, workload, collected, {
      source: name,
      now: deps.clock.now(),
    });
  }
  return count;
}

function problemsOf({ problems, workloads }: Sweep): Sweep['problems'] {
  const own = workloads.flatMap(({ workload, collected }) =>
    collected.problems.map(({ metric, reason }) => ({
      metric,
      reason: `${workloadKey(workload)}: ${reason}`,
    })),
  );
  return [...problems, ...own];
}

function fitted(length: DurationMs, count: number): DurationMs {
  if (count > MANY) return shorter(length);
  return count < FEW ? longer(length) : length;
}

function longer(length: DurationMs): DurationMs {
  return durationMs(Math.min(LONGEST_PART, 2 * length));
}

function shorter(length: DurationMs): DurationMs {
  return durationMs(Math.max(SHORTEST_PART, Math.floor(length / 2)));
}

async function note(deps: SweepDeps, name: string, problems: Sweep['problems']): Promise<void> {
  const at = deps.clock.now();
  const [first] = problems;
  await deps.sourceLog.note(name, {
    success: at,
    ...(first && {
      problem: {
        ...{ at, workload: '', code: 'INCOMPLETE' },
        message: `${first.metric}: ${first.reason}`,
      },
    }),
  });
}

async function noteFailure(deps: SweepDeps, name: string, error: unknown): Promise<void> {
  const at = deps.clock.now();
  const { code, message } =
    error instanceof DomainError
      ? error
      : { code: 'INTERNAL', message: 'something went wrong on our side' };
  await deps.sourceLog.note(name, { problem: { at, workload: '', code, message } });
}
