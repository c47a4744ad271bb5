import { describe, expect, it } from '@jest/globals';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { assessQuality } from '#core/series/quality.ts';
import { makeSeries } from '#core/series/series.ts';
import { decideTrainable, type TrainingRequirement } from '#core/series/trainable.ts';
import { durationMs, epochMs, SECOND } from '#core/time.ts';

const START = Date.UTC(2026, 0, 1);
const STEP = durationMs(5 * SECOND);

/** Decides on values that start at midnight, one every 5 s, right after the last of them. */
function decide(values: readonly number[], change: Partial<TrainingRequirement> = {}) {
  const series = makeSeries({
    id: 'w/cpu_utilization',
    unit: 'ratio',
    start: epochMs(START),
    step: STEP,
    values,
  });
  return decideTrainable(assessQuality(series, metricDefinition('cpu_utilization')), {
    minSteps: 24,
    minCompleteness: 0.5,
    maxAge: durationMs(600 * SECOND),
    maxFlatSteps: 12,
    now: epochMs(START + values.length * STEP),
    step: STEP,
    ...change,
  });
}

/** Values that differ from one step to the next, missing where `isMissing` says so. */
function wave(length: number, isMissing: (i: number) => boolean = () => false): number[] {
  return Array.from({ length }, (_, i) => (isMissing(i) ? NaN : (i % 7) / 10));
}

const secondsIn = (seconds: number) => START + seconds * 1_000;

