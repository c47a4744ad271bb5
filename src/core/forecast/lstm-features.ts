import * as z from 'zod';
import { DAY, WEEK } from '../time.ts';

const CALENDAR = ['day-sine', 'day-cosine', 'week-sine', 'week-cosine', 'weekend'] as const;
const OVER_STEPS = ['lag', 'mean', 'deviation', 'minimum', 'maximum'] as const;

/**
 * One input of a recurrent network at one step `t`:
 * - `value`, and `change` from the step before;
 * - `lag`: the value `steps` before; `mean`, `deviation` (population), `minimum` and `maximum`: of the
 *   `steps` values up to and including `t` (fewer at the beginning of a history);
 * - the phase of `t` in the day and the week as sine and cosine, and 1 at `weekend`s (all in UTC);
 * - `covariate`: another metric of the workload.
 */
export const FeatureSchema = z.discriminatedUnion('of', [
  z.strictObject({ of: z.enum(['value', 'change', ...CALENDAR]) }),
  z.strictObject({ of: z.enum(OVER_STEPS), steps: z.int().min(1).max(10_080) }),
  z.strictObject({ of: z.literal('covariate'), name: z.string() }),
]);

export type Feature = z.infer<typeof FeatureSchema>;

/** What features are computed from: values without gaps, the covariates of the same length. */
export interface FeatureSource {
  readonly values: Float64Array;
  readonly covariates: ReadonlyMap<string, Float64Array>;
  /** Time of `values[0]`, as `EpochMs`. */
  readonly start: number;
  /** Milliseconds. */
  readonly step: number;
}

/** How a feature becomes an input: `(feature - shift) / scale`, one of each a feature. */
export interface InputScale {
  readonly shift: readonly number[];
  readonly scale: readonly number[];
}

/**
 * Every value; a missing one is the last before it, and `before` where there is none.
 *
 * @param limit - steps that a value is carried at most; what is missing longer stays missing
 */
export function carryForward(values: Float64Array, before: number, limit = Infinity): Float64Array {
  let last = before;
  let age = 0;
  return values.map((value) => {
    age = Number.isNaN(value) ? age + 1 : 0;
    if (age === 0) last = value;
    return age > limit ? Number.NaN : last;
  });
}

/** How many steps back the features reach. */
export function lookback(features: readonly Feature[]): number {
  return features.reduce((most, feature) => Math.max(most, reachOf(feature)), 0);
}

/** Whether the feature moves by as much as the series when that is shifted. */
export function isLevel({ of }: Feature): boolean {
  return of === 'value' || of === 'lag' || of === 'mean' || of === 'minimum' || of === 'maximum';
}

/** The feature at step `i`. Reads nothing after it. */
export function featureAt(feature: Feature, source: FeatureSource, i: number): number {
  const { values } = source;
  switch (feature.of) {
    case 'value':
      return values[i]!;
    case 'change':
      return values[i]! - values[Math.max(0, i - 1)]!;
    case 'lag':
      return values[Math.max(0, i - feature.steps)]!;
    case 'covariate':
      return source.covariates.get(feature.name)?.[i] ?? 0;
    case 'mean':
    case 'deviation':
    case 'minimum':
    case 'maximum':
      return overSteps(feature.of, values, Math.max(0, i + 1 - feature.steps), i);
    default:
      return calendarAt(feature.of, source.start + i * source.step);
  }
}

/**
 * Writes the inputs of step `i`, scaled, to `out` from `at` on.
 *
 * @param anchor - what is taken off the features that are levels; 0 leaves them as they are
 */
export function writeInputs(
  features: readonly Feature[],
  { shift, scale }: InputScale,
  source: FeatureSource,
  i: number,
  anchor: number,
  out: Float32Array,
  at: number,
): void {
  for (let f = 0; f < features.length; f++) {
    const feature = features[f]!;
    const raw = featureAt(feature, source, i);
    out[at + f] = ((isLevel(feature) ? raw - anchor : raw) - shift[f]!) / scale[f]!;
  }
}

function reachOf(feature: Feature): number {
  if (feature.of === 'change') return 1;
  return 'steps' in feature ? feature.steps : 0;
}

function overSteps(
  of: 'mean' | 'deviation' | 'minimum' | 'maximum',
  values: Float64Array,
  from: number,
  to: number,
): number {
  if (of === 'minimum' || of === 'maximum') {
    let extreme = values[from]!;
    for (let i = from + 1; i <= to; i++) {
      extreme = of === 'minimum' ? Math.min(extreme, values[i]!) : Math.max(extreme, values[i]!);
    }
    return extreme;
  }
  // Sums of differences: exact for a constant, and as exact far from zero as near it.
  const base = values[from]!;
  let sum = 0;
  for (let i = from + 1; i <= to; i++) sum += values[i]! - base;
  const centre = sum / (to - from + 1);
  if (of === 'mean') return base + centre;
  let squares = 0;
  for (let i = from; i <= to; i++) squares += (values[i]! - base - centre) ** 2;
  return Math.sqrt(squares / (to - from + 1));
}

/** 1970-01-01 was a Thursday: the week that begins on Monday began three days earlier. */
const MONDAY = -3 * DAY;
const WORKING_DAYS = 5;

function calendarAt(of: (typeof CALENDAR)[number], at: number): number {
  const sinceMonday = at - MONDAY - WEEK * Math.floor((at - MONDAY) / WEEK);
  switch (of) {
    case 'day-sine':
      return Math.sin(phase(at / DAY));
    case 'day-cosine':
      return Math.cos(phase(at / DAY));
    case 'week-sine':
      return Math.sin(phase(sinceMonday / WEEK));
    case 'week-cosine':
      return Math.cos(phase(sinceMonday / WEEK));
    case 'weekend':
      return sinceMonday >= WORKING_DAYS * DAY ? 1 : 0;
  }
}

function phase(cycles: number): number {
  return 2 * Math.PI * (cycles - Math.floor(cycles));
}
