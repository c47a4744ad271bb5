import type { MeasuredCoverage } from '../evaluate/coverage.ts';
import { type Because, because, shown } from './because.ts';

/** What was measured of the model whose forecast is to be acted on. */
export interface ForecastEvidence {
  /** Whether it has beaten naive, seasonal naive and its predecessor; otherwise it only stands in. */
  readonly isChampion: boolean;
  /** 1 − error / error of the baseline; null where the baseline was never wrong, or nothing was measured. */
  readonly skill: {
    readonly vsNaive: number | null;
    readonly vsSeasonalNaive: number | null;
  } | null;
  readonly coverage: readonly MeasuredCoverage[];
  /** What each model of a blend expects at the lead time; empty where one model answers. */
  readonly members: readonly number[];
  /** The 80 % band at the lead time. */
  readonly band: { readonly lower: number; readonly upper: number } | null;
}

/** The band that decides whether a forecast may act. */
export const TRUSTED_LEVEL = 0.8;
/** A band that misses its level by more than this has lost the right to act (promise R6). */
export const COVERAGE_TOLERANCE = 0.05;
/** Fewer cases cannot tell 80 % from 60 %: their standard error is above 7 points. */
export const LEAST_CASES = 30;

/**
 * Why a forecast may not act; empty when it may. It needs a champion that is not worse than the last
 * value known or the same time a season ago, a band that holds what it says at that lead time, and
 * members of which the middle half does not differ by more than that band: one that is far off is
 * what blends are made for.
 *
 * @param leadStep - steps ahead that decide, 1 or more
 */
export function doubtsAbout(evidence: ForecastEvidence, leadStep: number): readonly Because[] {
  return [
    ...doubtsAboutSkill(evidence),
    ...doubtsAboutCoverage(evidence, leadStep),
    ...doubtsAboutMembers(evidence),
  ];
}

/** The measured coverage of the trusted level so many steps ahead. */
export function coverageAt(
  rows: readonly MeasuredCoverage[],
  leadStep: number,
): MeasuredCoverage | undefined {
  const ofLevel = rows.filter(({ level }) => Math.abs(level - TRUSTED_LEVEL) < 1e-9);
  return ofLevel.find(({ toStep }) => leadStep <= toStep) ?? ofLevel.at(-1);
}

function doubtsAboutSkill({ isChampion, skill }: ForecastEvidence): readonly Because[] {
  if (!isChampion) {
    return [because('NO_CHAMPION', 'no model has beaten the last value known here yet')];
  }
  const known = [skill?.vsNaive, skill?.vsSeasonalNaive].filter((each) => typeof each === 'number');
  if (known.length === 0)
    return [because('SKILL_UNKNOWN', 'the skill of the forecast was never measured')];
  const worst = Math.min(...known);
  if (worst >= 0) return [];
  const message = `the forecast errs more than a baseline does: skill ${shown(worst)}`;
  return [because('SKILL_NEGATIVE', message, { skill: worst, required: 0 })];
}

function doubtsAboutCoverage({ coverage }: ForecastEvidence, leadStep: number): readonly Because[] {
  const row = coverageAt(coverage, leadStep);
  const cases = row?.cases ?? 0;
  if (!row || row.coverage === null || cases < LEAST_CASES) {
    const message = `how often the forecast's band holds is not known yet: ${cases} of ${LEAST_CASES} cases`;
    return [because('COVERAGE_UNKNOWN', message, { cases, needed: LEAST_CASES })];
  }
  const miss = row.coverage - row.level;
  if (Math.abs(miss) <= COVERAGE_TOLERANCE + 1e-9) return [];
  return [
    because(
      'COVERAGE_OFF',
      `the forecast's ${100 * row.level} % band held ${shown(100 * row.coverage)} % of ${row.cases} values`,
      { level: row.level, coverage: row.coverage, cases: row.cases, tolerance: COVERAGE_TOLERANCE },
    ),
  ];
}

function doubtsAboutMembers({ members, band }: ForecastEvidence): readonly Because[] {
  if (members.length < 2 || band === null) return [];
  const sorted = [...members].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  const [least = 0, most = 0] = [sorted[cut], sorted[sorted.length - 1 - cut]];
  const width = band.upper - band.lower;
  if (most - least <= width) return [];
  return [
    because(
      'MEMBERS_DISAGREE',
      `the middle half of the forecast's members differs by ${shown(most - least)}, its band is ${shown(width)} wide`,
      { least, most, band_width: width, members: members.length },
    ),
  ];
}
