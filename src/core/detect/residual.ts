import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { median } from '../math/statistics.ts';
import type { Frame } from '../series/frame.ts';
import { makeSeries, type Series } from '../series/series.ts';
import { addMs, DAY, type DurationMs, durationMs, type EpochMs } from '../time.ts';
import { growthAt } from './deployment-growth.ts';
import type { Detection, FittedDetector, MetricScores } from './detector.ts';
import { dropPenalty } from './drop-penalty.ts';
import {
  courseOf,
  edgesOf,
  fromScale,
  learnScale,
  ResidualScaleSchema,
  residualsOf,
} from './residual-metric.ts';
import {
  chooseNeighbours,
  type Neighbour,
  NeighbourSchema,
  relationOf,
} from './residual-neighbour.ts';
import {
  contextOf,
  deviationsOf,
  draftView,
  extremenessOf,
  finishView,
  leastRows,
  type Residual,
  ResidualViewSchema,
  type ViewDraft,
  type ViewPlan,
} from './residual-view.ts';
import { meanBetween, type SummedColumn, summed } from './residual-windows.ts';
import { BLOCK, fitExtremes, returnLevel } from './return-level.ts';
import { DEFAULT_THRESHOLD } from './severity.ts';

/** A metric by itself: does it jump, and does it lie elsewhere than an hour or a few before? */
const OWN: ViewPlan = {
  surprises: [1, 2, 3, 6],
  contrasts: [
    { recent: 6, before: 36, gap: 0 },
    { recent: 6, before: 24, gap: 24 },
    { recent: 12, before: 48, gap: 24 },
  ],
};
/** A metric beside its neighbour, whose own moves are taken out. */
const RELATION: ViewPlan = {
  surprises: [3],
  contrasts: [
    { recent: 4, before: 36, gap: 0 },
    { recent: 12, before: 72, gap: 0 },
  ],
};
/** The level that a value is expected at: of three hours, up to half an hour before it. */
const LEVEL = { recent: 6, before: 36 } as const;

const MIN_HISTORY = durationMs(4 * DAY);
/** Share of the rows that a metric must have a value in. */
const MIN_PRESENT = 0.5;
/** Metrics that move in less than this share of the steps, such as replica counts, have no usual noise. */
const MIN_MOVING = 0.5;
/** In health, some metric of a workload reaches the alarm threshold about once in this time. */
const RETURN_PERIOD = durationMs(10 * DAY);

const MetricStateSchema = z.strictObject({
  metric: z.string(),
  scale: ResidualScaleSchema,
  own: ResidualViewSchema,
  /** Three median absolute deviations of values about their level. */
  tolerance: z.number().nonnegative(),
  neighbour: NeighbourSchema.extend({ view: ResidualViewSchema }).nullable(),
});
type MetricState = z.infer<typeof MetricStateSchema>;

export const ResidualStateSchema = z.strictObject({
  kind: z.literal('residual'),
  version: z.literal(1),
  step_ms: z.number().positive(),
  /** The extremeness that is an alarm. */
  level: z.number().positive(),
  metrics: z.array(MetricStateSchema).max(64),
  skipped: z.array(z.strictObject({ metric: z.string(), reason: z.string() })).max(64),
});
export type ResidualState = z.infer<typeof ResidualStateSchema>;

/** A residual detector that knows the metrics of one workload. */
export interface FittedResidual extends FittedDetector<ResidualState> {
  /**
   * @param breaks - times of known deployments: nothing before one says what is usual after it
   * @throws {DomainError} `SERIES_MISALIGNED` when the frame has another step
   */
  detect(frame: Frame, from?: number, breaks?: readonly EpochMs[]): Detection;
  /** Rows before the first one to be scored that `detect` looks at. */
  readonly contextSteps: number;
  /** Metrics that are not judged, and why. */
  readonly skipped: ResidualState['skipped'];
}

