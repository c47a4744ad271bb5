import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { probationRows } from '../../../../bench/detect/nab-gains.ts';
import {
  bestThresholds,
  healthyRows,
  PROFILES,
  type ScoredFile,
  scoreAt,
} from '../../../../bench/detect/nab-score.ts';

// Digits of the hand calculations below.
const DIGITS = 5;

type Scores = readonly number[];

function file(scores: Scores, ...spans: readonly (readonly [number, number])[]): ScoredFile {
  return {
    rows: scores.length,
    windows: spans.map(([first, last]) => ({ first, last })),
    scores: Float64Array.from(scores),
  };
}

/** A window in the middle of a file, and one of a single row at the end of another; no probation. */
function corpus(a: Scores, b: Scores): readonly ScoredFile[] {
  return [file(a, [2, 3]), file(b, [4, 4])];
}

const ALWAYS = corpus([1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1]);
const NEVER = corpus([0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0]);

function scoresAt(files: readonly ScoredFile[], threshold: number): readonly number[] {
  return PROFILES.map((profile) => scoreAt(files, threshold, profile).score);
}

/** The best threshold of each profile. */
function cutsOf(files: readonly ScoredFile[]): readonly number[] {
  return bestThresholds(files, PROFILES).map(({ threshold }) => threshold);
}

/** The three scores, each at its own best threshold. */
function bestScores(files: readonly ScoredFile[]): readonly number[] {
  return bestThresholds(files, PROFILES).map(
    ({ profile, threshold }) => scoreAt(files, threshold, profile).score,
  );
}

function expectScores(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((each, i) => {
    expect(actual[i]).toBeCloseTo(each, DIGITS);
  });
}

