import { mean, present, standardDeviation } from '#core/math/statistics.ts';
import type { SeriesQuality } from '#core/series/quality.ts';
import type { Series } from '#core/series/series.ts';
import type { TrainingDecision } from '#core/series/trainable.ts';
import { addMs, type EpochMs, toIso } from '#core/time.ts';
import type { Workload } from '../workload-directory.ts';

/** One metric with what was found out about it. */
interface Described {
  readonly metric: string;
  readonly series: Series;
  readonly quality: SeriesQuality;
  readonly verdict: TrainingDecision;
}

/**
 * `data_summary.json` in the seeds' form (timestamp, shape, time_range, columns, statistics), with
 * the quality of each metric beside it. Numbers are in the metric's unit.
 */
export function dataSummary(workload: Workload, described: readonly Described[], now: EpochMs) {
  const [first] = described;
  const steps = first?.series.values.length ?? 0;
  const end = first && addMs(first.series.start, first.series.step, Math.max(steps - 1, 0));
  return {
    timestamp: toIso(now),
    simulated: workload.simulated,
    shape: [steps, described.length],
    step_seconds: workload.gridStep / 1_000,
    time_range: {
      start: first ? toIso(first.series.start) : null,
      end: end === undefined ? null : toIso(end),
    },
    columns: ['timestamp', ...described.map(({ metric }) => metric)],
    statistics: Object.fromEntries(described.map((each) => [each.metric, statistics(each.series)])),
    quality: Object.fromEntries(described.map((each) => [each.metric, qualityOf(each)])),
  };
}

function statistics(series: Series) {
  const values = present(series.values);
  if (values.length === 0) return { mean: null, std: null, min: null, max: null };
  const std = standardDeviation(values);
  return {
    mean: mean(values),
    std: Number.isNaN(std) ? null : std,
    min: values.reduce((least, value) => Math.min(least, value), Infinity),
    max: values.reduce((most, value) => Math.max(most, value), -Infinity),
  };
}

function qualityOf({ quality, verdict }: Described) {
  return {
    observations: quality.usable,
    completeness: quality.sinceFirst.completeness,
    gaps: quality.gaps.count,
    longest_gap_steps: quality.gaps.longestSteps,
    longest_flat_steps: quality.longestFlatSteps,
    cadence_steps: quality.cadenceSteps,
    negative: quality.negative,
    infinite: quality.infinite,
    out_of_range: quality.outOfRange,
    warnings: verdict.decision === 'train' ? verdict.warnings.map(({ message }) => message) : [],
  };
}
