import type { BacktestResult } from '#core/evaluate/backtest.ts';
import { compare } from '#core/evaluate/compare.ts';

/** What answers unless something else is clearly better. */
const BLEND = 'auto';

/** The seasonal naive forecasts, the one that skill is measured against first. */
export const SEASONAL_REFERENCES: readonly string[] = ['day-naive', 'week-naive'];

/**
 * Which member of a version is to answer `auto`: the blend, unless one member alone is better by
 * `margin` on the same forecasts; and seasonal naive, unless that choice is better than it by
 * `margin`. So the simplest forecast answers that nothing beats clearly, instead of the last value
 * where a blend is only almost as much better than the season.
 */
export function chooseServed(
  result: BacktestResult,
  names: readonly string[],
  seasonal: string | undefined,
  margin: number,
): string {
  const skillOver = (name: string, other: string) =>
    compare(result, name, other).skill ?? -Infinity;
  const blend = names.includes(BLEND) ? BLEND : 'naive';
  const [leader] = names
    .map((name) => ({ name, skill: skillOver(name, blend) }))
    .sort((a, b) => b.skill - a.skill);
  const best = leader && leader.skill >= margin ? leader.name : blend;
  if (seasonal === undefined || best === seasonal) return best;
  return skillOver(best, seasonal) >= margin ? best : seasonal;
}
