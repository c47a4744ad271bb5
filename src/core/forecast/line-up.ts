import { type DurationMs, HOUR, stepsPerDay } from '../time.ts';
import { arima } from './arima.ts';
import type { ArimaOrder } from './arima-order.ts';
import { baseline } from './baseline.ts';
import { ets } from './ets.ts';
import type { Forecaster } from './forecaster.ts';
import { type MedianState, medianBlend, type NamedForecaster } from './median.ts';
import { mstl } from './mstl.ts';
import { naive } from './naive.ts';
import { profileAr } from './profile-ar.ts';
import { ridge } from './ridge.ts';
import { seasonalNaive } from './seasonal-naive.ts';
import { seasonalTheta } from './seasonal-theta.ts';
import { ses } from './ses.ts';

/** The statistical models, the simplest first: all that fit without an engine. */
const STATISTICAL = [
  'naive',
  'day-naive',
  'week-naive',
  'baseline',
  'profile-ar',
  'ses',
  'seasonal-theta',
  'ridge',
  'ets',
  'arima',
  'mstl',
] as const;

/** The names a model can have in a version, blends apart. */
export const MEMBER_NAMES = [...STATISTICAL, 'xgboost', 'prophet', 'lstm'] as const;

export type StatisticalName = (typeof STATISTICAL)[number];
export type MemberName = (typeof MEMBER_NAMES)[number];

/** The names of the blends beside the members; see `BlendSpec`. */
export const BLEND_NAMES = ['auto', 'median', 'fusion'] as const;

/** The longest season worth its state: a week of minutes. On finer grids only the day may fit. */
const MAX_SEASON_LENGTH = 10_080;

const DAYS_A_WEEK = 7;

/** Two turns, and a quarter to judge them on. */
const WEEKS_NEEDED = 2.25;

export interface ArimaOptions {
  readonly order?: ArimaOrder | undefined;
  readonly seasonal?: 'none' | 'indices' | undefined;
}

export interface LineUpOptions {
  /** Length of the history, missing values included; unknown, it counts as short. */
  readonly steps?: number;
  /** Seasons found in the data, in steps, ascending: used where there is no day to be used. */
  readonly detected?: readonly number[];
  /** Overrides of ARIMA's defaults. */
  readonly arima?: ArimaOptions;
}

/**
 * The statistical models that can be fitted on a grid of this step. The ones with a season are in
 * when a day (a week) is two steps or more, a whole number of them, and no more than a state can
 * carry; without a usable day the shortest season found in the data takes its place.
 */
export function lineUp(
  step: DurationMs,
  options: LineUpOptions = {},
): readonly NamedForecaster<StatisticalName>[] {
  const stepsADay = stepsPerDay(step);
  const day = usable(stepsADay);
  const week = usable(stepsADay && stepsADay * DAYS_A_WEEK);
  const season = day ?? usable(options.detected?.[0]);
  // By the hour a week says more than a day, from the moment on that it can be told from chance.
  const hasWeeks = week !== undefined && (options.steps ?? 0) >= WEEKS_NEEDED * week;
  const longest = step >= HOUR && hasWeeks ? week : season;
  const create: Readonly<Record<StatisticalName, () => Forecaster | undefined>> = {
    naive: () => naive(),
    'day-naive': () => (day ? seasonalNaive({ seasonLength: day }) : undefined),
    'week-naive': () => (week ? seasonalNaive({ seasonLength: week }) : undefined),
    baseline: () => baseline(),
    'profile-ar': () => (season ? profileAr({ seasonLength: season }) : undefined),
    ses: () => ses(),
    'seasonal-theta': () => seasonalTheta({ seasonLength: longest ?? 1 }),
    ridge: () => ridge(season ? { seasonLength: season } : {}),
    ets: () => ets(),
    mstl: () => {
      const seasonLengths = [season, week].filter((length) => length !== undefined);
      return seasonLengths.length > 0 ? mstl({ seasonLengths }) : undefined;
    },
    arima: () =>
      arima({ ...(longest ? { seasonLength: longest } : {}), ...given(options.arima ?? {}) }),
  };
  return STATISTICAL.flatMap((name) => {
    const forecaster = create[name]();
    return forecaster ? [{ name, forecaster }] : [];
  });
}

function given({ order, seasonal }: ArimaOptions) {
  return { ...(order ? { order } : {}), ...(seasonal ? { seasonal } : {}) };
}

/** Whether a statistical member is trained unasked: those that need long to fit wait to be asked for. */
export function isDefaultMember(name: StatisticalName, step: DurationMs): boolean {
  return !ON_REQUEST.has(name) || (name === 'mstl' && step >= HOUR);
}

const ON_REQUEST: ReadonlySet<string> = new Set(['ets', 'arima', 'mstl']);

/**
 * Which members the blends combine. The median is taken of models that differ in kind: with and
 * without a season, local and pooled, so that either side is outvoted where it has gone astray. On
 * hourly grids, where forecasts reach weeks, the week takes the place of the day. Prophet and the
 * like are let in where their measured error allows it; the baseline stays outside, because its free
 * trend loses to the last value.
 */
export function blendMembers(step: DurationMs): BlendMembers {
  return step < HOUR ? SHORT_BLEND : LONG_BLEND;
}

const SHORT_BLEND = {
  core: ['naive', 'day-naive', 'profile-ar', 'ses', 'seasonal-theta', 'ridge', 'xgboost'],
  admitted: ['week-naive', 'prophet', 'mstl', 'arima', 'ets', 'lstm'],
};
const LONG_BLEND = {
  core: ['week-naive', 'profile-ar', 'seasonal-theta', 'mstl'],
  admitted: ['day-naive', 'ses', 'ridge', 'xgboost', 'prophet', 'arima', 'ets', 'lstm'],
};

/** Who takes part in a blend; those that were not fitted or not measured are passed over. */
export interface BlendMembers {
  /** Always in. */
  readonly core: readonly string[];
  /** In where their measured error is below naive's and below the middle of the core members'. */
  readonly admitted?: readonly string[];
}

/** The median of the core members that need neither an engine nor a pool. */
export function blend(step: DurationMs): Forecaster<MedianState> {
  const { core } = blendMembers(step);
  return medianBlend(lineUp(step).filter(({ name }) => core.includes(name)));
}

function usable(seasonLength: number | undefined): number | undefined {
  const fits = seasonLength !== undefined && seasonLength >= 2 && seasonLength <= MAX_SEASON_LENGTH;
  return fits ? seasonLength : undefined;
}
