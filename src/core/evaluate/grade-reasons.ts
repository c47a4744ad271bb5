import {
  COVERAGE_SHORTFALL_ALLOWED,
  FORECASTS_NEEDED,
  type Grade,
  type GradeEvidence,
  NAIVE_ERROR_ALLOWED,
  RELATIVE_WIDTH_ALLOWED,
  SKILL_NEEDED,
  trustOf,
} from './grade.ts';

/** Why a grade is what it is. */
export interface GradeReason {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, number | null>>;
}

/**
 * The reasons of a grade, with the numbers behind them. The one that decided comes first. A grade that
 * is being kept within its margins may have none against it.
 */
export function gradeReasons(grade: Grade, evidence: GradeEvidence): readonly GradeReason[] {
  switch (grade) {
    case 'too_little_data':
      return [tooFew(evidence)];
    case 'predictable':
      return [skill(evidence), bandHolds(evidence)];
    case 'trend_only':
      return [...doubts(evidence), skill(evidence)];
    case 'reactive_is_fine':
    case 'unforecastable':
      return [lastValue(grade, evidence), skill(evidence)];
  }
}

function tooFew({ forecasts }: GradeEvidence): GradeReason {
  const needed = FORECASTS_NEEDED.threshold;
  const count = Math.floor(forecasts);
  return {
    code: 'TOO_FEW_FORECASTS',
    message: `${count} forecasts have met their actuals, ${needed} are needed`,
    details: { forecasts: count, needed },
  };
}

function skill({ skillVsNaive, forecasts }: GradeEvidence): GradeReason {
  const details = { skill: skillVsNaive, required: SKILL_NEEDED.threshold };
  if (skillVsNaive === null) {
    const message = 'the last value was never wrong, or was not measured: nothing can beat it';
    return { code: 'SKILL_UNKNOWN', message, details };
  }
  const isBetter = skillVsNaive >= SKILL_NEEDED.threshold;
  const side = skillVsNaive >= 0 ? 'less' : 'more';
  return {
    code: isBetter ? 'BEATS_NAIVE' : 'NOT_BETTER_THAN_NAIVE',
    message: `${percent(Math.abs(skillVsNaive))} ${side} error than the last value on ${Math.floor(forecasts)} forecasts`,
    details,
  };
}

function bandHolds({ level, coverage }: GradeEvidence): GradeReason {
  return {
    code: 'BAND_HOLDS',
    message: `the ${percent(level)} band held ${coverage === null ? '?' : percent(coverage)}`,
    details: { level, coverage },
  };
}

function doubts(evidence: GradeEvidence): readonly GradeReason[] {
  const { level, coverage, relativeWidth, skillVsSeasonalNaive } = evidence;
  const trust = trustOf(evidence);
  const found: GradeReason[] = [];
  if (!trust.isAsMeasured) {
    const message = 'it errs more than its backtest said';
    found.push({ code: 'DRIFTED', message, details: {} });
  }
  if (!trust.bandHolds) {
    const allowed = level - COVERAGE_SHORTFALL_ALLOWED.threshold;
    const held = coverage === null ? 'was not measured' : `held ${percent(coverage)} only`;
    const message = `the ${percent(level)} band ${held}`;
    found.push({ code: 'COVERAGE_LOW', message, details: { level, coverage, allowed } });
  }
  if (!trust.bandIsOfUse) {
    const width = relativeWidth === null ? 'unknown' : percent(relativeWidth);
    const message = `the band's width is ${width} of the metric's own size`;
    const details = { relativeWidth, allowed: RELATIVE_WIDTH_ALLOWED.threshold };
    found.push({ code: 'BAND_TOO_WIDE', message, details });
  }
  if (!trust.keepsUpWithSeason) {
    const message = `${percent(Math.abs(skillVsSeasonalNaive ?? 0))} more error than the same time a season before`;
    found.push({ code: 'WORSE_THAN_SEASON', message, details: { skill: skillVsSeasonalNaive } });
  }
  return found;
}

function lastValue(
  grade: 'reactive_is_fine' | 'unforecastable',
  { naiveRelativeError }: GradeEvidence,
): GradeReason {
  const off = naiveRelativeError === null ? '?' : percent(naiveRelativeError);
  const isNear = grade === 'reactive_is_fine';
  return {
    code: isNear ? 'LAST_VALUE_IS_NEAR' : 'LAST_VALUE_IS_FAR',
    message: `the last value is ${off} off${isNear ? ': reacting to it is enough' : ', and nothing foresees it better'}`,
    details: { naiveRelativeError, allowed: NAIVE_ERROR_ALLOWED.threshold },
  };
}

function percent(fraction: number): string {
  return `${Number((fraction * 100).toFixed(1))} %`;
}
