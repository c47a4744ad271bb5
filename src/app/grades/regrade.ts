import type { ModelBundle } from '#contracts/artifacts/model-bundle.ts';
import { isDomainError } from '#core/errors.ts';
import { nextGrade } from '#core/evaluate/grade.ts';
import {
  type BucketEvidence,
  gradeEvidence,
  type LiveBucket,
} from '#core/evaluate/grade-evidence.ts';
import type { EpochMs } from '#core/time.ts';
import type { ModelRegistry, ModelSubject, ModelVersion } from '../model-registry.ts';
import { coverageOfRows } from '../serving/coverage-rows.ts';
import { REFRESH } from '../serving/forecast-reasons.ts';
import type { GradeLog, GradeRecord } from './grade-log.ts';

/** Level of the bands that are judged: the one that is served unless another is asked for. */
export const GRADED_LEVEL = 0.8;

export interface RegradeDeps {
  readonly registry: ModelRegistry;
  readonly grades: GradeLog;
  bundleOf(version: ModelVersion): Promise<ModelBundle>;
}

/** What became of the forecasts issued by one model since its training. */
export interface LiveEvidence {
  readonly version: string;
  readonly member: string;
  readonly buckets: readonly LiveBucket[];
  readonly hasDrifted: boolean;
}

/** What serves a metric: the champion, or naive with the measurements of the newest version. */
interface Serving {
  readonly version: string;
  readonly member: string;
  readonly bundle: ModelBundle;
}

/**
 * Takes one look at what the forecasts of a metric are worth, and keeps the grades. Looks at the same
 * model that follow each other within half an hour are one, so that doing it twice is doing it once.
 *
 * @param live - passed over when it is of another model than the one that serves
 * @throws {DomainError} `STORE_UNAVAILABLE`
 */
export async function regrade(
  deps: RegradeDeps,
  subject: ModelSubject,
  now: EpochMs,
  live?: LiveEvidence,
): Promise<void> {
  const known = await deps.grades.get(subject);
  const serving = await servingOf(deps, subject);
  if (!serving || (known && isSameLook(known, serving, now))) return;
  const { bundle, version, member } = serving;
  const isOfServing = live?.version === version && live.member === member;
  const evidence = gradeEvidence({
    report: bundle.backtest,
    member,
    coverage: coverageOfRows(bundle.coverage[member] ?? []),
    calibration: bundle.calibrations[member] ?? null,
    level: GRADED_LEVEL,
    ...(isOfServing && { live: live.buckets, hasDrifted: live.hasDrifted }),
  });
  await deps.grades.update(subject, (current) => {
    if (current && isSameLook(current, serving, now)) return undefined;
    return {
      looked_at: now,
      version,
      member,
      step_ms: bundle.step_ms,
      buckets: evidence.map((each) => graded(current, each, now)),
    };
  });
}

function isSameLook(
  { looked_at, version, member }: GradeRecord,
  serving: Serving,
  now: EpochMs,
): boolean {
  return version === serving.version && member === serving.member && now - looked_at < REFRESH / 2;
}

/** A new version goes on with the grade of the one before: hysteresis outlives a training. */
function graded(
  current: GradeRecord | undefined,
  { fromStep, toStep, evidence }: BucketEvidence,
  now: EpochMs,
): GradeRecord['buckets'][number] {
  const before = current?.buckets.find(({ from_step }) => from_step === fromStep);
  const state = nextGrade(before?.state, evidence);
  const isSame = state.grade === before?.state.grade;
  const since = isSame ? before.since : now;
  return { from_step: fromStep, to_step: toStep, state, since, evidence };
}

async function servingOf(deps: RegradeDeps, subject: ModelSubject): Promise<Serving | undefined> {
  const pointer = await deps.registry.pointer(subject);
  const name = pointer?.champion ?? pointer?.latest;
  const version = name ? await deps.registry.version(subject, name) : undefined;
  if (!version) return undefined;
  try {
    const bundle = await deps.bundleOf(version);
    const member = pointer?.champion ? bundle.serves : (bundle.backtest.naive ?? 'naive');
    return { version: version.version, member, bundle };
  } catch (error) {
    // A model that cannot be read keeps its last grade; the forecast says what is wrong with it.
    if (isDomainError(error, 'STATE_INCOMPATIBLE', 'ARTIFACT_CORRUPT')) return undefined;
    throw error;
  }
}
