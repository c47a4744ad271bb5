import type { StoredSeries } from '#contracts/artifacts/stage-outputs.ts';
import type { RunWorkload, TrainRequest } from '#contracts/http/train.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { DomainError } from '#core/errors.ts';
import { failedGate, type QualityGates } from '#core/features/quality-gates.ts';
import { canonicalMetric, metricDefinition } from '#core/series/metric-catalogue.ts';
import { assessQuality, cleanSeries, type SeriesQuality } from '#core/series/quality.ts';
import { countPresent, type Series, sliceSeries } from '#core/series/series.ts';
import { trackedMetric } from '#core/series/track.ts';
import { decideTrainable, type TrainingDecision } from '#core/series/trainable.ts';
import { addMs, DAY, durationMs, type EpochMs, epochMs, HOUR, toIso } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import { readFrame } from '../read-frame.ts';
import { readHourly } from '../read-hourly.ts';
import type { Workload } from '../workload-directory.ts';
import { dataSummary } from './data-summary.ts';
import { MIN_TRAINING_STEPS } from './due.ts';
import { loadRequest, runStage, saveReport, stagePrefix, toStored } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

/** Below this share of observations since the first, a history is refused. */
const MIN_COMPLETENESS = 0.5;
/** Hours of observations below which nothing is forecast for days and weeks: one week. */
const MIN_HOURS = 168;
/** How far back the hourly track learns: as long as the summaries live. */
const HOURLY_DAYS = 400;
/** A value that has not moved for this many steps is worth a warning. */
const MAX_FLAT_STEPS = 72;

interface Judged {
  readonly metric: string;
  readonly series: Series;
  readonly quality: SeriesQuality;
  readonly verdict: TrainingDecision;
  /** For forecasts of days and weeks; undefined while there is less than a week of it. */
  readonly hourly: Series | undefined;
}

/**
 * Reads the training window of a workload and judges each metric: completeness, gaps, cadence, flat
 * lines, range, negative and infinite values, and the gates of the request's preparation. What can be
 * trained goes on; the rest is refused with what is missing and when it will be enough.
 */
export function validate(deps: StageDeps, item: WorkloadItem): Promise<WorkloadItem> {
  return runStage(deps.runs, item, 'validate', async () => {
    const request = await loadRequest(deps.objects, item.run_id);
    const workload = await deps.directory.get(parseWorkloadKey(item.workload));
    if (!workload) throw new DomainError('NOT_FOUND', `workload ${item.workload} is not known`);
    const judged = await judge(deps, workload, request);
    const trained = judged.filter((each) => each.verdict.decision === 'train');
    const metrics: Record<string, StoredSeries> = {};
    for (const { metric, series, hourly } of trained) {
      metrics[metric] = toStored(series);
      if (hourly) metrics[trackedMetric(metric, 'hourly')] = toStored(hourly);
    }
    const summary = dataSummary(workload, judged, deps.clock.now());
    const summaryKey = await saveReport(deps.objects, item, 'data_summary.json', summary);
    const data = await deps.artifacts.save(stagePrefix(item, 'validate'), { metrics });
    const decision = trained.length > 0 ? 'train' : 'refuse';
    return {
      item: { run_id: item.run_id, workload: item.workload, decision, data },
      end: {
        outcome: decision === 'refuse' ? 'refused' : 'running',
        refusals: refusalsOf(judged, workload, wantedMetrics(request)),
        summary: { ...summary, data_summary: summaryKey },
      },
    };
  });
}

