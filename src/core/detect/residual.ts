import { DomainError } from '../errors.ts';
import type { Frame } from '../series/frame.ts';
import { addMs, DAY, durationMs, type EpochMs } from '../time.ts';
import { growthAt } from './deployment-growth.ts';
import type { Detection, FittedDetector, MetricScores } from './detector.ts';
import { dropPenalty } from './drop-penalty.ts';
import { greater, learnMetrics } from './residual-learning.ts';
import { courseOf, edgesOf, fromScale, residualsOf } from './residual-metric.ts';
import { relationOf } from './residual-neighbour.ts';
import { levelAt, levelBefore, seriesOf, stepsSince } from './residual-rows.ts';
import { type MetricState, OWN, ownPlan, RELATION, type ResidualState } from './residual-state.ts';
import {
  contextOf,
  deviationsOf,
  extremenessOf,
  growingSteps,
  leastRows,
  type Residual,
} from './residual-view.ts';
import { summed } from './residual-windows.ts';
import { DEFAULT_THRESHOLD, SEVERITY_SCORES } from './severity.ts';

const MIN_HISTORY = durationMs(4 * DAY);
/** A metric has left its own level by this share, at least, of what it has moved beside its neighbour. */
const BLAMED = 0.5;

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
 * followed by. What is left is looked at in several windows, for jumps and for shifts, memory for steady
 * growth, too, and all once more after the neighbour's own moves are taken out. How extreme each of these
 * usually gets is learned from the greatest values of six-hour blocks, each week's without a course that
 * has seen the week, and the most extreme of all of them again: so that a workload, whatever its number of
 * metrics, reaches the threshold of 2.5 about as often as the return period says.
 *
 * What is expected of a metric that grows steadily is what it was before; of one that stands out beside
 * its neighbour, what the neighbour lets expect.
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
      const learned = learnMetrics(frame, sinceBreak);
      if (!learned) throw tooShort(need, frame.length);
      return restoreResidual({ kind: 'residual', version: 3, step_ms: frame.step, ...learned });
    },
  };
}

/** The detector of a state. @throws {RangeError} when parts of the state do not fit together */
export function restoreResidual(state: ResidualState): FittedResidual {
  const plans = [RELATION, ...state.metrics.map(({ metric }) => ownPlan(metric))];
  return {
    contextSteps: Math.max(...plans.map(contextOf)),
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
  const residuals = residualsOf(series, metric.scale, sinceBreak);
  const residual = {
    start: frame.start,
    step: frame.step,
    sinceBreak,
    values: residuals,
    edges: edgesOf(series, metric.scale),
  };
  const plan = ownPlan(metric.metric);
  const deviations = deviationsOf(residual, plan, metric.own, from);
  const growing = growingSteps(deviations, metric.own, plan, level);
  const alone = extremenessOf(deviations, metric.own, dropPenalty(metric.metric));
  const beside = besideNeighbour(frame, metric, residual, from);
  const course = courseOf(metric.scale);
  const { growth } = metric.scale;
  const column = summed(residuals);
  const scores = greater(alone, beside.extremeness).map(
    (each) => (DEFAULT_THRESHOLD / level) * Math.max(0, each),
  );
  const [expected, tolerance, usual] = [0, 1, 2].map(() => new Float64Array(scores.length));
  for (let i = 0; i < scores.length; i++) {
    const row = from + i;
    const usualPosition = course.at(addMs(frame.start, frame.step, row));
    const position = usualPosition + (growth ? growthAt(growth, sinceBreak[row]!, frame.step) : 0);
    const { centre: overall } = metric.own.autoregression;
    const steps = growing[i]!;
    const centre =
      steps > 0
        ? levelBefore(column, row, steps, sinceBreak[row]!, overall)
        : levelAt(column, row, overall);
    expected![i] = fromScale(position + centre, metric.scale);
    tolerance![i] = fromScale(position + centre + metric.tolerance, metric.scale) - expected![i]!;
    if (scores[i]! >= SEVERITY_SCORES.low && beside.extremeness[i]! > alone[i]!) {
      expected![i] = blamed(series.values[row]!, expected![i]!, beside.expectedAt(row));
    }
    const isFactor = metric.scale.offset !== null && metric.scale.course !== null;
    usual![i] = isFactor ? Math.exp(usualPosition) : 1;
    // What is missing has no score, whatever the windows around it say.
    if (Number.isNaN(residuals[row]!)) scores[i] = Number.NaN;
  }
  return { scores, expected: expected!, tolerance: tolerance!, usual: usual! };
}

/** What a metric does beside its neighbour. */
interface Beside {
  /** Of each row from `from` on; NaN throughout where it has none. */
  readonly extremeness: Float64Array;
  /** What the neighbour lets expect at a row of the frame, in the metric's unit. */
  expectedAt(row: number): number;
}

function besideNeighbour(
  frame: Frame,
  { metric, neighbour }: MetricState,
  residual: Residual,
  from: number,
): Beside {
  if (!neighbour) {
    const extremeness = new Float64Array(frame.length - from).fill(Number.NaN);
    return { extremeness, expectedAt: () => Number.NaN };
  }
  const { view, own } = neighbour;
  const relation = relationOf(neighbour, frame, metric, residual.sinceBreak);
  const deviations = deviationsOf({ ...residual, ...relation }, RELATION, view, from);
  const { values } = seriesOf(frame, metric);
  const column = summed(relation.values);
  return {
    extremeness: extremenessOf(deviations, view, dropPenalty(metric)),
    expectedAt(row) {
      const level = levelAt(column, row, view.autoregression.centre);
      return values[row]! - own.size * (relation.values[row]! - level);
    },
  };
}

/**
 * What was to be expected of a value that stands out beside its neighbour: what the neighbour lets
 * expect, unless the value has hardly left its own level, or to the other side; then it is the neighbour
 * that has moved, and this metric is not to blame.
 */
function blamed(value: number, alone: number, beside: number): number {
  const [own, together] = [value - alone, value - beside];
  return own * together > 0 && Math.abs(own) >= BLAMED * Math.abs(together) ? beside : alone;
}

function tooShort(needSteps: number, haveSteps: number): DomainError {
  return new DomainError(
    'HISTORY_TOO_SHORT',
    `the residual detector needs ${needSteps} steps of a metric that moves, got ${haveSteps}`,
    { needSteps, haveSteps },
  );
}
