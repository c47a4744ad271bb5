import { median } from '../math/statistics.ts';
import type { Frame } from '../series/frame.ts';
import type { Series } from '../series/series.ts';
import { DAY, type DurationMs, durationMs } from '../time.ts';
import { dropPenalty } from './drop-penalty.ts';
import { LEAST_EFFECT } from './incident-policy.ts';
import { extremesOfGreatest, pooledExtremes } from './pooled-extremes.ts';
import { edgesOf, heldOutResiduals, learnScale } from './residual-metric.ts';
import { chooseNeighbours, type Neighbour, relationOf } from './residual-neighbour.ts';
import { distancesFromLevel, seriesOf } from './residual-rows.ts';
import { type MetricState, ownPlan, RELATION, type ResidualState } from './residual-state.ts';
import { draftView, extremenessOf, finishView, type ViewDraft } from './residual-view.ts';
import { BLOCK, fitExtremes, returnLevel } from './return-level.ts';

/** Share of the rows that a metric must have a value in. */
const MIN_PRESENT = 0.5;
/** Metrics that move in less than this share of the steps, such as replica counts, have no usual noise. */
const MIN_MOVING = 0.5;
/**
 * In health, some metric of a workload reaches the alarm threshold about once in this time, with an
 * effect that matters; not every time for long enough to be told.
 */
const RETURN_PERIOD = durationMs(5 * DAY);
/** Steps after a deployment in which nothing is opened, so that nothing is learned from them either. */
const MASKED_STEPS = 6;
/** Below this, everything would alarm that is as usual as the greatest value of any six hours. */
const LEAST_LEVEL = 1;
const TOO_FEW = 'too few values to learn from';

/**
 * Learns what is usual in the metrics of a workload.
 *
 * @param sinceBreak - of each row: steps since the last deployment, Infinity where none is known
 * @returns undefined when no metric can be judged
 */
export function learnMetrics(
  frame: Frame,
  sinceBreak: Float64Array,
): Pick<ResidualState, 'level' | 'metrics' | 'skipped'> | undefined {
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
  if (!learned) return undefined;
  const known = new Set(learned.metrics.map(({ metric }) => metric));
  for (const { metric } of drafts) {
    if (!known.has(metric)) skipped.push({ metric, reason: TOO_FEW });
  }
  return { ...learned, skipped };
}

/** The greater of two columns row by row; the one that is there where the other is missing. */
export function greater(one: Float64Array, other: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from(one, (value, i) =>
    Number.isNaN(value) || other[i]! > value ? other[i]! : value,
  );
}

/** A metric whose extremes are not learned yet. */
interface MetricDraft {
  readonly metric: string;
  readonly scale: MetricState['scale'];
  readonly tolerance: number;
  /** Of each row: whether the value lies far enough from its level to matter to somebody. */
  readonly matters: readonly boolean[];
  readonly own: ViewDraft;
  readonly neighbour: { readonly choice: Neighbour; readonly view: ViewDraft } | undefined;
}

/** Spreads and extremes are learned from held-out residuals: others would look quieter than what comes. */
function draftMetric(
  frame: Frame,
  metric: string,
  choice: Neighbour | undefined,
  sinceBreak: Float64Array,
): MetricDraft | undefined {
  const series = seriesOf(frame, metric);
  const scale = learnScale(series, 'log', sinceBreak);
  if (!scale) return undefined;
  const grid = { start: frame.start, step: frame.step, sinceBreak };
  const values = heldOutResiduals(series, scale, sinceBreak);
  const own = draftView({ ...grid, values, edges: edgesOf(series, scale) }, ownPlan(metric));
  if (!own) return undefined;
  const relation = choice && relationOf(choice, frame, metric, sinceBreak, heldOutResiduals);
  const view = relation && draftView({ ...grid, ...relation }, RELATION);
  const distances = distancesFromLevel(values, own.autoregression.centre);
  return {
    metric,
    scale,
    tolerance: 3 * median(distances),
    matters: Array.from(distances, (distance) => distance >= LEAST_EFFECT),
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
  const blocks = (isUsual.length * step) / BLOCK;
  const finished = drafts.map(({ metric, own, neighbour }) => {
    const judgesDrops = Number.isFinite(dropPenalty(metric));
    return {
      view: finishView(own, step, isUsual, judgesDrops),
      beside: neighbour && finishView(neighbour.view, step, isUsual, judgesDrops),
    };
  });
  const views = pooledExtremes(
    finished.map(({ view }) => view),
    blocks,
  );
  const besides = pooledExtremes(
    finished.map(({ beside }) => beside),
    blocks,
  );
  const metrics: MetricState[] = [];
  let most = new Float64Array(isUsual.length).fill(Number.NaN);
  for (const [i, { metric, scale, tolerance, matters, own, neighbour }] of drafts.entries()) {
    const [view, beside] = [views[i], besides[i]];
    if (!view) continue;
    const known = neighbour && beside && { ...neighbour.choice, view: beside };
    metrics.push({ metric, scale, tolerance, own: view, neighbour: known ?? null });
    const penalty = dropPenalty(metric);
    let extremeness = extremenessOf(own.deviations, view, penalty);
    if (neighbour && beside) {
      const together = extremenessOf(neighbour.view.deviations, beside, penalty);
      extremeness = greater(extremeness, together);
    }
    // What matters to nobody opens nothing, and is no reason to alarm later elsewhere.
    most = greater(
      most,
      extremeness.map((value, row) => (matters[row] ? value : Math.min(value, 0))),
    );
  }
  const usual = most.map((value, row) => (isUsual[row] ? value : Number.NaN));
  const fitted = fitExtremes(usual, step);
  if (!fitted) return undefined;
  const level = returnLevel(extremesOfGreatest(fitted, blocks), RETURN_PERIOD);
  return { metrics, most, level: Math.max(LEAST_LEVEL, level) };
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