async function judge(
  deps: StageDeps,
  workload: Workload,
  request: TrainRequest,
): Promise<readonly Judged[]> {
  const now = deps.clock.now();
  // Imported history ends in the past: the window ends with the data, not with the clock.
  const to = addMs(workload.lastSeen, workload.gridStep);
  const end = epochMs(Math.min(to, now));
  const length = request.hours
    ? durationMs(request.hours * HOUR)
    : durationMs(deps.settings.windowDays * DAY);
  const from = epochMs(Math.max(end - length, workload.firstSeen));
  await deps.attempts.record(workload.key, { at: now, from, to: workload.lastSeen });
  const frame = await readFrame(deps.observations, workload, { from, to: end });
  const wanted = wantedMetrics(request);
  const since = addMs(end, DAY, -HOURLY_DAYS);
  const hourly =
    frame && workload.gridStep < HOUR
      ? await readHourly(deps.observations, workload, frame, request.hours ? from : since)
      : new Map<string, Series>();
  const judged: Judged[] = [];
  if (!frame) return judged;
  for (const [metric, series] of frame.series) {
    if (wanted && !wanted.has(metric)) continue;
    const quality = assessQuality(series, metricDefinition(metric));
    const verdict = decide(metric, series, quality, request, now);
    judged.push({ metric, series, quality, verdict, hourly: usableHours(hourly.get(metric)) });
  }
  return judged;
}

/** What every training demands, then what the request demands beyond that. */
function decide(
  metric: string,
  series: Series,
  quality: SeriesQuality,
  { preparation = {} }: TrainRequest,
  now: EpochMs,
): TrainingDecision {
  const { max_missing = 1, min_completeness, max_variation, stability_steps } = preparation;
  const decision = decideTrainable(quality, {
    minSteps: MIN_TRAINING_STEPS,
    minCompleteness: Math.max(MIN_COMPLETENESS, 1 - max_missing),
    maxAge: null,
    maxFlatSteps: MAX_FLAT_STEPS,
    now,
    step: series.step,
  });
  if (decision.decision === 'refuse') return decision;
  const gates: QualityGates = {
    ...(min_completeness !== undefined && { minCompleteness: min_completeness }),
    ...(max_variation !== undefined && { maxVariation: max_variation }),
    ...(stability_steps !== undefined && { stabilitySteps: stability_steps }),
  };
  const because = failedGate(cleanSeries(series, metricDefinition(metric)), quality, gates);
  return because ? { decision: 'refuse', because, enoughAt: null } : decision;
}

/** The hourly series from its first value on, when it is long and complete enough to learn from. */
function usableHours(series: Series | undefined): Series | undefined {
  if (!series) return undefined;
  const first = series.values.findIndex((value) => !Number.isNaN(value));
  const own = sliceSeries(series, first, series.values.length);
  const have = countPresent(own);
  const isEnough = have >= MIN_HOURS && have >= MIN_COMPLETENESS * own.values.length;
  return isEnough ? own : undefined;
}

function wantedMetrics(request: TrainRequest): ReadonlySet<string> | undefined {
  const names =
    request.metrics ?? [request.target ?? request.metric].filter((name) => name !== undefined);
  return names.length > 0 ? new Set(names.map(canonicalMetric)) : undefined;
}

function refusalsOf(
  judged: readonly Judged[],
  workload: Workload,
  wanted: ReadonlySet<string> | undefined,
): RunWorkload['refusals'] {
  const found = new Set(judged.map(({ metric }) => metric));
  const unseen = wanted ? [...wanted].filter((metric) => !found.has(metric)) : [];
  if (!wanted && judged.length === 0) return [unobserved(null, workload)];
  const refused = judged.flatMap(({ metric, verdict }) =>
    verdict.decision === 'train'
      ? []
      : [
          {
            metric,
            code: verdict.because.code,
            message: verdict.because.message,
            details: {
              have: verdict.because.have,
              need: verdict.because.need,
              enough_at: verdict.enoughAt === null ? null : toIso(verdict.enoughAt),
            },
          },
        ],
  );
  return [...refused, ...unseen.map((metric) => unobserved(metric, workload))];
}

function unobserved(metric: string | null, workload: Workload): RunWorkload['refusals'][number] {
  return {
    metric,
    code: 'NO_OBSERVATIONS',
    message: `nothing was observed of ${metric ?? 'this workload'} in the training window`,
    details: { known: [...workload.metrics.keys()] },
  };
}
