import type { Reason } from '#contracts/http/common.ts';
import type { DetectRequest, GivenMetrics, GivenPoints } from '#contracts/http/detect.ts';
import type { IncidentPolicy } from '#core/detect/incident-policy.ts';
import { DomainError } from '#core/errors.ts';
import { withoutEvents } from '#core/forecast/known-events.ts';
import { type Frame, makeFrame } from '#core/series/frame.ts';
import { gridCovering } from '#core/series/grid.ts';
import { finestStep } from '#core/series/infer-step.ts';
import { canonicalMetric, metricDefinition } from '#core/series/metric-catalogue.ts';
import type { Point } from '#core/series/point.ts';
import { cleanSeries } from '#core/series/quality.ts';
import { resample } from '#core/series/resample.ts';
import { countPresent, makeSeries, type Series } from '#core/series/series.ts';
import { addMs, type DurationMs, epochMs, floorTo } from '#core/time.ts';
import { eventsFor } from '../configured-events.ts';
import { disturbancesOf } from '../masks.ts';
import { readDetectionFrame } from '../scheduled/detection-frame.ts';
import { requireMetric } from '../serving/predict.ts';
import type { Workload } from '../workload-directory.ts';
import type { DetectDeps } from './detect-deps.ts';
import { BY_LEVEL, impossibleValues } from './detect-reasons.ts';
import type { Detected } from './detect-stored.ts';
import { emptyFrame } from './empty-frame.ts';
import { examine } from './examine.ts';
import { trainedFor } from './trained-for.ts';

/** Steps between the first and the last time sent at most. */
const MAX_STEPS = 20_160;
/** Stored rows before the first time sent, for comparison. */
const CONTEXT_ROWS = 400;

/**
 * Judges observations that a caller sends.
 *
 * They are put on a grid by `resample`, so neither their order nor repeats matter: the workload's grid,
 * or the finest typical distance of a metric's times where no workload is named. For a workload that is
 * known they stand in for what was stored at their times, so that its detectors see them with what came
 * before and beside them. Streaming detectors have no say: what they know is the present.
 *
 * @throws {DomainError} `METRIC_UNKNOWN`, `REQUEST_INVALID` for a metric that is sent twice under two
 *   names, or times that lie too far apart
 */
export async function detectGiven(
  deps: DetectDeps,
  workload: Workload | undefined,
  { metrics: given, explain }: DetectRequest & { readonly metrics: GivenMetrics },
  policy: IncidentPolicy,
): Promise<Detected> {
  const points = byMetric(given, workload);
  const step = workload?.gridStep ?? finestStep([...points.values()].map(presentTimes));
  const { sent, reasons: refused } = sentFrame(points, step, workload?.key ?? 'given');
  const { frame, from } = workload
    ? await amongStored(deps, workload, sent)
    : { frame: sent, from: 0 };
  const material = {
    workload,
    frame,
    from,
    metrics: new Set(points.keys()),
    isWhole: [...frame.series.keys()].every((metric) => points.has(metric)),
  };
  const values = (frame.length - from) * frame.series.size;
  const { trained, reasons } = await trainedFor(deps, workload, {
    values,
    explain,
    instead: BY_LEVEL,
  });
  const range = { from: frame.start, to: addMs(frame.start, step, frame.length) };
  const known = workload && (await disturbancesOf(deps, workload.id, range));
  const judges = {
    trained,
    streaming: new Map(),
    breaks: known?.deployments ?? [],
    masks: known?.masks ?? [],
    policy,
    events: deps.events,
  };
  const findings = examine(material, judges);
  return { material, findings, judges, reasons: [...reasons, ...refused] };
}

/** The times that have a value. */
function presentTimes({ times, values }: GivenPoints): Float64Array {
  const present = new Float64Array(times.length);
  let count = 0;
  for (let i = 0; i < times.length; i++) {
    if (!Number.isNaN(values[i]!)) present[count++] = times[i]!;
  }
  return present.subarray(0, count);
}

