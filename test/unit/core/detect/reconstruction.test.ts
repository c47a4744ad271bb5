import { describe, expect, it } from '@jest/globals';
import {
  type ReconstructionState,
  ReconstructionStateSchema,
  restoreReconstruction,
} from '#core/detect/reconstruction.ts';
import { isSameTwice } from '#core/detect/reconstruction-copies.ts';
import { errorAt, errorLevels, wanderingError } from '#core/detect/reconstruction-errors.ts';
import { predictorLayout } from '#core/detect/reconstruction-predictors.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { type Frame, makeFrame, sliceFrame } from '#core/series/frame.ts';
import { makeSeries } from '#core/series/series.ts';
import { DEFAULT_STEP, epochMs, HOUR } from '#core/time.ts';
import { codeOf } from '#test/helpers/error-code.ts';

const METRICS = ['a', 'b'];
/** 8 columns of the calendar, 14 of a, the first of which is a_lag_1, 14 of b, and a and b themselves. */
const A_LAG_1 = 8;
const COLUMNS = 38;

/** b is expected at 100 - 10 while a was below 10 one step before (30 rows), else at 100 + 20 (10). */
const STUMP = { splits: [2 * A_LAG_1, -1, -1], values: [10, -1, 2], covers: [30, 10] };
const LEAF = { splits: [-1], values: [0.5], covers: [40] };
const trees = (tree: typeof STUMP) => ({
  columns: COLUMNS,
  base: 0,
  trees: [tree],
  gains: Array.from({ length: COLUMNS }, (_, column) => (column === A_LAG_1 ? 3 : 0)),
});

const STATE: ReconstructionState = {
  kind: 'reconstruction',
  version: 1,
  features: 'documented/1',
  ownDelay: 72,
  step: DEFAULT_STEP,
  timeZone: 'utc',
  metrics: METRICS,
  targets: [
    {
      metric: 'b',
      excluded: [],
      center: 100,
      scale: 10,
      trees: trees(STUMP),
      errors: [
        { predicted: 90, bias: 1, scale: 2 },
        { predicted: 120, bias: 3, scale: 6 },
      ],
      heldOut: 40,
      seed: 1,
    },
  ],
  skipped: [{ metric: 'a', reason: 'constant' }],
};

/** b is expected half a scale, so 5, above its own level of 72 steps before. */
const WANDERING: ReconstructionState = {
  ...STATE,
  targets: STATE.targets.map((target) => ({
    ...target,
    center: null,
    trees: trees(LEAF),
    errors: [{ predicted: 55, bias: 0, scale: 5 }],
  })),
};

describe('the reconstruction detector', () => {
  const detector = restoreReconstruction(ReconstructionStateSchema.parse(STATE));
  // Row by row a one step before is missing (which goes right, as 20 does), 5, 20, 5, 20.
  const frame = frameOf({ a: [5, 20, 5, 20, 5], b: [123, 97, 111, Number.NaN, Infinity] });

  it('scores the distance from what is expected, in spreads of errors at that level', () => {
    const scores = detector.detect(frame).get('b');
    // Expected 120 + 3 with spread 6, or 90 + 1 with spread 2: |97 - 91| / 2 = 3, |111 - 123| / 6 = 2.
    expect([...scores!.expected]).toEqual([123, 91, 123, 91, 123]);
    expect([...scores!.scores]).toEqual([0, 3, 2, Number.NaN, Number.NaN]);
    // 3 median absolute deviations are 3 × 0.6745 spreads.
    expect(scores!.tolerance[0]).toBeCloseTo(3 * 0.6745 * 6, 9);
  });

  it('says nothing of metrics it does not predict, and why', () => {
    expect([...detector.detect(frame).keys()]).toEqual(['b']);
    expect(detector.skipped).toEqual([{ metric: 'a', reason: 'constant' }]);
    expect(detector.explain(frame, 'a', 0)).toBeUndefined();
    expect(detector.importance('a')).toEqual([]);
  });

  it('explains an expectation in the unit of the metric', () => {
    // Without a: 100 + 10 × (30 × -1 + 10 × 2) / 40 + bias 3 = 100.5; a lifts it to 123.
    const explanation = detector.explain(frame, 'b', 2);
    expect(explanation).toEqual({
      expected: 123,
      base: 100.5,
      contributions: [{ feature: 'a_lag_1', contribution: 22.5 }],
    });
    expect(detector.importance('b')).toEqual([{ feature: 'a_lag_1', share: 1 }]);
    expect(() => detector.explain(frame, 'b', 5)).toThrow(RangeError);
  });

  it('takes rows before the first one asked for as context', () => {
    const all = detector.detect(frame).get('b')!;
    const late = detector.detect(frame, 2).get('b')!;
    expect(late.scores).toEqual(all.scores.subarray(2));
    expect(() => detector.detect(frame, 6)).toThrow(RangeError);
  });

  it('takes a metric that the frame lacks as missing', () => {
    const { scores, expected } = detector.detect(frameOf({ a: [5, 5] })).get('b')!;
    expect([...expected]).toEqual([123, 91]);
    expect([...scores]).toEqual([Number.NaN, Number.NaN]);
    const alone = detector.detect(frameOf({ b: [123, 129] })).get('b')!;
    expect([...alone.scores]).toEqual([0, 1]);
  });

  it.each([Infinity, -Infinity, 1e308, -1e308])('cannot score %p', (value) => {
    const { scores, expected } = detector
      .detect(frameOf({ a: [value, 5, 5], b: [123, value, 91] }))
      .get('b')!;
    expect([...scores]).toEqual([0, Number.NaN, 0]);
    expect([...expected]).toEqual([123, 123, 91]);
  });

  it('refuses a frame on another grid and a state of other features', () => {
    const hourly = { ...frame, step: HOUR };
    expect(codeOf(() => detector.detect(hourly))).toBe('SERIES_MISALIGNED');
    const fewer = { ...STATE, metrics: ['b'] };
    expect(codeOf(() => restoreReconstruction(fewer))).toBe('STATE_INCOMPATIBLE');
  });

  it('survives JSON', () => {
    const again = ReconstructionStateSchema.parse(JSON.parse(JSON.stringify(detector.toState())));
    expect(restoreReconstruction(again).detect(frame)).toEqual(detector.detect(frame));
  });

  it('lets no caller change it', () => {
    detector.toState().targets.length = 0;
    expect(detector.detect(frame).size).toBe(1);
  });
});

