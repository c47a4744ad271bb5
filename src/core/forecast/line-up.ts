import { type DurationMs, HOUR, stepsPerDay } from '../time.ts';
import { baseline } from './baseline.ts';
import type { Forecaster } from './forecaster.ts';
import { type MedianState, medianBlend, type NamedForecaster } from './median.ts';
import { naive } from './naive.ts';
import { profileAr } from './profile-ar.ts';
import { seasonalNaive } from './seasonal-naive.ts';
import { ses } from './ses.ts';

/** The names a model can have in a line-up. */
export const MEMBER_NAMES = [
  'naive',
  'day-naive',
  'week-naive',
  'baseline',
  'profile-ar',
  'ses',
] as const;

export type MemberName = (typeof MEMBER_NAMES)[number];

/** The name of the blend beside its members. */
export const BLEND_NAME = 'median';

/** The longest season worth its state: a week of minutes. On finer grids only the day may fit. */
const MAX_SEASON_LENGTH = 10_080;

const DAYS_A_WEEK = 7;

/**
 * The models to fit on a grid of this step, the simplest first. The ones with a season are in when a
 * day (a week) is two steps or more, a whole number of them, and no more than a state can carry.
 */
export function lineUp(step: DurationMs): readonly NamedForecaster<MemberName>[] {
  const day = stepsPerDay(step);
  const week = day === undefined ? undefined : day * DAYS_A_WEEK;
  return [
    { name: 'naive', forecaster: naive() },
    ...(isUsable(day)
      ? [{ name: 'day-naive' as const, forecaster: seasonalNaive({ seasonLength: day }) }]
      : []),
    ...(isUsable(week)
      ? [{ name: 'week-naive' as const, forecaster: seasonalNaive({ seasonLength: week }) }]
      : []),
    { name: 'baseline', forecaster: baseline() },
    ...(isUsable(day)
      ? [{ name: 'profile-ar' as const, forecaster: profileAr({ seasonLength: day }) }]
      : []),
    { name: 'ses', forecaster: ses() },
  ];
}

/**
 * Which members of `lineUp(step)` the blend takes the median of: two with a season and one without,
 * so that either side is outvoted where it has gone astray, and one is left while there is no season
 * yet. On hourly grids, where forecasts reach weeks, the week takes the place of the day. The naive
 * forecast stays outside as the reference, the baseline because its free trend loses to it.
 */
export function blendMembers(step: DurationMs): readonly MemberName[] {
  const wanted: readonly MemberName[] = step < HOUR ? SHORT_BLEND : LONG_BLEND;
  const available = new Set(lineUp(step).map(({ name }) => name));
  return wanted.filter((name) => available.has(name));
}

/** The median of `blendMembers(step)`. */
export function blend(step: DurationMs): Forecaster<MedianState> {
  const names = new Set<string>(blendMembers(step));
  return medianBlend(lineUp(step).filter(({ name }) => names.has(name)));
}

const SHORT_BLEND = ['day-naive', 'profile-ar', 'ses'] as const;
const LONG_BLEND = ['week-naive', 'profile-ar', 'ses'] as const;

function isUsable(seasonLength: number | undefined): seasonLength is number {
  return seasonLength !== undefined && seasonLength >= 2 && seasonLength <= MAX_SEASON_LENGTH;
}