/**
 * Learns what each metric of a workload does beyond its usual course, and beyond what its nearest
 * neighbour metric explains.
 *
 * Values are taken as logarithms, less the course of the week and less what every deployment is
 * followed by. What is left is looked at in several windows, for jumps and for shifts, and once more
 * after the neighbour's own moves are taken out. How extreme each of these usually gets is learned
 * from the greatest values of six-hour blocks, and the most extreme of all of them again: so that a
 * workload, whatever its number of metrics, reaches the threshold of 2.5 about as often as the return
 * period says.
 */
export function residualDetector(): {
  /**
   * @param options.breaks - as in `FittedResidual.detect`
   * @throws {DomainError} `HISTORY_TOO_SHORT` below four days or 283 rows, or when no metric can be judged
   */
  fit(frame: Frame, options?: { readonly breaks?: readonly EpochMs[] }): FittedResidual;
} {
  return {
    fit(frame, { breaks = [] } = {}) {
      const need = Math.max(Math.ceil(MIN_HISTORY / frame.step), leastRows(OWN));
      if (frame.length < need) throw tooShort(need, frame.length);
      const sinceBreak = stepsSince(frame, breaks);
      const neighbours = chooseNeighbours(frame, sinceBreak);
      const drafts: MetricDraft[] = [];
      const skipped: { metric: string; reason: string }[] = [];
      for (const [metric, series] of frame.series) {
        const reason = unfit(series);
        const draft = reason
          ? undefined
          : draftMetric(frame, metric, neighbours.get(metric), sinceBreak);
        if (draft) drafts.push(draft);
        else skipped.push({ metric, reason: reason ?? TOO_FEW });
      }
      const learned = learn(drafts, frame.step, sinceBreak);
      if (!learned) throw tooShort(need, frame.length);
      const known = new Set(learned.metrics.map(({ metric }) => metric));
      for (const { metric } of drafts) {
        if (!known.has(metric)) skipped.push({ metric, reason: TOO_FEW });
      }
      return restoreResidual({
        kind: 'residual',
        version: 1,
        step_ms: frame.step,
        ...learned,
        skipped,
      });
    },
  };
}

/** The detector of a state. @throws {RangeError} when parts of the state do not fit together */
export function restoreResidual(state: ResidualState): FittedResidual {
  return {
    contextSteps: Math.max(contextOf(OWN), contextOf(RELATION)),
    skipped: state.skipped,
    detect(frame, from = 0, breaks = []) {
      if (frame.step !== state.step_ms) {
        throw new DomainError(
          'SERIES_MISALIGNED',
          `the detector knows steps of ${state.step_ms} ms, the frame has ${frame.step} ms`,
          { known: state.step_ms, given: frame.step },
        );
      }
      const sinceBreak = stepsSince(frame, breaks);
      const detection = new Map<string, MetricScores>();
      for (const metric of state.metrics) {
        detection.set(metric.metric, scoresOf(frame, metric, state.level, sinceBreak, from));
      }
      return detection;
    },
    toState: () => state,
  };
}

function scoresOf(
  frame: Frame,
  metric: MetricState,
  level: number,
  sinceBreak: Float64Array,
  from: number,
): MetricScores {
  const series = seriesOf(frame, metric.metric);
  const scaled = scaledOf(series, metric.scale, sinceBreak);
  const residuals = scaled.values;
  const extremeness = extremenessOfMetric(frame, metric, scaled, sinceBreak, from);
  const course = courseOf(metric.scale);
  const { growth } = metric.scale;
  const column = summed(residuals);
  const scores = extremeness.map((each) => (DEFAULT_THRESHOLD / level) * Math.max(0, each));
  const [expected, tolerance, usual] = [0, 1, 2].map(() => new Float64Array(scores.length));
  for (let i = 0; i < scores.length; i++) {
    const row = from + i;
    const usualPosition = course.at(addMs(frame.start, frame.step, row));
    const position = usualPosition + (growth ? growthAt(growth, sinceBreak[row]!, frame.step) : 0);
    const centre = levelAt(column, row, metric.own.autoregression.centre);
    expected![i] = fromScale(position + centre, metric.scale);
    tolerance![i] = fromScale(position + centre + metric.tolerance, metric.scale) - expected![i]!;
    const isFactor = metric.scale.offset !== null && metric.scale.course !== null;
    usual![i] = isFactor ? Math.exp(usualPosition) : 1;
    // What is missing has no score, whatever the windows around it say.
    if (Number.isNaN(residuals[row]!)) scores[i] = Number.NaN;
  }
  return { scores, expected: expected!, tolerance: tolerance!, usual: usual! };
}