describe('NAB score', () => {
  it('is 100 for alarms at the first row of every window alone', () => {
    const perfect = corpus([0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1]);
    expectScores(scoresAt(perfect, 0.5), [100, 100, 100]);
    expectScores(bestScores(perfect), [100, 100, 100]);
  });

  it('is 0 without an alarm', () => {
    expect(scoresAt(NEVER, 0.03)).toEqual([0, 0, 0]);
  });

  it('is what a hand gets for alarms at every row', () => {
    // Outside, in the first file: −1 −1 sig(1) sig(2) = −3.986523502; in the second 4 × −1.
    // Both windows gain 1. Standard: total 2 − 0.11·7.986523502 = 1.121482415, + 2 misses, of 4.
    // Low FP: total 2 − 0.22·7.986523502 = 0.242964830, + 2, of 4. Low FN: 1.121482415 + 4, of 6.
    expectScores(scoresAt(ALWAYS, 1), [78.03706, 56.074121, 85.35804]);
  });

  it('judges one score for all rows as alarms always, there being no other threshold', () => {
    expect(cutsOf(NEVER)).toEqual([0, 0, 0]);
    expect(bestScores(NEVER)).toEqual(scoresAt(ALWAYS, 1));
  });

  it('takes the best alarm of a window and all alarms outside', () => {
    const files = corpus([0, 0.2, 0.1, 0.9, 0.4, 0], [0, 0, 0, 0, 0]);
    // At 0.2: row 3 gains 0.859792566, rows 1 and 4 cost 1 and 0.986614298, one window is missed.
    const [standard] = PROFILES;
    const outcome = scoreAt(files, 0.2, standard!);
    expect(outcome.score).toBeCloseTo((100 * (0.859792566 - 1 - 0.11 * 1.986614298 + 2)) / 4, 5);
    expect(outcome.files[0]).toMatchObject({ windows: 1, found: 1, alarmRows: 2 });
    expect(outcome.files[1]).toEqual({ windows: 1, found: 0, alarmRows: 0, points: 0 });
    // At 0.1 row 2 gains more.
    expect(scoreAt(files, 0.1, standard!).files[0]?.points).toBeCloseTo(
      (100 * (1 + 1 - 0.11 * 1.986614298)) / 4,
      5,
    );
  });

  it('scores nothing of the probation, windows that end there are missed and left behind', () => {
    // ⌊0.15·20⌋ = 3 rows.
    const scores = Array.from({ length: 20 }, (_, i) => (i < 3 ? 1 : 0));
    const [standard] = PROFILES;
    for (const span of [
      [0, 1],
      [1, 4],
    ] as const) {
      expect(scoreAt([file(scores, span)], 0.5, standard!)).toEqual({
        score: 0,
        files: [{ windows: 1, found: 0, alarmRows: 0, points: 0 }],
      });
    }
    const third = scores.map((_, i) => (i === 3 ? 1 : 0));
    // Row 3 of 1..4: sig(−2/4)/sig(−1) = 0.859792566, of 2 with the miss that it is not.
    expect(scoreAt([file(third, [1, 4])], 0.5, standard!).score).toBeCloseTo(92.989628, DIGITS);
    // Row 3 behind 0..1: sig(2/1).
    const behind = scoreAt([file(third, [0, 1])], 0.5, standard!);
    expect(behind.score).toBeCloseTo((100 * 0.11 * -0.999909204) / 2, DIGITS);
    // A threshold that is a score of the probation alone is none.
    expect(cutsOf([file(scores, [1, 4])])).toEqual([0, 0, 0]);
  });

  it('chooses one threshold for all files, and a profile its own', () => {
    const files = corpus([0.5, 0.5, 0.9, 0, 0, 0], [0, 0, 0, 0, 0.5]);
    // At 0.9 one of two windows: 50, 50 and 50 (1 + 2 of 6). At 0.5 both, and two false alarms:
    // (4 − 0.22)/4, (4 − 0.44)/4, (6 − 0.22)/6.
    expect(cutsOf(files)).toEqual([0.5, 0.5, 0.5]);
    expectScores(bestScores(files), [94.5, 89, 96.333333]);
    // Ten more false alarms: 4 − 1.32 is more than 2, 4 − 2.64 is less.
    const noisy = [...files, file(new Array(6).fill(0.5)), file(new Array(4).fill(0.5))];
    expect(cutsOf(noisy)).toEqual([0.5, 0.9, 0.5]);
    expectScores(bestScores(noisy), [67, 50, 78]);
  });

  it('chooses the highest of equal thresholds', () => {
    // The later alarm in the same window adds nothing.
    const files = corpus([0, 0, 0.9, 0.5, 0, 0], [0, 0, 0, 0, 0.9]);
    expect(cutsOf(files)).toEqual([0.9, 0.9, 0.9]);
  });

  it('shares the score out to the files', () => {
    const files = corpus([0.5, 0.5, 0.9, 0, 0, 0], [0, 0, 0, 0, 0.5]);
    for (const profile of PROFILES) {
      const { score, files: parts } = scoreAt(files, 0.5, profile);
      expect(parts.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(score, 12);
      expect(parts[1]?.points).toBeCloseTo(50, 12);
    }
  });

  it('counts the scored rows outside all windows as healthy', () => {
    const zeros = new Array<number>(20).fill(0);
    // 17 rows are scored; of 1..4 two are, of 0..1 none, of 18..19 two.
    expect(healthyRows(file(zeros))).toBe(17);
    expect(healthyRows(file(zeros, [1, 4], [18, 19]))).toBe(13);
    expect(healthyRows(file(zeros, [0, 1]))).toBe(17);
  });

  it('needs a window', () => {
    const [standard] = PROFILES;
    expect(() => scoreAt([file([0, 1])], 0.5, standard!)).toThrow(/without a labelled window/);
    expect(() => bestThresholds([file([0, 1])], PROFILES)).toThrow(/without a labelled window/);
  });
});

/** Up to 40 rows with up to 3 windows, and few enough scores that many are equal. */
const scoredFiles = fc
  .record({
    scores: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 40 }),
    ends: fc.uniqueArray(fc.nat(39), { maxLength: 6 }),
  })
  .map(({ scores, ends }) => {
    const inside = ends.filter((end) => end < scores.length).sort((a, b) => a - b);
    const spans = inside.flatMap((first, i) => {
      const last = inside[i + 1];
      return i % 2 === 0 && last !== undefined ? [[first, last] as const] : [];
    });
    return file(
      scores.map((score) => score / 8),
      ...spans,
    );
  });

describe('the one-pass search for the best threshold', () => {
  it('finds what scoring anew at every threshold finds', () => {
    const corpora = fc
      .array(scoredFiles, { minLength: 1, maxLength: 4 })
      .filter((files) => files.some(({ windows }) => windows.length > 0));
    fc.assert(
      fc.property(corpora, (files) => {
        const candidates = new Set(
          files.flatMap(({ rows, scores }) => [...scores.subarray(probationRows(rows))]),
        );
        const expected = PROFILES.map((profile) => {
          const scored = [...candidates].map((threshold) => ({
            threshold,
            score: scoreAt(files, threshold, profile).score,
          }));
          const most = Math.max(...scored.map(({ score }) => score));
          // Equal up to the order of summation.
          const ties = scored.filter(({ score }) => score > most - 1e-9);
          return Math.max(...ties.map(({ threshold }) => threshold));
        });
        expect(cutsOf(files)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});
