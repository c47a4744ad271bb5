import type { FleetQuery, FleetRow } from '#contracts/http/fleet.ts';
import type { GradeInfo } from '#contracts/http/grades.ts';
import { SEVERITIES, type Severity } from '#core/detect/severity.ts';
import {
  canonicalMetric,
  METRIC_CATALOGUE,
  metricDefinition,
} from '#core/series/metric-catalogue.ts';
import { untracked } from '#core/series/track.ts';
import { type Clock, type EpochMs, epochMs, toIso } from '#core/time.ts';
import { type WorkloadKey, workloadKey } from '#core/workload.ts';
import type { GradeLog } from '../grades/grade-log.ts';
import { gradeRows, notTrained } from '../grades/list-grades.ts';
import type { IncidentLog } from '../incident-log.ts';
import type { IssuedPeak, IssuedPeaks } from '../issued-peaks.ts';
import type { Workload, WorkloadDirectory } from '../workload-directory.ts';

/** Open incidents that are counted. */
const MAX_INCIDENTS = 1_000;

export interface FleetDeps {
  readonly directory: WorkloadDirectory;
  readonly grades: GradeLog;
  readonly peaks: IssuedPeaks;
  readonly incidents: Pick<IncidentLog, 'list'>;
  readonly clock: Clock;
}

/** Every workload in a row of its own, by as many reads as there are kinds of facts. */
export async function listFleet(
  deps: FleetDeps,
  query: FleetQuery,
): Promise<{ workloads: readonly FleetRow[] }> {
  const now = deps.clock.now();
  const [workloads, graded, peaks, incidents] = await Promise.all([
    deps.directory.list(),
    gradesByWorkload(deps.grades),
    deps.peaks.list(),
    openIncidents(deps.incidents, now),
  ]);
  return {
    workloads: workloads.map((workload) => {
      const metric = metricOf(workload, query.metric);
      const peak = metric === undefined ? undefined : peaks.get(workload.key)?.[metric];
      return {
        workload: workload.id,
        simulated: workload.simulated,
        step_seconds: workload.gridStep / 1_000,
        last_seen: toIso(workload.lastSeen),
        metrics: [...workload.metrics.keys()],
        metric: metric ?? null,
        unit: metric === undefined ? null : metricDefinition(metric).unit,
        grade: metric === undefined ? null : gradeOf(workload, metric, graded, query),
        next_peak: peak && peak.at_ms >= now ? peakRow(peak) : null,
        open_incidents: incidents.get(workload.key)?.count ?? 0,
        worst_severity: incidents.get(workload.key)?.worst ?? null,
      };
    }),
  };
}

/** The metric asked for, or the first that the workload has, in the order of the catalogue. */
export function metricOf(workload: Workload, asked: string | undefined): string | undefined {
  if (asked !== undefined) {
    const metric = canonicalMetric(asked);
    return workload.metrics.has(metric) ? metric : undefined;
  }
  const known = [...METRIC_CATALOGUE.keys()].find((metric) => workload.metrics.has(metric));
  return known ?? [...workload.metrics.keys()].sort()[0];
}

type Graded = Awaited<ReturnType<GradeLog['list']>>;

async function gradesByWorkload(grades: GradeLog): Promise<ReadonlyMap<WorkloadKey, Graded>> {
  const found = new Map<WorkloadKey, Graded[number][]>();
  for (const each of await grades.list()) {
    const own = found.get(each.workload);
    if (own) own.push(each);
    else found.set(each.workload, [each]);
  }
  return found;
}

/**
 * The grade of a metric so far ahead: on its own grid where that reaches as far, else by the hour, else of
 * the furthest that was judged.
 */
function gradeOf(
  workload: Workload,
  metric: string,
  graded: ReadonlyMap<WorkloadKey, Graded>,
  { horizon_minutes: minutes }: FleetQuery,
): NonNullable<FleetRow['grade']> {
  const own = (graded.get(workload.key) ?? [])
    .filter((each) => untracked(each.metric).metric === metric)
    .sort((one, other) => one.record.step_ms - other.record.step_ms)
    .flatMap((each) => gradeRows(workload, each.metric, each.record));
  const reaching = own.find((row) => (row.to_minutes ?? 0) >= minutes);
  return gradeFields(reaching ?? own.at(-1) ?? notTrained(workload, metric));
}

function gradeFields(row: GradeInfo): NonNullable<FleetRow['grade']> {
  const { grade, allows, from_minutes, to_minutes, model, forecasts, level, coverage } = row;
  const { skill_vs_naive, skill_vs_seasonal_naive } = row;
  return {
    ...{ grade, allows, from_minutes, to_minutes, model, forecasts },
    ...{ skill_vs_naive, skill_vs_seasonal_naive, level, coverage },
  };
}

function peakRow({ at_ms, until_ms, value, upper, level }: IssuedPeak) {
  return {
    at: toIso(epochMs(at_ms)),
    value,
    upper_bound: upper,
    level,
    until: toIso(epochMs(until_ms)),
  };
}

async function openIncidents(
  incidents: Pick<IncidentLog, 'list'>,
  now: EpochMs,
): Promise<ReadonlyMap<WorkloadKey, { readonly count: number; readonly worst: Severity }>> {
  const before = epochMs(now + 1);
  const open = await incidents.list({ state: 'open', before, limit: MAX_INCIDENTS });
  const found = new Map<WorkloadKey, { count: number; worst: Severity }>();
  for (const { workload, severity, feedback } of open) {
    if (feedback?.label === 'expected') continue;
    const key = workloadKey(workload);
    const { count, worst } = found.get(key) ?? { count: 0, worst: severity };
    const isWorse = SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(worst);
    found.set(key, { count: count + 1, worst: isWorse ? severity : worst });
  }
  return found;
}
