import * as z from 'zod';

/** What a metric's forecasts are worth at some horizon, best first. */
export const GRADES = [
  'predictable',
  'trend_only',
  'reactive_is_fine',
  'unforecastable',
  'too_little_data',
] as const;
export type Grade = (typeof GRADES)[number];

/** What a grade allows its forecasts to be used for. */
export type Permission = 'act' | 'inform' | 'do_not';

const PERMISSIONS: Readonly<Record<Grade, Permission>> = {
  predictable: 'act',
  trend_only: 'inform',
  reactive_is_fine: 'do_not',
  unforecastable: 'do_not',
  too_little_data: 'do_not',
};

/**
 * What a grade allows: to act on the forecast, to show it to people, or neither.
 * @example
 * ```ts
 * permissionOf('predictable'); // => 'act'
 * permissionOf('reactive_is_fine'); // => 'do_not'
 * ```
 */
export function permissionOf(grade: Grade): Permission {
  return PERMISSIONS[grade];
}

const Measure = z.number().nullable();

export const GradeEvidenceSchema = z.strictObject({
  /** Forecasts that have met their actuals at these steps ahead, in the backtest and since. */
  forecasts: z.number().nonnegative(),
  /** 1 − error / error of the last value known; null where that was never wrong, or not measured. */
  skillVsNaive: Measure,
  /** The same against the season before; null where the backtest had none. */
  skillVsSeasonalNaive: Measure,
  /** Level of the band that was judged. */
  level: z.number().gt(0).lt(1),
  /** Share of actuals in it; null where nothing was measured. */
  coverage: Measure,
  /** Width of the band / mean absolute value of the metric; null where there is no band. */
  relativeWidth: Measure,
  /** Mean absolute error of the last value known / mean absolute value of the metric. */
  naiveRelativeError: Measure,
  /** The model errs more than its backtest said (`nextDrift`). */
  hasDrifted: z.boolean(),
});

/** What is known of the forecasts of one metric in one horizon bucket. Plain JSON. */
export type GradeEvidence = z.infer<typeof GradeEvidenceSchema>;

/** A claim is made from `threshold` on, and given up or taken up for certain beyond the margin. */
interface Claim {
  readonly threshold: number;
  readonly margin: number;
}

/** As many forecasts as a promotion needs: fewer prove nothing either way. */
export const FORECASTS_NEEDED: Claim = { threshold: 30, margin: 10 };
/** The gain a promotion needs. Below 2 % the last value would have done as well. */
export const SKILL_NEEDED: Claim = { threshold: 0.05, margin: 0.03 };
/** A forecast that yesterday's value beats by more than 3 % has missed the pattern. */
export const SEASONAL_SKILL_NEEDED: Claim = { threshold: 0, margin: 0.03 };
/**
 * How far a band may hold less than it promises: 5 points (promise R6). One that holds more asks for
 * too much and never for too little; its width is judged instead.
 */
export const COVERAGE_SHORTFALL_ALLOWED: Claim = { threshold: 0.05, margin: 0.03 };
/** A band as wide as the metric is high would double what its lower end asks for. */
export const RELATIVE_WIDTH_ALLOWED: Claim = { threshold: 1, margin: 0.2 };
/**
 * A last value this close is covered by the headroom of a reactive scaler: its target of 0.7 leaves
 * 0.7 × 1.1 = 0.77, below the 0.85 at which it adds replicas.
 */
export const NAIVE_ERROR_ALLOWED: Claim = { threshold: 0.1, margin: 0.02 };
/** Looks in a row that must agree between threshold and margin: half a day of hourly ones. */
export const LOOKS_NEEDED = 12;

/** The judgements that a grade is made of; undefined where one does not matter. */
interface Claims {
  readonly enough?: boolean;
  readonly skilled?: boolean;
  readonly trusted?: boolean;
  readonly steady?: boolean;
}

