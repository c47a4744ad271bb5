import { median, present } from '../math/statistics.ts';
import { addMs, type EpochMs } from '../time.ts';
import type { MetricDefinition, Unit } from './metric-catalogue.ts';
import type { Series } from './series.ts';

/**
 * What a series is made of, so that someone can decide whether to learn from it. Plain JSON.
 *
 * A value is *present* when it is not NaN, and *usable* when it is also finite and within the
 * metric's bounds. Whatever is not usable counts as missing, as it is after `cleanSeries`.
 */
export interface SeriesQuality {
  readonly unit: Unit;
  /** Grid points. */
  readonly length: number;
  readonly present: number;
  readonly usable: number;
  /** Share of the grid points that are usable, 0 to 1. 0 for an empty series. */
  readonly completeness: number;
  /** The same from the first usable value to the end: before it there was nothing to observe. */
  readonly sinceFirst: Stretch;
  /** The same over the newest part of that: how well values arrive at present. */
  readonly recent: Stretch;
  /** Runs of missing values between the first and the last usable one. */
  readonly gaps: { readonly count: number; readonly longestSteps: number };
  /** Longest run of equal usable values without a gap, in steps. */
  readonly longestFlatSteps: number;
  /** Two usable values or more, and all equal. */
  readonly isConstant: boolean;
  /** Finite values below zero; for most metrics also out of range. */
  readonly negative: number;
  readonly infinite: number;
  /** Finite values outside the metric's bounds. */
  readonly outOfRange: number;
  /** Median distance from one usable value to the next, in steps: 1 is regular. Null below two. */
  readonly cadenceSteps: number | null;
  /** Times of the first and the last usable value. */
  readonly firstPresent: EpochMs | null;
  readonly lastPresent: EpochMs | null;
}

/** A part of a series up to its end, and the share of it that is usable. */
export interface Stretch {
  readonly steps: number;
  readonly completeness: number;
}

/** `recent` looks back over this many steps, or three values when they come more rarely. */
export const RECENT_STEPS = 24;
const RECENT_VALUES = 3;

/** Measures how complete, regular and plausible a series is, before anything is corrected. */
export function assessQuality(series: Series, definition: MetricDefinition): SeriesQuality {
  const raw = series.values;
  const values = cleanSeries(series, definition).values;
  const { length } = values;
  const usable = present(values);
  const usableAt = indicesOfPresent(values);
  const first = usableAt[0];
  const last = usableAt.at(-1);
  const spacing = usableAt.slice(1).map((index, i) => index - usableAt[i]!);
  const cadenceSteps = spacing.length === 0 ? null : median(spacing);
  const delivered = present(raw).length;
  const infinite = count(raw, (value) => Math.abs(value) === Infinity);
  const sinceFirstSteps = first === undefined ? 0 : length - first;
  const recentSteps = Math.max(RECENT_STEPS, Math.ceil(RECENT_VALUES * (cadenceSteps ?? 1)));
  const stretch = (steps: number): Stretch => {
    const held = usableAt.filter((index) => index >= length - steps).length;
    return { steps, completeness: share(held, steps) };
  };
  const timeOf = (index: number | undefined) =>
    index === undefined ? null : addMs(series.start, series.step, index);
  return {
    unit: series.unit,
    length,
    present: delivered,
    usable: usable.length,
    completeness: share(usable.length, length),
    sinceFirst: stretch(sinceFirstSteps),
    recent: stretch(Math.min(recentSteps, sinceFirstSteps)),
    gaps: {
      count: spacing.filter((steps) => steps > 1).length,
      longestSteps: spacing.reduce((longest, steps) => Math.max(longest, steps - 1), 0),
    },
    longestFlatSteps: longestFlat(values),
    isConstant: usable.length > 1 && new Set(usable).size === 1,
    negative: count(raw, (value) => value < 0 && value > -Infinity),
    infinite,
    outOfRange: delivered - infinite - usable.length,
    cadenceSteps,
    firstPresent: timeOf(first),
    lastPresent: timeOf(last),
  };
}

/**
 * The series with everything that cannot be true taken out: infinite values and those outside the
 * metric's bounds become NaN. They are not moved to the bound, because a wrong reading says nothing
 * about the truth: a utilisation of −1 is missing, not zero.
 */
export function cleanSeries(series: Series, definition: MetricDefinition): Series {
  const { minimum, maximum } = definition;
  const values = series.values.map((value) =>
    Number.isFinite(value) && value >= minimum && value <= maximum ? value : Number.NaN,
  );
  return { ...series, values };
}

function longestFlat(values: Float64Array): number {
  let longest = 0;
  let run = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) run = 0;
    else run = values[i] === values[i - 1] ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

function indicesOfPresent(values: Float64Array): readonly number[] {
  const indices: number[] = [];
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) indices.push(i);
  return indices;
}

function count(values: Float64Array, holds: (value: number) => boolean): number {
  let counted = 0;
  for (const value of values) if (holds(value)) counted++;
  return counted;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
