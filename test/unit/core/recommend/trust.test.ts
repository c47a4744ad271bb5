import { describe, expect, it } from '@jest/globals';
import { doubtsAbout, type ForecastEvidence } from '#core/recommend/trust.ts';

const SOUND: ForecastEvidence = {
  isChampion: true,
  skill: { vsNaive: 0.2, vsSeasonalNaive: 0.1 },
  coverage: [
    { fromStep: 1, toStep: 1, level: 0.8, coverage: 0.8, cases: 200 },
    { fromStep: 1, toStep: 1, level: 0.95, coverage: 0.5, cases: 200 },
    { fromStep: 2, toStep: 3, level: 0.8, coverage: 0.7, cases: 400 },
  ],
  members: [10, 11, 12],
  band: { lower: 8, upper: 14 },
};
const codesOf = (evidence: Partial<ForecastEvidence>, leadStep = 1) =>
  doubtsAbout({ ...SOUND, ...evidence }, leadStep).map(({ code }) => code);

describe('a forecast', () => {
  it('may act when all was measured and is as it should be', () => {
    expect(codesOf({})).toEqual([]);
  });

  it('may not act before a model has won', () => {
    expect(codesOf({ isChampion: false })).toEqual(['NO_CHAMPION']);
  });

  it('may not act when it is worse than a baseline, or nobody knows', () => {
    expect(codesOf({ skill: { vsNaive: 0.3, vsSeasonalNaive: -0.01 } })).toEqual([
      'SKILL_NEGATIVE',
    ]);
    expect(codesOf({ skill: { vsNaive: null, vsSeasonalNaive: -0.01 } })).toEqual([
      'SKILL_NEGATIVE',
    ]);
    expect(codesOf({ skill: { vsNaive: null, vsSeasonalNaive: null } })).toEqual(['SKILL_UNKNOWN']);
    expect(codesOf({ skill: null })).toEqual(['SKILL_UNKNOWN']);
    expect(codesOf({ skill: { vsNaive: 0, vsSeasonalNaive: null } })).toEqual([]);
  });

  it('may not act when its band misses its level by more than 5 points, either way', () => {
    const coverage = (share: number | null, cases = 100) => [
      { fromStep: 1, toStep: 1, level: 0.8, coverage: share, cases },
    ];
    expect(codesOf({ coverage: coverage(0.75) })).toEqual([]);
    expect(codesOf({ coverage: coverage(0.74) })).toEqual(['COVERAGE_OFF']);
    expect(codesOf({ coverage: coverage(0.86) })).toEqual(['COVERAGE_OFF']);
    expect(codesOf({ coverage: coverage(null, 0) })).toEqual(['COVERAGE_UNKNOWN']);
    expect(codesOf({ coverage: coverage(1, 29) })).toEqual(['COVERAGE_UNKNOWN']);
    expect(codesOf({ coverage: [] })).toEqual(['COVERAGE_UNKNOWN']);
  });

  it('is judged at the lead time', () => {
    expect(codesOf({}, 2)).toEqual(['COVERAGE_OFF']);
    // Beyond what was measured, the farthest counts.
    expect(codesOf({}, 9)).toEqual(['COVERAGE_OFF']);
  });

  it('may not act when its members disagree by more than its band', () => {
    expect(codesOf({ members: [8, 15] })).toEqual(['MEMBERS_DISAGREE']);
    expect(codesOf({ members: [8, 14] })).toEqual([]);
    // Of four, one that is far off at either end is not heard.
    expect(codesOf({ members: [-90, 9, 10, 99] })).toEqual([]);
    expect(codesOf({ members: [1, 1, 9, 19, 20, 21] })).toEqual(['MEMBERS_DISAGREE']);
  });
});