function byMetric(
  given: GivenMetrics,
  workload: Workload | undefined,
): ReadonlyMap<string, GivenPoints> {
  const points = new Map<string, GivenPoints>();
  for (const [name, sent] of Object.entries(given)) {
    const metric = workload ? requireMetric(workload, name) : canonicalMetric(name);
    if (points.has(metric)) {
      throw new DomainError('REQUEST_INVALID', `${metric} is sent twice, once as ${name}`, {
        metric,
      });
    }
    points.set(metric, sent);
  }
  return points;
}

/** What was sent, on its grid, without values that cannot be true. */
function sentFrame(points: ReadonlyMap<string, GivenPoints>, step: DurationMs, key: string) {
  let first = Infinity;
  let last = -Infinity;
  for (const own of points.values()) {
    for (const at of presentTimes(own)) {
      first = Math.min(first, at);
      last = Math.max(last, at);
    }
  }
  if (last < first) return { sent: emptyFrame(epochMs(0), step), reasons: [] };
  const grid = gridCovering({ from: epochMs(first), to: epochMs(last + 1) }, step);
  if (grid.length > MAX_STEPS) {
    throw new DomainError(
      'REQUEST_INVALID',
      `the times sent lie ${grid.length} steps of ${step / 1_000} s apart, up to ${MAX_STEPS} are allowed`,
      { steps: grid.length, maxSteps: MAX_STEPS, step_seconds: step / 1_000 },
    );
  }
  const reasons: Reason[] = [];
  const series = new Map<string, Series>();
  for (const [metric, own] of points) {
    const definition = metricDefinition(metric);
    const { unit } = definition;
    const values = resample(pointsOf(own), grid, definition.resample);
    const raw = makeSeries({ id: `${key}/${metric}`, unit, start: grid.start, step, values });
    const clean = cleanSeries(raw, definition);
    const impossible = countPresent(raw) - countPresent(clean);
    if (impossible > 0) reasons.push(impossibleValues(metric, impossible));
    series.set(metric, clean);
  }
  return { sent: makeFrame(series), reasons };
}

function pointsOf({ times, values }: GivenPoints): readonly Point[] {
  return Array.from(times, (at, i) => ({ at: epochMs(at), value: values[i]! }));
}

/** What was sent in the place of what is stored, with the stored rows before it. */
async function amongStored(
  deps: DetectDeps,
  workload: Workload,
  sent: Frame,
): Promise<{ readonly frame: Frame; readonly from: number }> {
  if (sent.length === 0) return { frame: sent, from: 0 };
  const { step } = sent;
  const end = addMs(sent.start, step, sent.length);
  const first = floorTo(workload.firstSeen, step);
  const earliest = Math.max(0, first, addMs(sent.start, step, -CONTEXT_ROWS));
  const start = epochMs(Math.min(sent.start, earliest));
  const isAll = [...workload.metrics.keys()].every((metric) => sent.series.has(metric));
  const range = { from: start, to: isAll ? sent.start : end };
  const stored = range.to > start ? await readDetectionFrame(deps, workload, range, []) : undefined;
  const from = Math.round((sent.start - start) / step);
  const series = new Map<string, Series>();
  for (const metric of new Set([...(stored?.series.keys() ?? []), ...sent.series.keys()])) {
    const own = sent.series.get(metric);
    const values = new Float64Array(from + sent.length).fill(Number.NaN);
    values.set(stored?.series.get(metric)?.values ?? []);
    const events = eventsFor(deps.events, workload.id, metric);
    if (own) values.set(withoutEvents(own, events).values, from);
    const { unit } = metricDefinition(metric);
    series.set(metric, makeSeries({ id: `${workload.key}/${metric}`, unit, start, step, values }));
  }
  return { frame: makeFrame(series), from };
}
