import { describe, expect, it } from '@jest/globals';
import {
  GRADES,
  type Grade,
  type GradeEvidence,
  type GradeState,
  gradeOf,
  LOOKS_NEEDED,
  nextGrade,
  permissionOf,
} from '#core/evaluate/grade.ts';
import { gradeReasons } from '#core/evaluate/grade-reasons.ts';

/** Fit to be acted on by every measure. */
const GOOD: GradeEvidence = {
  forecasts: 100,
  skillVsNaive: 0.3,
  skillVsSeasonalNaive: 0.1,
  level: 0.8,
  coverage: 0.8,
  relativeWidth: 0.4,
  naiveRelativeError: 0.3,
  hasDrifted: false,
};

const settled = (grade: Grade): GradeState => ({ grade, leaning: null, looks: 0 });

/** The grades after each of several looks. */
function looks(first: Grade, evidence: readonly Partial<GradeEvidence>[]): readonly Grade[] {
  let state = settled(first);
  return evidence.map((change) => {
    state = nextGrade(state, { ...GOOD, ...change });
    return state.grade;
  });
}

describe('a grade', () => {
  it.each<[string, Partial<GradeEvidence>, Grade]>([
    ['everything holds', {}, 'predictable'],
    ['29 forecasts', { forecasts: 29.9 }, 'too_little_data'],
    ['30 forecasts', { forecasts: 30 }, 'predictable'],
    ['skill at the threshold', { skillVsNaive: 0.05 }, 'predictable'],
    // The last value is 30 % off: there is nothing to react to in time.
    ['skill below it, far last value', { skillVsNaive: 0.049 }, 'unforecastable'],
    ['negative skill', { skillVsNaive: -3 }, 'unforecastable'],
    [
      'skill below it, near last value',
      { skillVsNaive: 0, naiveRelativeError: 0.1 },
      'reactive_is_fine',
    ],
    [
      'a last value that is never wrong',
      { skillVsNaive: null, naiveRelativeError: 0 },
      'reactive_is_fine',
    ],
    // 0.8 - 0.05 = 0.75 is still allowed, and in binary a hair less than 0.8 - 0.75.
    ['a band that holds 76 %', { coverage: 0.76 }, 'predictable'],
    ['a band that holds 74 %', { coverage: 0.74 }, 'trend_only'],
    ['a band that holds more than it says', { coverage: 1 }, 'predictable'],
    ['a band nobody measured', { coverage: null }, 'trend_only'],
    ['a band wider than the metric is high', { relativeWidth: 1.01 }, 'trend_only'],
    ['no band', { relativeWidth: null }, 'trend_only'],
    ['yesterday is better', { skillVsSeasonalNaive: -0.01 }, 'trend_only'],
    ['no yesterday', { skillVsSeasonalNaive: null }, 'predictable'],
    ['drift', { hasDrifted: true }, 'trend_only'],
    ['nothing measured', { forecasts: 0, skillVsNaive: null, coverage: null }, 'too_little_data'],
    [
      'not a number',
      { skillVsNaive: Number.NaN, naiveRelativeError: Number.NaN },
      'unforecastable',
    ],
    ['infinitely bad', { skillVsNaive: -Infinity, naiveRelativeError: Infinity }, 'unforecastable'],
  ])('of %s', (_, change, grade) => {
    expect(gradeOf({ ...GOOD, ...change })).toBe(grade);
  });

  it('allows acting on what is predictable only', () => {
    const allowed = GRADES.map(permissionOf);
    expect(allowed).toEqual(['act', 'inform', 'do_not', 'do_not', 'do_not']);
  });
});

