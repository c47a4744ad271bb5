import type { Frame } from '../series/frame.ts';
import { addMs, type DurationMs, durationMs, type EpochMs, MINUTE } from '../time.ts';
import type { Detection, MetricScores } from './detector.ts';
import type { Contribution, ServiceScores } from './service.ts';
import { SEVERITY_SCORES } from './severity.ts';

/** What one detector says, under the name that incidents call it by. */
export interface NamedDetection {
  readonly detector: string;
  readonly detection: Detection;
}

/** A span of time: `from` belongs to it, `to` does not. */
export interface Interval {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** What all detectors together say of one value. */
export interface ScoredMetric {
  /** Finite, in the metric's unit. */
  readonly value: number;
  /** The greatest of all detectors, on the scale of the severities, in [0, HIGHEST_SCORE]. */
  readonly score: number;
  /** Whose score that is. */
  readonly detector: string;
  /** What was to be expected, in the metric's unit; NaN where no detector has an opinion. */
  readonly expected: number;
  /** Three median absolute deviations about `expected`; NaN where unknown. */
  readonly tolerance: number;
  /** The seasonal course alone (see `MetricScores`); NaN where unknown. */
  readonly usual: number;
}

/** What all detectors together say of one time of a workload. */
export interface ScoredRow {
  readonly at: EpochMs;
  /** A metric without a finite value or without any score is left out: it is missing. */
  readonly metrics: ReadonlyMap<string, ScoredMetric>;
  /** How unusual the metrics are together; undefined where that could not be scored. */
  readonly service:
    | {
        readonly score: number;
        readonly smoothed: number;
        /** Largest first; empty below the least severity, where nobody asks. */
        readonly contributions: readonly Contribution[];
      }
    | undefined;
  /** It may look as it likes: a deployment, maintenance, or known to be expected. */
  readonly isMasked: boolean;
}

export interface AssessOptions {
  /** The service detector's answer for the same rows. */
  readonly service?: ServiceScores | undefined;
  /** Times whose rows are masked. */
  readonly masks?: readonly Interval[];
}

/** A greater score says nothing more, and a finite one survives JSON. */
export const HIGHEST_SCORE = 1_000;

/** The detector that knows the course of a metric best: its expectation is the one that is shown. */
const COURSE_DETECTOR = 'residual';
const DEPLOYMENT_MASK = durationMs(30 * MINUTE);

/**
 * Joins what detectors say of the rows of `frame` from `from` on into one row per time.
 *
 * A metric's score is the greatest that any detector gives. What was expected comes from the residual
 * detector where it has an opinion, else from the detector that gave the score, else from any other.
 *
 * @param detections - their index 0 is row `from`
 * @throws {RangeError} when `from` is not a row of the frame or its length
 */
export function assess(
  frame: Frame,
  from: number,
  detections: readonly NamedDetection[],
  { service, masks = [] }: AssessOptions = {},
): readonly ScoredRow[] {
  if (!(Number.isInteger(from) && from >= 0 && from <= frame.length)) {
    throw new RangeError(`from must be a row of 0 to ${frame.length}, got ${from}`);
  }
  const opinions = [...frame.series].map(([metric, { values }]) => ({
    metric,
    values,
    opinions: opinionsOn(metric, detections),
  }));
  return Array.from({ length: frame.length - from }, (_, i) => {
    const at = addMs(frame.start, frame.step, from + i);
    const metrics = new Map<string, ScoredMetric>();
    for (const { metric, values, opinions: held } of opinions) {
      const scored = scoredMetric(values[from + i]!, held, i);
      if (scored !== undefined) metrics.set(metric, scored);
    }
    const isMasked = masks.some((mask) => at >= mask.from && at < mask.to);
    return { at, metrics, service: serviceAt(service, i), isMasked };
  });
}

/**
 * The times that are masked because something was deployed: 30 minutes after each deployment, or
 * `length`.
 */
export function deploymentMasks(
  deployments: readonly EpochMs[],
  length: DurationMs = DEPLOYMENT_MASK,
): readonly Interval[] {
  return deployments.map((from) => ({ from, to: addMs(from, length) }));
}

interface Opinion extends MetricScores {
  readonly detector: string;
}

/** The course detector first. */
function opinionsOn(metric: string, detections: readonly NamedDetection[]): readonly Opinion[] {
  return detections
    .flatMap(({ detector, detection }) => {
      const scores = detection.get(metric);
      return scores === undefined ? [] : [{ detector, ...scores }];
    })
    .sort(
      (a, b) => Number(b.detector === COURSE_DETECTOR) - Number(a.detector === COURSE_DETECTOR),
    );
}

function scoredMetric(
  value: number,
  opinions: readonly Opinion[],
  i: number,
): ScoredMetric | undefined {
  if (!Number.isFinite(value)) return undefined;
  let loudest: Opinion | undefined;
  let score = -1;
  for (const opinion of opinions) {
    const own = opinion.scores[i]!;
    if (!(own > score)) continue;
    loudest = opinion;
    score = own;
  }
  if (loudest === undefined) return undefined;
  const { detector } = loudest;
  score = Math.min(score, HIGHEST_SCORE);
  const informed = informedOpinion(opinions, loudest, i);
  if (informed === undefined) {
    return {
      value,
      score,
      detector,
      expected: Number.NaN,
      tolerance: Number.NaN,
      usual: Number.NaN,
    };
  }
  const expected = informed.expected[i]!;
  return {
    value,
    score,
    detector,
    expected,
    tolerance: informed.tolerance[i]!,
    usual: informed.usual[i]!,
  };
}

/** Whose expectation is shown; undefined when nobody has one. */
function informedOpinion(
  opinions: readonly Opinion[],
  loudest: Opinion,
  i: number,
): Opinion | undefined {
  const first = opinions[0];
  if (first?.detector === COURSE_DETECTOR && Number.isFinite(first.expected[i])) return first;
  if (Number.isFinite(loudest.expected[i])) return loudest;
  return opinions.find(({ expected }) => Number.isFinite(expected[i]));
}

function serviceAt(service: ServiceScores | undefined, i: number): ScoredRow['service'] {
  const score = service?.scores[i] ?? Number.NaN;
  if (service === undefined || Number.isNaN(score)) return undefined;
  return {
    score: Math.min(score, HIGHEST_SCORE),
    smoothed: Math.min(service.smoothed[i]!, HIGHEST_SCORE),
    contributions: score >= SEVERITY_SCORES.low ? service.contributions(i) : [],
  };
}
