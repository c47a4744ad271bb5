import type { GradeInfo, GradeQuery } from '#contracts/http/grades.ts';
import { type Grade, permissionOf } from '#core/evaluate/grade.ts';
import { gradeReasons } from '#core/evaluate/grade-reasons.ts';
import { canonicalMetric } from '#core/series/metric-catalogue.ts';
import { untracked } from '#core/series/track.ts';
import { type Clock, epochMs, MINUTE, toIso } from '#core/time.ts';
import { appliesTo } from '../configured-events.ts';
import { selectorParts } from '../select-workload.ts';
import type { Workload, WorkloadDirectory } from '../workload-directory.ts';
import type { GradedBucket, GradeLog, GradeRecord } from './grade-log.ts';

export interface ListGradesDeps {
  readonly directory: WorkloadDirectory;
  readonly grades: GradeLog;
  readonly clock: Clock;
}

/**
 * The grades of every metric of every workload that match, by horizon; a metric that nothing was
 * trained for has too little data.
 * @throws {DomainError} `REQUEST_INVALID` when the two spellings of a name disagree
 */
export async function listGrades(deps: ListGradesDeps, query: GradeQuery) {
  const wanted = selectorParts(query);
  const metric = query.metric && canonicalMetric(query.metric);
  const records = await deps.grades.list();
  const workloads = (await deps.directory.list()).filter(({ id }) => appliesTo(wanted, id));
  const grades = workloads.flatMap((workload) => {
    const own = records.filter((each) => each.workload === workload.key);
    const known = own.flatMap((each) => gradeRows(workload, each.metric, each.record));
    const graded = new Set(own.map((each) => untracked(each.metric).metric));
    const unknown = [...workload.metrics.keys()].filter((name) => !graded.has(name));
    return [...known, ...unknown.map((name) => notTrained(workload, name))];
  });
  return {
    generated_at: toIso(deps.clock.now()),
    grades: grades
      .filter((each) => metric === undefined || each.metric === metric)
      .filter((each) => query.grade === undefined || each.grade === query.grade)
      .filter((each) => reaches(each, query.horizon_minutes)),
  };
}

/** Whether a row speaks of a horizon. */
function reaches({ from_minutes, to_minutes }: GradeInfo, minutes: number | undefined): boolean {
  if (minutes === undefined || from_minutes === null || to_minutes === null) return true;
  return from_minutes < minutes && minutes <= to_minutes;
}

/** The grades of one metric, a row for each of its horizons. */
export function gradeRows(
  workload: Workload,
  name: string,
  record: GradeRecord,
): readonly GradeInfo[] {
  return record.buckets.map((bucket) => {
    const { state, evidence, since } = bucket;
    return {
      ...headOf(workload, name, state.grade),
      step_seconds: record.step_ms / 1_000,
      ...horizonOf(bucket, record.step_ms),
      since: toIso(epochMs(since)),
      model: record.member,
      version: record.version,
      measured_at: toIso(epochMs(record.looked_at)),
      forecasts: Math.floor(evidence.forecasts),
      skill_vs_naive: evidence.skillVsNaive,
      skill_vs_seasonal_naive: evidence.skillVsSeasonalNaive,
      level: evidence.level,
      coverage: evidence.coverage,
      relative_width: evidence.relativeWidth,
      naive_relative_error: evidence.naiveRelativeError,
      reasons: gradeReasons(state.grade, evidence).map((reason) => ({ ...reason })),
    };
  });
}

/** A bucket begins where the one before it ends, so that no horizon lies between two. */
function horizonOf({ from_step, to_step }: GradedBucket, stepMs: number) {
  const minutes = stepMs / MINUTE;
  return { from_minutes: (from_step - 1) * minutes, to_minutes: to_step * minutes };
}

/** The grade of a metric that nothing was trained for. */
export function notTrained(workload: Workload, metric: string): GradeInfo {
  return {
    ...headOf(workload, metric, 'too_little_data'),
    step_seconds: workload.gridStep / 1_000,
    from_minutes: null,
    to_minutes: null,
    since: null,
    model: null,
    version: null,
    measured_at: null,
    forecasts: 0,
    skill_vs_naive: null,
    skill_vs_seasonal_naive: null,
    level: null,
    coverage: null,
    relative_width: null,
    naive_relative_error: null,
    reasons: [{ code: 'NOT_TRAINED', message: 'nothing was trained for it yet' }],
  };
}

function headOf({ id, simulated }: Workload, name: string, grade: Grade) {
  const { metric } = untracked(name);
  return { workload: id, simulated, metric, grade, allows: permissionOf(grade) };
}