describe('a metric that is expected near its own past', () => {
  const detector = restoreReconstruction(ReconstructionStateSchema.parse(WANDERING));
  const length = 240;
  const shifted = frameOf({
    b: Array.from({ length }, (_, i) => (i < 100 ? 50 : 80)),
  });

  it('does not get used to a shift for 72 steps', () => {
    const { scores, expected } = detector.detect(shifted).get('b')!;
    // 50 + 5 is expected: 1 spread of 5 above 50, 5 spreads below 80.
    expect(new Set(expected.subarray(78, 172))).toEqual(new Set([55]));
    expect(new Set(scores.subarray(78, 100))).toEqual(new Set([1]));
    expect(new Set(scores.subarray(100, 172))).toEqual(new Set([5]));
    // 12 steps later the shift is what is usual: 80 + 5.
    expect(new Set(scores.subarray(183))).toEqual(new Set([1]));
  });

  it('is not scored while that past is missing', () => {
    // Half of a window of 12 is enough: rows 0 to 5 are the level of row 5 + 72.
    const { scores, expected } = detector.detect(shifted).get('b')!;
    expect(scores.subarray(0, 77).every(Number.isNaN)).toBe(true);
    expect(expected.subarray(0, 77).every(Number.isNaN)).toBe(true);
    expect(scores[77]).toBe(1);
  });

  it('scores a row by itself and what lies before it', () => {
    const random = seededRandom(4, 'past');
    const values = Array.from({ length }, () => normal(random));
    const future = values.map((value, i) => (i < 150 ? value : 1e6 * value));
    const one = detector.detect(frameOf({ b: values })).get('b')!;
    const other = detector.detect(frameOf({ b: future })).get('b')!;
    expect(other.scores.subarray(0, 150)).toEqual(one.scores.subarray(0, 150));
    expect(other.expected.subarray(0, 150)).toEqual(one.expected.subarray(0, 150));
  });

  it('needs 84 steps of context and no more', () => {
    const random = seededRandom(5, 'context');
    const frame = frameOf({ b: Array.from({ length }, () => normal(random)) });
    const whole = detector.detect(frame).get('b')!;
    const cut = detector.detect(sliceFrame(frame, 200 - 84, length), 84).get('b')!;
    expect(cut.scores).toEqual(whole.scores.subarray(200));
    expect(detector.explain(frame, 'b', 220)?.expected).toBe(whole.expected[220]);
  });
});

describe('the predictors of a metric', () => {
  it('are the features of the others now and its own of 72 steps before', () => {
    const { names, delays } = predictorLayout(
      ['cpu_utilization', 'memory_utilization', 'memory_bytes'],
      'memory_utilization',
      ['memory_bytes'],
    );
    const delayed = names.filter((_, i) => delays[i] === 72);
    // 8 of the calendar, 14 and the value itself a metric, and the ratio, which the target is part of.
    expect(names).toHaveLength(8 + 15 + 15 + 1);
    expect(delayed).toHaveLength(15 + 1);
    expect(delayed).toContain('memory_utilization_lag_0_ago_72');
    expect(names).toContain('cpu_utilization_lag_0');
    expect(delayed).toContain('cpu_memory_ratio_ago_72');
    expect(delayed).toContain('memory_utilization_lag_1_ago_72');
    expect(names).toContain('cpu_utilization_pct_change_1');
    expect(names.filter((name) => name.startsWith('memory_bytes'))).toEqual([]);
  });
});