const CLAIMS_OF: Readonly<Record<Grade, Claims>> = {
  predictable: { enough: true, skilled: true, trusted: true },
  trend_only: { enough: true, skilled: true, trusted: false },
  reactive_is_fine: { enough: true, skilled: false, steady: true },
  unforecastable: { enough: true, skilled: false, steady: false },
  too_little_data: { enough: false },
};

/**
 * The grade that evidence gives. Skill against the last value decides first: without it, forecasting
 * gains nothing, and all that is left to say is whether the last value is near enough. With it, the
 * band must hold what it promises, be of use, and the model must not be worse than yesterday's values
 * or than its backtest; otherwise it shows the trend and may not be acted on.
 *
 * @param held - the grade so far: what it claims is only changed by evidence beyond the margin
 */
export function gradeOf(evidence: GradeEvidence, held?: Grade): Grade {
  const known: Claims = held === undefined ? {} : CLAIMS_OF[held];
  if (!atLeast(evidence.forecasts, FORECASTS_NEEDED, known.enough)) return 'too_little_data';
  if (atLeast(evidence.skillVsNaive, SKILL_NEEDED, known.skilled)) {
    return isTrusted(evidence, known.trusted) ? 'predictable' : 'trend_only';
  }
  return atMost(evidence.naiveRelativeError, NAIVE_ERROR_ALLOWED, known.steady)
    ? 'reactive_is_fine'
    : 'unforecastable';
}

/** The claims that make a forecast fit to be acted on, each by itself. */
export function trustOf(evidence: GradeEvidence, isHeld?: boolean) {
  const { skillVsSeasonalNaive: seasonal, coverage, level } = evidence;
  return {
    keepsUpWithSeason: seasonal === null || atLeast(seasonal, SEASONAL_SKILL_NEEDED, isHeld),
    bandHolds: coverage !== null && atMost(level - coverage, COVERAGE_SHORTFALL_ALLOWED, isHeld),
    bandIsOfUse: atMost(evidence.relativeWidth, RELATIVE_WIDTH_ALLOWED, isHeld),
    isAsMeasured: !evidence.hasDrifted,
  };
}

function isTrusted(evidence: GradeEvidence, isHeld?: boolean): boolean {
  return Object.values(trustOf(evidence, isHeld)).every(Boolean);
}

export const GradeStateSchema = z.strictObject({
  grade: z.enum(GRADES),
  /** Where the newest looks saw it within the margin, and how many of them in a row. */
  leaning: z.enum(GRADES).nullable(),
  looks: z.int().min(0).max(LOOKS_NEEDED),
});

/** A grade, and what speaks for another one. Plain JSON. */
export type GradeState = z.infer<typeof GradeStateSchema>;

/**
 * What one more look makes of a grade. It changes when the evidence passes a margin, or when twelve
 * looks in a row saw another grade within it: what wavers about a threshold keeps its grade.
 *
 * @param state - undefined at the first look
 */
export function nextGrade(state: GradeState | undefined, evidence: GradeEvidence): GradeState {
  if (state === undefined) return settled(gradeOf(evidence));
  const beyondMargin = gradeOf(evidence, state.grade);
  if (beyondMargin !== state.grade) return settled(beyondMargin);
  const seen = gradeOf(evidence);
  if (seen === state.grade) return settled(seen);
  const looks = seen === state.leaning ? state.looks + 1 : 1;
  return looks < LOOKS_NEEDED ? { grade: state.grade, leaning: seen, looks } : settled(seen);
}

function settled(grade: Grade): GradeState {
  return { grade, leaning: null, looks: 0 };
}

/** Whether `value` is high enough, given whether that has been claimed so far. */
function atLeast(value: number | null, claim: Claim, isHeld: boolean | undefined): boolean {
  if (value === null) return false;
  if (isHeld === undefined) return value >= claim.threshold;
  return value >= claim.threshold + (isHeld ? -claim.margin : claim.margin);
}

function atMost(value: number | null, claim: Claim, isHeld: boolean | undefined): boolean {
  const mirrored = { threshold: -claim.threshold, margin: claim.margin };
  return value !== null && atLeast(-value, mirrored, isHeld);
}