/** The most extreme of what a metric does by itself and beside its neighbour. */
function extremenessOfMetric(
  frame: Frame,
  { metric, own, neighbour }: MetricState,
  scaled: Pick<Residual, 'values' | 'edges'>,
  sinceBreak: Float64Array,
  from: number,
): Float64Array {
  const penalty = dropPenalty(metric);
  const grid = { start: frame.start, step: frame.step, sinceBreak };
  const residual = { ...grid, ...scaled };
  const alone = extremenessOf(deviationsOf(residual, OWN, own, from), own, penalty);
  if (!neighbour) return alone;
  const { view } = neighbour;
  const beside = { ...grid, ...relationOf(neighbour, frame, metric, sinceBreak) };
  const together = extremenessOf(deviationsOf(beside, RELATION, view, from), view, penalty);
  return greater(alone, together);
}

function scaledOf(series: Series, scale: MetricState['scale'], sinceBreak: Float64Array) {
  return { values: residualsOf(series, scale, sinceBreak), edges: edgesOf(series, scale) };
}

/** A metric whose extremes are not learned yet. */
interface MetricDraft {
  readonly metric: string;
  readonly scale: MetricState['scale'];
  readonly tolerance: number;
  readonly own: ViewDraft;
  readonly neighbour: { readonly choice: Neighbour; readonly view: ViewDraft } | undefined;
}

function draftMetric(
  frame: Frame,
  metric: string,
  choice: Neighbour | undefined,
  sinceBreak: Float64Array,
): MetricDraft | undefined {
  const scale = learnScale(seriesOf(frame, metric), 'log', sinceBreak);
  if (!scale) return undefined;
  const grid = { start: frame.start, step: frame.step, sinceBreak };
  const scaled = scaledOf(seriesOf(frame, metric), scale, sinceBreak);
  const own = draftView({ ...grid, ...scaled }, OWN);
  if (!own) return undefined;
  const view =
    choice && draftView({ ...grid, ...relationOf(choice, frame, metric, sinceBreak) }, RELATION);
  return {
    metric,
    scale,
    tolerance: 3 * usualDistance(scaled.values, own.autoregression.centre),
    own,
    neighbour: choice && view ? { choice, view } : undefined,
  };
}

/**
 * Learns the extremes of all metrics, twice: the second time without the six-hour blocks that the first
 * one found an alarm in, so that incidents among the training data do not raise what counts as usual.
 */
function learn(drafts: readonly MetricDraft[], step: DurationMs, sinceBreak: Float64Array) {
  const settled = Array.from(sinceBreak, (steps) => steps >= MASKED_STEPS);
  const first = learnExtremes(drafts, step, settled);
  if (!first) return undefined;
  const isUsual = [...settled];
  const size = Math.max(1, Math.round(BLOCK / step));
  for (const [row, extremeness] of first.most.entries()) {
    if (extremeness < first.level || Number.isNaN(extremeness)) continue;
    const block = Math.floor(row / size) * size;
    isUsual.fill(false, block, block + size);
  }
  const second = learnExtremes(drafts, step, isUsual) ?? first;
  return { level: second.level, metrics: second.metrics };
}