describe('a grade over time', () => {
  it('is taken at the first look', () => {
    expect(nextGrade(undefined, GOOD)).toEqual(settled('predictable'));
  });

  it('does not waver about a threshold', () => {
    const wavering = Array.from({ length: 100 }, (_, i) => ({
      skillVsNaive: i % 2 ? 0.051 : 0.049,
    }));
    expect(new Set(looks('predictable', wavering))).toEqual(new Set(['predictable']));
    expect(new Set(looks('unforecastable', wavering))).toEqual(new Set(['unforecastable']));
  });

  it('changes at once beyond the margin', () => {
    // Held: given up below 0.05 - 0.03. Not held: taken up from 0.05 + 0.03.
    expect(looks('predictable', [{ skillVsNaive: 0.021 }])).toEqual(['predictable']);
    expect(looks('predictable', [{ skillVsNaive: 0.019 }])).toEqual(['unforecastable']);
    expect(looks('unforecastable', [{ skillVsNaive: 0.079 }])).toEqual(['unforecastable']);
    expect(looks('unforecastable', [{ skillVsNaive: 0.081 }])).toEqual(['predictable']);
    // A band: 0.8 - 0.05 - 0.03 = 0.72.
    expect(looks('predictable', [{ coverage: 0.73 }])).toEqual(['predictable']);
    expect(looks('predictable', [{ coverage: 0.71 }])).toEqual(['trend_only']);
    expect(looks('predictable', [{ hasDrifted: true }])).toEqual(['trend_only']);
  });

  it('changes within the margin after twelve looks in a row', () => {
    const within = Array.from({ length: LOOKS_NEEDED }, () => ({ skillVsNaive: 0.03 }));
    const seen = looks('predictable', within);
    expect(seen.slice(0, 11)).toEqual(Array.from({ length: 11 }, () => 'predictable'));
    expect(seen[11]).toBe('unforecastable');
    const interrupted = [...within.slice(1), {}, ...within.slice(1)];
    expect(new Set(looks('predictable', interrupted))).toEqual(new Set(['predictable']));
  });

  it('stays while looks disagree about what it should be', () => {
    const either = Array.from({ length: 40 }, (_, i) =>
      i % 2 ? { coverage: 0.74 } : { skillVsNaive: 0.03 },
    );
    expect(new Set(looks('predictable', either))).toEqual(new Set(['predictable']));
  });

  it('is lost with its data, and comes back', () => {
    expect(looks('predictable', [{ forecasts: 25 }, { forecasts: 19 }, { forecasts: 41 }])).toEqual(
      ['predictable', 'too_little_data', 'predictable'],
    );
  });
});

describe('the reasons of a grade', () => {
  const codes = (grade: Grade, change: Partial<GradeEvidence>) =>
    gradeReasons(grade, { ...GOOD, ...change }).map(({ code }) => code);

  it('name what decided first, with its numbers', () => {
    expect(codes('predictable', {})).toEqual(['BEATS_NAIVE', 'BAND_HOLDS']);
    expect(codes('too_little_data', { forecasts: 3 })).toEqual(['TOO_FEW_FORECASTS']);
    expect(codes('reactive_is_fine', { skillVsNaive: 0 })).toEqual([
      'LAST_VALUE_IS_NEAR',
      'NOT_BETTER_THAN_NAIVE',
    ]);
    expect(codes('unforecastable', { skillVsNaive: null })).toEqual([
      'LAST_VALUE_IS_FAR',
      'SKILL_UNKNOWN',
    ]);
    expect(
      codes('trend_only', {
        hasDrifted: true,
        coverage: 0.5,
        relativeWidth: 2,
        skillVsSeasonalNaive: -0.2,
      }),
    ).toEqual(['DRIFTED', 'COVERAGE_LOW', 'BAND_TOO_WIDE', 'WORSE_THAN_SEASON', 'BEATS_NAIVE']);
    expect(gradeReasons('trend_only', { ...GOOD, coverage: 0.5 })[0]).toEqual({
      code: 'COVERAGE_LOW',
      message: 'the 80 % band held 50 % only',
      details: { level: 0.8, coverage: 0.5, allowed: 0.75 },
    });
  });
});
