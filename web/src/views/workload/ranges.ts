const HOUR_SECONDS = 3_600;
const DAY_HOURS = 24;
const WEEK_HOURS = 7 * DAY_HOURS;

/** Steps that one question about history, or about the future, may be of. */
const MAX_HISTORY_STEPS = 20_160;
const MAX_PERIODS = 2_016;

/** How far back one may look, in hours. */
export const HISTORY_HOURS = [1, 6, 24, 72, 168, 672] as const;
/** How far ahead, in hours. */
export const HORIZON_HOURS = [1, 6, 24, 168, 720] as const;

/** The histories that a workload of this step can answer in one piece. */
export function historyChoices(stepSeconds: number): readonly number[] {
  return HISTORY_HOURS.filter((hours) => {
    const steps = (hours * HOUR_SECONDS) / stepSeconds;
    return steps >= 12 && steps <= MAX_HISTORY_STEPS;
  });
}

/** What to look at first: about a week of the default grid, less where steps are shorter. */
export function usualHistory(stepSeconds: number): number {
  const choices = historyChoices(stepSeconds);
  const fitting = choices.filter((hours) => (hours * HOUR_SECONDS) / stepSeconds <= 900);
  return fitting.at(-1) ?? choices[0] ?? DAY_HOURS;
}

/** And ahead: a day, or what the grid reaches where steps are shorter. */
export function usualHorizon(stepSeconds: number): number {
  const fitting = HORIZON_HOURS.filter((hours) => (hours * HOUR_SECONDS) / stepSeconds <= 720);
  return fitting.filter((hours) => hours <= DAY_HOURS).at(-1) ?? 1;
}

/** The steps of a forecast that reaches so far: on the workload's grid, or else by the hour. */
export function periodsFor(
  hours: number,
  stepSeconds: number,
): { readonly periods: number; readonly step_seconds?: number } {
  const onGrid = Math.ceil((hours * HOUR_SECONDS) / stepSeconds);
  return onGrid <= MAX_PERIODS
    ? { periods: Math.max(onGrid, 1) }
    : { periods: hours, step_seconds: HOUR_SECONDS };
}

/** The season that a seasonal naive line repeats: a week, a day, or none that history reaches back to. */
export function seasonHours(historyHours: number, stepSeconds: number): number | undefined {
  return [WEEK_HOURS, DAY_HOURS].find(
    (season) => ((historyHours + season) * HOUR_SECONDS) / stepSeconds <= MAX_HISTORY_STEPS,
  );
}

/** So many hours, in words. */
export function hoursText(hours: number): string {
  if (hours < DAY_HOURS) return `${hours} h`;
  return `${hours / DAY_HOURS} d`;
}
