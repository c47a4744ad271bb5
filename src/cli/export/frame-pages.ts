import type { WorkloadInfo } from '#contracts/http/catalog.ts';
import { type Frame, makeFrame } from '#core/series/frame.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { makeSeries, type Series } from '#core/series/series.ts';
import { addMs, durationMs, type EpochMs, epochMs, floorTo, SECOND, toIso } from '#core/time.ts';
import type { ApiClient } from '../client.ts';

/** What is exported: half-open. */
export interface ExportRange {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** A part of a workload's series. */
export interface FramePage {
  readonly frame: Frame;
  /** The first row that belongs to this page; those before it are there to look back on. */
  readonly from: number;
}

/** Steps of a page: a week at 5 minutes. Bounds memory whatever the range. */
const PAGE_STEPS = 2_016;

/**
 * The stored series of a workload page by page, all metrics on one grid. A page without any observation
 * is left out.
 *
 * @param options.overlap - steps before each page that are read again
 */
export async function* framePages(
  client: ApiClient,
  workload: WorkloadInfo,
  range: ExportRange,
  options: { readonly metrics: readonly string[]; readonly overlap?: number },
): AsyncGenerator<FramePage> {
  const step = durationMs(workload.step_seconds * SECOND);
  const end = Math.min(range.to, endOf(workload, step));
  let start = floorTo(epochMs(Math.max(range.from, Date.parse(workload.first_seen))), step);
  while (start < end && options.metrics.length > 0) {
    const to = epochMs(Math.min(addMs(start, step, PAGE_STEPS), Math.ceil(end / step) * step));
    const overlap = options.overlap ?? 0;
    const first = addMs(start, step, -overlap);
    const series = new Map<string, Series>();
    for (const metric of options.metrics) {
      const { container, ...names } = workload.workload;
      const answer = await client.call('getSeries', {
        query: { ...names, container, metric, from: toIso(first), to: toIso(to) },
      });
      series.set(metric, onGrid(answer, metric, first, to));
    }
    const frame = makeFrame(series);
    if ([...series.values()].some(({ values }) => values.some((value) => !Number.isNaN(value)))) {
      yield { frame, from: overlap };
    }
    start = to;
  }
}

/** The end of the last slot, which is not over while it fills. */
function endOf({ last_seen }: WorkloadInfo, step: number): number {
  return last_seen === null ? 0 : Date.parse(last_seen) + step;
}

/** An answer begins with its first observation: what lies before and behind it is missing. */
function onGrid(
  answer: {
    readonly start: string;
    readonly step_seconds: number;
    readonly values: readonly (number | null)[];
  },
  metric: string,
  from: EpochMs,
  to: EpochMs,
): Series {
  const step = durationMs(answer.step_seconds * SECOND);
  const values = new Float64Array(Math.round((to - from) / step)).fill(Number.NaN);
  const offset = Math.round((Date.parse(answer.start) - from) / step);
  answer.values.forEach((value, i) => {
    if (value !== null && offset + i >= 0 && offset + i < values.length) values[offset + i] = value;
  });
  return makeSeries({ id: metric, unit: metricDefinition(metric).unit, start: from, step, values });
}
