import type { ProphetParameters, ProphetSeasonality } from '#core/forecast/prophet-presets.ts';
import { DAY } from '#core/time.ts';
import type { TrainingPoints } from './training-points.ts';

/** A season to be estimated. */
export interface SeasonPlan {
  readonly name: string;
  readonly periodDays: number;
  /** Pairs of sine and cosine. */
  readonly order: number;
}

/** Prophet's seasons with its orders (Taylor & Letham 2018, section 3.2; its software's defaults). */
const YEARLY: SeasonPlan = { name: 'yearly', periodDays: 365.25, order: 10 };
const WEEKLY: SeasonPlan = { name: 'weekly', periodDays: 7, order: 3 };
const DAILY: SeasonPlan = { name: 'daily', periodDays: 1, order: 4 };

const CYCLES_NEEDED = 2;

/**
 * The seasons to use, the longest first. `auto` uses one when the points cover two full cycles and
 * lie closer together than one.
 *
 * @param step - milliseconds that each point stands for at least
 */
export function chosenSeasons(
  parameters: ProphetParameters,
  { times }: TrainingPoints,
  step: number,
): readonly SeasonPlan[] {
  const coveredDays = (times[times.length - 1]! - times[0]! + step) / DAY;
  const isUsed = ({ periodDays }: SeasonPlan, wanted: ProphetSeasonality = 'auto') =>
    wanted === 'auto'
      ? coveredDays >= CYCLES_NEEDED * periodDays && step < periodDays * DAY
      : wanted;
  const plans = [
    { plan: YEARLY, wanted: parameters.yearlySeasonality },
    { plan: WEEKLY, wanted: parameters.weeklySeasonality },
    { plan: DAILY, wanted: parameters.dailySeasonality },
  ];
  return plans.filter(({ plan, wanted }) => isUsed(plan, wanted)).map(({ plan }) => plan);
}