/** The extremes of each metric, and the extremeness that the most extreme of them is in an alarm. */
function learnExtremes(
  drafts: readonly MetricDraft[],
  step: DurationMs,
  isUsual: readonly boolean[],
) {
  const metrics: MetricState[] = [];
  let most = new Float64Array(isUsual.length).fill(Number.NaN);
  for (const { metric, scale, tolerance, own, neighbour } of drafts) {
    const penalty = dropPenalty(metric);
    const judgesDrops = Number.isFinite(penalty);
    const view = finishView(own, step, isUsual, judgesDrops);
    if (!view) continue;
    const beside = neighbour && finishView(neighbour.view, step, isUsual, judgesDrops);
    metrics.push({
      metric,
      scale,
      tolerance,
      own: view,
      neighbour: neighbour && beside ? { ...neighbour.choice, view: beside } : null,
    });
    most = greater(most, extremenessOf(own.deviations, view, penalty));
    if (neighbour && beside) {
      most = greater(most, extremenessOf(neighbour.view.deviations, beside, penalty));
    }
  }
  const usual = most.map((value, row) => (isUsual[row] ? value : Number.NaN));
  const extremes = fitExtremes(usual, step);
  if (!extremes) return undefined;
  return { metrics, most, level: Math.max(LEAST_LEVEL, returnLevel(extremes, RETURN_PERIOD)) };
}

/** The greater of two columns row by row; the one that is there where the other is missing. */
function greater(one: Float64Array, other: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from(one, (value, i) =>
    Number.isNaN(value) || other[i]! > value ? other[i]! : value,
  );
}

/** Steps after a deployment in which nothing is opened, so that nothing is learned from them either. */
const MASKED_STEPS = 6;
/** Below this, everything would alarm that is as usual as the greatest value of any six hours. */
const LEAST_LEVEL = 1;
const TOO_FEW = 'too few values to learn from';

/** The level that a row is expected at; the centre of all where little is known before it. */
function levelAt(column: SummedColumn, row: number, centre: number): number {
  const to = row + 1 - LEVEL.recent;
  const level = meanBetween(column, to - LEVEL.before, to);
  return Number.isNaN(level) ? centre : level;
}

function usualDistance(residuals: Float64Array, centre: number): number {
  const column = summed(residuals);
  return median(residuals.map((value, row) => Math.abs(value - levelAt(column, row, centre))));
}

/** Why a metric cannot be judged, if so. */
function unfit({ values }: Series): string | undefined {
  let present = 0;
  let moves = 0;
  let moving = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    present++;
    if (i === 0 || Number.isNaN(values[i - 1]!)) continue;
    moves++;
    if (values[i] !== values[i - 1]) moving++;
  }
  if (present < MIN_PRESENT * values.length) return 'more than half of the values are missing';
  return moving < MIN_MOVING * moves ? 'constant, or moves in steps' : undefined;
}

/** Of each row: steps since the last break at or before it. */
function stepsSince(frame: Frame, breaks: readonly EpochMs[]): Float64Array {
  const since = new Float64Array(frame.length).fill(Infinity);
  const sorted = Float64Array.from(breaks).sort();
  let next = 0;
  let last = -Infinity;
  for (let i = 0; i < frame.length; i++) {
    const end = frame.start + (i + 1) * frame.step;
    while (next < sorted.length && sorted[next]! < end) last = sorted[next++]!;
    since[i] = Math.floor((end - 1 - last) / frame.step);
  }
  return since;
}

function seriesOf(frame: Frame, metric: string): Series {
  const { start, step, length } = frame;
  return (
    frame.series.get(metric) ??
    makeSeries({
      id: metric,
      unit: 'unspecified',
      start,
      step,
      values: new Float64Array(length).fill(Number.NaN),
    })
  );
}

function tooShort(needSteps: number, haveSteps: number): DomainError {
  return new DomainError(
    'HISTORY_TOO_SHORT',
    `the residual detector needs ${needSteps} steps of a metric that moves, got ${haveSteps}`,
    { needSteps, haveSteps },
  );
}
