/** Which of the two leaves fewer minutes short. */
export type Finding = 'helios_better' | 'as_good' | 'reactive_better' | 'not_comparable';

/** How two policies compare that cost the same. */
export interface Verdict {
  readonly finding: Finding;
  /** Share of the reactive policy's minutes short that Helios avoids; null when there are none. */
  readonly savedFraction: number | null;
  /** Mean of reactive − Helios, minutes short a day, and its standard error; null with one day. */
  readonly savedPerDay: number;
  readonly standardError: number | null;
  readonly days: number;
  /** Days on which one was short for less time than the other. */
  readonly daysBetter: number;
  readonly daysWorse: number;
}

/** A difference this small is none, whatever its error: a share of the reactive policy's minutes. */
const MATTERS_FROM = 0.05;
/** Standard errors from which a difference is not taken for chance: it is one in about one of 20. */
const ERRORS = 2;
/**
 * The same with few days, whose standard error is itself uncertain: the 97.5 % quantile of Student's t
 * with a degree of freedom less than days (R: `qt(0.975, 1:12)`).
 */
const ERRORS_OF_FEW = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179,
];

/**
 * Compares two policies day by day: the one is better when it saves 5 % of the other's minutes short
 * and the mean difference a day is two standard errors or more from zero, more with less than two weeks
 * (a paired comparison; days are taken as independent). Everything else is a tie, and so is a replay of
 * less than two days.
 *
 * @param reactive - minutes short a day
 * @param helios - the same days
 * @param isEqualCost - whether both cost the same; otherwise nothing is said
 * @example
 * ```ts
 * verdictOf([30, 20, 25, 25], [5, 0, 5, 10], true).finding; // => 'helios_better'
 * verdictOf([0, 0, 0, 90], [0, 0, 0, 5], true).finding; // => 'as_good'
 * verdictOf([5, 5, 5], [20, 20, 20], true).finding; // => 'reactive_better'
 * ```
 */
export function verdictOf(
  reactive: readonly number[],
  helios: readonly number[],
  isEqualCost: boolean,
): Verdict {
  const differences = reactive.map((minutes, day) => minutes - (helios[day] ?? 0));
  const days = differences.length;
  const total = sum(reactive);
  const saved = sum(differences);
  const mean = saved / days;
  const squares = sum(differences.map((each) => (each - mean) ** 2));
  const standardError = days < 2 ? null : Math.sqrt(squares / (days - 1) / days);
  const facts = {
    savedFraction: total === 0 ? null : saved / total,
    savedPerDay: mean,
    standardError,
    days,
    daysBetter: differences.filter((each) => each > 0).length,
    daysWorse: differences.filter((each) => each < 0).length,
  };
  const matters = Math.abs(saved) > MATTERS_FROM * total;
  const isClear = standardError !== null && Math.abs(mean) >= errorsNeeded(days) * standardError;
  if (!isEqualCost) return { finding: 'not_comparable', ...facts };
  if (!(matters && isClear)) return { finding: 'as_good', ...facts };
  return { finding: saved > 0 ? 'helios_better' : 'reactive_better', ...facts };
}

function errorsNeeded(days: number): number {
  return ERRORS_OF_FEW[days - 2] ?? ERRORS;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