describe('the errors at a level', () => {
  const LEVELS = [
    { predicted: 90, bias: 1, scale: 2 },
    { predicted: 120, bias: 3, scale: 6 },
  ];

  it.each([
    [80, 1, 2],
    [90, 1, 2],
    [105, 2, 4],
    [120, 3, 6],
    [130, 3, 6],
  ])('%p are between those of the levels around it', (predicted, bias, scale) => {
    expect(errorAt(LEVELS, predicted)).toEqual({ predicted, bias, scale });
  });

  it('are larger where predictions are', () => {
    const random = seededRandom(1, 'levels');
    const predicted = Float64Array.from({ length: 8_000 }, (_, i) => 1 + (i % 1_000) / 100);
    const actual = predicted.map((value) => value * (1 + 0.1 * normal(random)) + 2);
    const levels = errorLevels({ predicted, actual }, 0);
    expect(levels).toHaveLength(8);
    // 1,000 errors a level: their spread is known within about 4 %, the bias within 4 % of it.
    for (const level of levels) {
      expect(Math.abs(level.scale / (0.1 * level.predicted) - 1)).toBeLessThan(0.15);
      expect(Math.abs(level.bias - 2) / level.scale).toBeLessThan(0.15);
    }
  });

  it('are not moved by incidents in one case of twenty', () => {
    const random = seededRandom(2, 'incidents');
    const predicted = new Float64Array(1_000).fill(5);
    const actual = predicted.map((value, i) => value + normal(random) + (i % 20 === 0 ? 1e4 : 0));
    for (const { scale, bias } of errorLevels({ predicted, actual }, 0)) {
      expect(scale).toBeLessThan(1.7);
      expect(Math.abs(bias)).toBeLessThan(0.5);
    }
  });

  it('of a metric that wanders are as large as those after it started anew', () => {
    const random = seededRandom(6, 'anew');
    // One row in eight is off by 20 times as much. A fortieth of all deviations is a fifth of these:
    // the quantile 0.975 of all is the quantile 0.8 of 20 |N|, so 20 × 1.2816.
    const predicted = new Float64Array(4_000).fill(5);
    const actual = predicted.map((value, i) => value + normal(random) * (i % 8 === 0 ? 20 : 1));
    const { scale, bias } = wanderingError({ predicted, actual }, 0);
    expect(Math.abs(scale / ((20 * 1.2816) / 2.2414) - 1)).toBeLessThan(0.15);
    expect(Math.abs(bias)).toBeLessThan(0.2);
  });

  it('are never 0', () => {
    const same = new Float64Array(60).fill(5);
    expect(errorLevels({ predicted: same, actual: same }, 0.01)).toEqual([
      { predicted: 5, bias: 0, scale: 0.01 },
    ]);
  });

  it('are found between levels of the same prediction', () => {
    const same = new Float64Array(300).fill(5);
    const levels = errorLevels({ predicted: same, actual: same }, 0.01);
    expect(errorAt(levels, 5)).toEqual({ predicted: 5, bias: 0, scale: 0.01 });
    expect(errorAt(levels, 7)).toEqual({ predicted: 7, bias: 0, scale: 0.01 });
  });
});

describe('a metric is the same thing as another', () => {
  const random = seededRandom(3, 'copies');
  let load = 0;
  const memory = Float64Array.from({ length: 2_000 }, () => {
    load += normal(random);
    return 100 + load;
  });
  const isCopy = (values: Float64Array) =>
    isSameTwice({ metric: 'one', values: memory }, { metric: 'other', values });

  it('when it moves as that does, step by step', () => {
    expect(isCopy(memory.map((value) => 3 - 5 * value))).toBe(true);
    const holed = memory.map((value, i) => (i % 7 === 0 ? Number.NaN : 2 * value));
    expect(isCopy(holed)).toBe(true);
  });

  it('when their names say so', () => {
    const noise = memory.map(() => normal(random));
    const bytes = { metric: 'memory_bytes', values: memory };
    expect(isSameTwice(bytes, { metric: 'memory_utilization', values: noise })).toBe(true);
    expect(isSameTwice({ metric: 'memory_utilization', values: noise }, bytes)).toBe(true);
    expect(isSameTwice(bytes, { metric: 'cpu_utilization', values: noise })).toBe(false);
  });

  it('not when it has noise of its own', () => {
    // It moves by 0.2 × √2 where both move by 1: changes are correlated 1 / √1.08 = 0.96.
    expect(isCopy(memory.map((value) => value + 0.2 * normal(random)))).toBe(false);
  });

  it('not when it only moves at the same moments', () => {
    expect(isCopy(memory.map((value, i) => (i === 0 ? 0 : value - memory[i - 1]!)))).toBe(false);
  });

  it('not when it is constant or missing', () => {
    expect(isCopy(new Float64Array(2_000).fill(1))).toBe(false);
    expect(isCopy(new Float64Array(2_000).fill(Number.NaN))).toBe(false);
  });
});

function frameOf(columns: Readonly<Record<string, readonly number[]>>): Frame {
  const series = Object.entries(columns).map(([id, values]) => {
    const parts = { id, unit: 'unspecified', start: epochMs(0), step: DEFAULT_STEP } as const;
    return [id, makeSeries({ ...parts, values })] as const;
  });
  return makeFrame(new Map(series));
}