describe('decideTrainable', () => {
  it('trains without a word on enough regular data', () => {
    expect(decide(wave(24))).toEqual({ decision: 'train', warnings: [] });
  });

  it('says what is missing and when there will be enough', () => {
    // 23 steps end at 115 s; one more step is complete at 120 s.
    expect(decide(wave(23))).toEqual({
      decision: 'refuse',
      because: {
        code: 'TOO_FEW_OBSERVATIONS',
        message: '23 of 24 observations: enough at 2026-01-01T00:02:00Z',
        have: 23,
        need: 24,
      },
      enoughAt: secondsIn(120),
    });
  });

  it('expects values to keep arriving as of late', () => {
    // 3 of every 4 steps: 15 values on 20 steps, now 100 s. 9 more at 3/4 a step take 12 steps.
    const decision = decide(wave(20, (i) => i % 4 === 3));
    expect(decision).toMatchObject({ decision: 'refuse', enoughAt: secondsIn(160) });
  });

  it('gives no time when nothing has ever arrived', () => {
    expect(decide(wave(10, () => true))).toEqual({
      decision: 'refuse',
      because: {
        code: 'TOO_FEW_OBSERVATIONS',
        message: '0 of 24 observations: none has arrived yet',
        have: 0,
        need: 24,
      },
      enoughAt: null,
    });
  });

  it('gives no time when nothing arrives any more', () => {
    // The last of 10 values is of 45 s; 24 steps later, at 165 s, there is still hope, after that none.
    const at = (seconds: number) => decide(wave(10), { now: epochMs(secondsIn(seconds)) });
    expect(at(165)).toMatchObject({ enoughAt: secondsIn(165 + 14 * 5) });
    expect(at(166)).toMatchObject({
      enoughAt: null,
      because: {
        message:
          '10 of 24 observations: no telling when there will be enough, the newest is of 2026-01-01T00:00:45Z',
      },
    });
  });

  it('gives no time when the newest value is older than allowed', () => {
    // The last of 10 values is of 45 s.
    const at = (seconds: number) =>
      decide(wave(10), { now: epochMs(secondsIn(seconds)), maxAge: durationMs(20 * SECOND) });
    expect(at(65)).toMatchObject({ enoughAt: secondsIn(65 + 14 * 5) });
    expect(at(66)).toMatchObject({ because: { code: 'TOO_FEW_OBSERVATIONS' }, enoughAt: null });
  });

  it('does not wait for completeness where there is enough of it', () => {
    // 20 values, then 8 on 24 steps: 28 of 44 = 64 %. At 1/3 a step the 2 that lack of 30 take 6
    // steps, and 30 of 50 is still more than half.
    const values = wave(44, (i) => i >= 20 && i % 3 !== 0);
    expect(decide(values, { minSteps: 30 })).toMatchObject({ enoughAt: secondsIn(250) });
  });

  it('takes completeness that stays just at the bound for enough', () => {
    // 16 of 20 = 0.8 throughout: 14 more take 18 steps. (16 + 0.8 × 18) / 38 is 0.8, but a double
    // below it.
    const values = wave(20, (i) => i % 5 === 4);
    expect(decide(values, { minSteps: 30, minCompleteness: 0.8 })).toMatchObject({
      enoughAt: secondsIn(190),
    });
  });

  it('names values that cannot be true when they are why there are too few', () => {
    // Percentages sent as a ratio: 0 to 6 × 10, of which only every seventh (0) can be true.
    const decision = decide(wave(28).map((value) => value * 100));
    expect(decision).toMatchObject({
      because: {
        code: 'OUT_OF_RANGE',
        message:
          '4 of 24 observations: 24 of 28 values are infinite or out of range (a ratio lies between 0 and 1)',
        have: 4,
        need: 24,
      },
    });
  });

  it('refuses a series with too many gaps until enough of it is filled', () => {
    // 24 values, 40 missing, 4 values: 28 of 68. Recent: 4 of 24, less than half: never at this rate.
    const holed = decide(wave(68, (i) => i >= 24 && i < 64));
    expect(holed).toMatchObject({
      because: { code: 'TOO_MANY_GAPS', have: 28 / 68, need: 0.5 },
      enoughAt: null,
    });
    // 10 values, 60 missing, 24 values: 34 of 94 = 36.17 %. Complete of late, so each step more adds
    // one: (34 + k) / (94 + k) ≥ 1/2 at k = 26. 94 steps end at 470 s, 26 more at 600 s.
    expect(decide(wave(94, (i) => i >= 10 && i < 70))).toMatchObject({
      because: {
        code: 'TOO_MANY_GAPS',
        message: '36.1% of the steps have a value, 50% are needed: enough at 2026-01-01T00:10:00Z',
      },
      enoughAt: secondsIn(600),
    });
  });

  it('waits for both when observations and completeness are missing', () => {
    // 1 value, 18 missing, 5 values: 6 of 24. Recent rate 6/24 = 1/4 < 1/2: never complete.
    expect(decide(wave(24, (i) => i > 0 && i < 19))).toMatchObject({
      because: { code: 'TOO_FEW_OBSERVATIONS' },
      enoughAt: null,
    });
    // 1 value, 30 missing, 20 values: 21 of 51, recent 20 of 24 = 5/6. For the count 3 / (5/6) = 3.6,
    // so 4 steps; for completeness (25.5 − 21) / (5/6 − 1/2) = 13.5, so 14. 51 + 14 steps end at 325 s.
    expect(decide(wave(51, (i) => i > 0 && i < 31))).toMatchObject({ enoughAt: secondsIn(325) });
  });

  it('does not promise what a thin stream would spoil', () => {
    // 12 values, then 1 in 4 on 8 steps: 14 of 20 = 70 %. With minSteps 40 and the recent rate 14/20,
    // 26 more take 38 steps (37.14…): at 0.7 the completeness stays. Asking for 90 % it never comes.
    const values = wave(20, (i) => i >= 12 && i % 4 !== 0);
    const complete = decide(values, { minSteps: 40 });
    expect(complete).toMatchObject({ enoughAt: secondsIn(100 + 38 * 5) });
    expect(decide(values, { minSteps: 40, minCompleteness: 0.9 })).toMatchObject({
      enoughAt: null,
    });
  });

  it('points to the step when the source is slower than the grid', () => {
    // A value every 12 steps of 5 s: 24 values on 288 steps, 24 / 288 = 8.33 %.
    const slow = wave(288, (i) => i % 12 !== 0);
    expect(decide(slow)).toMatchObject({
      because: {
        code: 'TOO_MANY_GAPS',
        message:
          '8.3% of the steps have a value, 50% are needed: values come every 12 steps (60 s), so ask for a coarser step',
      },
      enoughAt: null,
    });
    expect(decide(slow, { minCompleteness: 0.05 })).toEqual({
      decision: 'train',
      warnings: [
        {
          code: 'SPARSE',
          message: 'values come every 12 steps (60 s): a coarser step would leave no holes',
          have: 12,
          need: 1,
        },
      ],
    });
  });

  it('refuses data that is too old, unless age does not matter', () => {
    // The last of 30 values is of 145 s; at 745 s it is 600 s old, one second later too old.
    const at = (seconds: number, change: Partial<TrainingRequirement> = {}) =>
      decide(wave(30), { now: epochMs(secondsIn(seconds)), ...change });
    expect(at(745).decision).toBe('train');
    expect(at(746)).toEqual({
      decision: 'refuse',
      because: {
        code: 'STALE',
        message:
          'the newest observation, of 2026-01-01T00:02:25Z, is 601 s old, at most 600 s are allowed',
        have: 601,
        need: 600,
      },
      enoughAt: null,
    });
    expect(at(1e9, { maxAge: null }).decision).toBe('train');
  });

  it('trains a constant series with a warning', () => {
    expect(decide(new Array<number>(30).fill(0.4))).toEqual({
      decision: 'train',
      warnings: [
        {
          code: 'FLAT_LINE',
          message: 'all 30 observations are equal: the naive forecast is exact while that lasts',
          have: 30,
          need: 12,
        },
      ],
    });
  });

  it('asks about a source that seems stuck, beyond the run allowed', () => {
    const stuck = (steps: number) => [...wave(24), ...new Array<number>(steps).fill(0.9)];
    expect(decide(stuck(12))).toEqual({ decision: 'train', warnings: [] });
    expect(decide(stuck(13))).toMatchObject({
      warnings: [
        {
          code: 'FLAT_LINE',
          message: 'the same value stands for 13 steps (65 s) in a row: is the source stuck?',
        },
      ],
    });
  });

  it('warns of values that cannot be true and of gaps', () => {
    const values = [...wave(30), -1, 2, Infinity, 0.5];
    expect(decide(values)).toEqual({
      decision: 'train',
      warnings: [
        {
          code: 'OUT_OF_RANGE',
          message:
            "2 of 34 values are outside the metric's bounds (1 negative) and count as missing",
          have: 2,
          need: 0,
        },
        {
          code: 'INFINITE',
          message: '1 of 34 values are infinite and count as missing',
          have: 1,
          need: 0,
        },
        { code: 'GAPS', message: '1 gap, the longest of 3 steps (15 s)', have: 3, need: 0 },
      ],
    });
  });
});
