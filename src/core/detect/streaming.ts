import * as z from 'zod';
import { decodeFloat32, encodeFloat32 } from '../math/float32-base64.ts';
import { mean, median, present } from '../math/statistics.ts';
import { DAY, type DurationMs, durationMs, type EpochMs, epochMs } from '../time.ts';
import { DailyCourseStateSchema, dailyCourse } from './daily-course.ts';
import { isMeasurement } from './measurement.ts';
import {
  meanOfRecent,
  movementOfRecent,
  type RecentValues,
  recentValue,
  recentValues,
  spreadOfRecent,
} from './recent-values.ts';
import { RunningRangeStateSchema, runningRange } from './running-range.ts';
import { DEFAULT_THRESHOLD } from './severity.ts';

/** Rows of the short and the long mean, and of the spread. */
const SHORT = 24;
const LONG = 288;
const SPREAD = 36;
/** Rows that are looked back on once warm. */
const HELD = SHORT + LONG + 1;
/** Rows over which deviations from the daily course are averaged. */
const COURSE = 12;

/** Warming up takes two days, within these bounds. */
const WARM_UP = { span: durationMs(2 * DAY), least: 240, most: 1_024 } as const;
/** The share of warm-up rows during which a stream only learns its range, and that must hold a value. */
const SILENT_SHARE = 1 / 8;
/** Rows, in warm-ups, until the detector speaks at full voice: what is new early is often just new. */
const FULL_VOICE = 4;
/** Share of the warm-up during which only a greater exceedance than the last one is told again. */
const REFRACTORY_SHARE = 0.2;
/** The greatest number below 1. */
const MAX_SCORE = 1 - Number.EPSILON / 2;

/** What is watched, and how much its exceedance counts. The order is that of the state. */
const STREAMS = [
  { name: 'value', weight: 1, isTwoSided: true },
  { name: 'level', weight: 1, isTwoSided: false },
  { name: 'jump', weight: 0.25, isTwoSided: false },
  { name: 'spread', weight: 0.25, isTwoSided: true },
  { name: 'course', weight: 0.25, isTwoSided: true },
  { name: 'stillness', weight: 0.25, isTwoSided: false },
] as const;

export const StreamingStateSchema = z.strictObject({
  kind: z.literal('streaming'),
  version: z.literal(1),
  step_ms: z.number().positive(),
  warm_up: z.int().min(1).max(WARM_UP.most),
  /** Rows so far, missing ones included. */
  seen: z.int().nonnegative(),
  /** The newest rows as 32-bit floats in base64, oldest first. */
  recent: z.string().max(16_384),
  /** The newest deviations from the daily course, likewise. */
  deviations: z.string().max(128),
  /** What values are measured in by `jump`, `spread` and `stillness`; null while warming up. */
  scale: z.strictObject({ centre: z.number(), width: z.number().positive() }).nullable(),
  course: DailyCourseStateSchema,
  ranges: z.array(RunningRangeStateSchema).length(STREAMS.length),
  /** The last exceedance told, and its row. */
  told: z.strictObject({ row: z.int(), exceedance: z.number() }).nullable(),
});
export type StreamingState = z.infer<typeof StreamingStateSchema>;

type Scale = NonNullable<StreamingState['scale']>;

/** A detector of one metric that learns as it goes. Its state is what it has seen: `step` changes it. */
export interface Streaming {
  /** Rows so far, those of the warm-up and missing ones included. */
  readonly seen: number;
  /**
   * Takes the next row and says how far it goes beyond everything before it: in [0, 1), 0.03 and more
   * is an alarm, 0 while warming up, NaN for a missing value (NaN, infinite, or beyond 1e30).
   */
  step(at: EpochMs, value: number): number;
  toState(): StreamingState;
}

/**
 * An untaught streaming detector.
 *
 * @param options.warmUp - rows that are only learned from: two days unless given
 * @throws {RangeError} when `warmUp` is not an integer from 1 to 1,024
 */
export function createStreaming({
  step,
  warmUp = warmUpRows(step),
}: {
  readonly step: DurationMs;
  readonly warmUp?: number;
}): Streaming {
  if (!Number.isInteger(warmUp) || warmUp < 1 || warmUp > WARM_UP.most) {
    throw new RangeError(`warmUp must be an integer from 1 to ${WARM_UP.most}, got ${warmUp}`);
  }
  return restoreStreaming({
    kind: 'streaming',
    version: 1,
    step_ms: step,
    warm_up: warmUp,
    seen: 0,
    recent: '',
    deviations: '',
    scale: null,
    course: dailyCourse(step).toState(),
    ranges: STREAMS.map(() => ({ bounds: null })),
    told: null,
  });
}

/**
 * How far a metric goes beyond everything seen so far, in widths of the range seen, over six derived
 * streams: the value itself, the level of two hours against that of a day, the size of single jumps,
 * the spread of three hours, the deviation from the daily course, and stillness (how little the values
 * of a day move). The greatest weighted exceedance o counts; the score is o / (1 + o).
 *
 * Causal, and O(1) a row. Values become 32-bit floats when they come, so that a detector goes on from
 * its state exactly as it would have without it.
 *
 * @throws {RangeError} when the parts of the state do not fit together
 */
export function restoreStreaming(state: StreamingState): Streaming {
  const { warm_up: warmUp } = state;
  const step = durationMs(state.step_ms);
  const silence = Math.ceil(SILENT_SHARE * warmUp);
  const deviations = recentValues(COURSE, decodeFloat32(state.deviations));
  const course = dailyCourse(step, state.course);
  const ranges = STREAMS.map((stream, i) => runningRange(stream, state.ranges[i]));
  let recent = recentValues(state.scale ? HELD : warmUp, decodeFloat32(state.recent));
  let { seen, scale, told } = state;

  /** Takes `value` in as row `row` and gives the greatest exceedance of all streams. */
  function observe(row: number, at: EpochMs, value: number, units: Scale): number {
    recent.push(value);
    deviations.push(value - course.expect(at, value));
    let greatest = 0;
    for (let i = 0; i < STREAMS.length; i++) {
      const { name, weight } = STREAMS[i]!;
      if (row < (name === 'spread' ? Math.max(silence, SPREAD) : silence)) continue;
      const exceeded = ranges[i]!.exceed(streamValue(name, recent, deviations, units));
      greatest = Math.max(greatest, weight * exceeded);
    }
    return tell(row, greatest * Math.min(1, row / (FULL_VOICE * warmUp)));
  }

  /** Says an exceedance, unless a greater one was said a moment ago. */
  function tell(row: number, exceedance: number): number {
    if (exceedance === 0) return 0;
    const isRecent = told !== null && row - told.row <= REFRACTORY_SHARE * warmUp;
    if (isRecent && told !== null && exceedance <= told.exceedance) return 0;
    told = { row, exceedance };
    return exceedance;
  }

  /** Once the warm-up is over: measures it, and goes through it again with what was measured. */
  function warmedUp(at: EpochMs): void {
    const known = recent.toArray();
    // Hardly any value so far: whatever comes would be far beyond the few.
    if (present(known).length < silence) return;
    const units = scaleOf(known);
    recent = recentValues(HELD);
    const first = at - (known.length - 1) * step;
    for (let i = 0; i < known.length; i++) {
      observe(seen - known.length + i, epochMs(first + i * step), known[i]!, units);
    }
    scale = units;
  }

  return {
    get seen() {
      return seen;
    },
    step(at, given) {
      const value = Math.fround(isMeasurement(given) ? given : Number.NaN);
      const row = seen++;
      if (scale) {
        const exceeded = observe(row, at, value, scale);
        return Number.isNaN(value) ? Number.NaN : Math.min(exceeded / (1 + exceeded), MAX_SCORE);
      }
      recent.push(value);
      if (seen >= warmUp) warmedUp(at);
      return Number.isNaN(value) ? Number.NaN : 0;
    },
    toState: () => ({
      kind: 'streaming',
      version: 1,
      step_ms: step,
      warm_up: warmUp,
      seen,
      recent: encodeFloat32(recent.toArray()),
      deviations: encodeFloat32(deviations.toArray()),
      scale,
      course: course.toState(),
      ranges: ranges.map((range) => range.toState()),
      told,
    }),
  };
}

/** The exceedance (odds of the score) that is an alarm: a score of 0.03. */
const ALARM = 0.03 / 0.97;
/** Exceedances run over orders of magnitude: five times an alarm is high, fifty times is critical. */
const COMPRESSION = 0.12;

/**
 * A score of this detector on the scale of all detectors, where 2.5 is an alarm.
 *
 * @example
 * ```ts
 * [0, 0.03].map((score) => Number(scaleStreaming(score).toFixed(6))); // => [0, 2.5]
 * ```
 */
export function scaleStreaming(score: number): number {
  return DEFAULT_THRESHOLD * (score / (1 - score) / ALARM) ** COMPRESSION;
}

function warmUpRows(step: DurationMs): number {
  return Math.min(WARM_UP.most, Math.max(WARM_UP.least, Math.round(WARM_UP.span / step)));
}

/** Centre and width of values by order and by mean, so that neither outliers nor plateaus decide alone. */
function scaleOf(values: ArrayLike<number>): Scale {
  const centre = median(values);
  const average = mean(values);
  const from = (middle: number) => Float64Array.from(values, (value) => Math.abs(value - middle));
  return { centre, width: median(from(centre)) + 0.5 * mean(from(average)) + 1e-9 };
}

function streamValue(
  name: (typeof STREAMS)[number]['name'],
  recent: RecentValues,
  deviations: RecentValues,
  { centre, width }: Scale,
): number {
  switch (name) {
    case 'value':
      return recentValue(recent, 0);
    case 'level': {
      const before =
        recent.length > SHORT
          ? meanOfRecent(recent, SHORT, LONG)
          : recentValue(recent, recent.length - 1);
      return Math.abs(meanOfRecent(recent, 0, SHORT) - before);
    }
    case 'jump': {
      const squeezed = (age: number) => Math.asinh((recentValue(recent, age) - centre) / width);
      return Math.abs(squeezed(0) - squeezed(1));
    }
    case 'spread':
      return Math.log(spreadOfRecent(recent, SPREAD) + 0.02 * width + 1e-12);
    case 'course':
      return meanOfRecent(deviations, 0, COURSE);
    case 'stillness':
      return -Math.log(movementOfRecent(recent, LONG) + 0.02 * width + 1e-12);
  }
}
