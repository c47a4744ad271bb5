import { describe, expect, it } from '@jest/globals';
import { ReconstructionStateSchema, restoreReconstruction } from '#core/detect/reconstruction.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { type Frame, makeFrame, sliceFrame } from '#core/series/frame.ts';
import { makeSeries } from '#core/series/series.ts';
import { DEFAULT_STEP, epochMs } from '#core/time.ts';
import { reconstruction } from '#engines/xgboost/reconstruction.ts';
import { labelScaling } from '#engines/xgboost/reconstruction-scaling.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';

const TRAINING = 480;
const LENGTH = 760;
const SMALL = { boosting: { rounds: 20, eta: 0.3, max_depth: 4, max_bin: 16 } };

/** Requests that come in waves, a CPU that follows them with 2 % of noise, and a queue of pure noise. */
function service(): Record<'requests' | 'cpu' | 'queue', Float64Array> {
  const random = seededRandom(1, 'service');
  const requests = Float64Array.from(
    { length: LENGTH },
    (_, i) => 100 * Math.exp(0.5 * Math.sin((2 * Math.PI * i) / 100) + 0.05 * normal(random)),
  );
  return {
    requests,
    cpu: requests.map((rate) => 0.005 * rate * (1 + 0.02 * normal(random))),
    queue: requests.map(() => 10 + normal(random)),
  };
}

const HEALTHY = frameOf(service());
const HISTORY = sliceFrame(HEALTHY, 0, TRAINING);
const fitted = reconstruction(SMALL).fit(HISTORY);

/** The healthy frame, where from row `from` on the CPU needs half as much again for the same requests. */
function dearer(from: number): Frame {
  const { cpu, ...others } = service();
  return frameOf({ ...others, cpu: cpu.map((value, i) => (i < from ? value : 1.5 * value)) });
}

const above = (scores: Float64Array, sigmas: number) =>
  scores.filter((score) => score > sigmas).length / scores.length;

describe('the reconstruction detector', () => {
  it('leaves healthy rows that it has not seen alone', async () => {
    const scores = (await fitted).detect(HEALTHY, TRAINING);
    for (const metric of ['requests', 'cpu', 'queue']) {
      const unseen = scores.get(metric)!.scores;
      // Of normal errors 1.2 % are beyond 2.5 sigmas and 0.006 % beyond 4; the spread is an estimate.
      expect(above(unseen, 2.5)).toBeLessThan(0.05);
      expect(above(unseen, 4)).toBeLessThan(0.01);
    }
  });

  it('finds a relation that is broken, and keeps finding it', async () => {
    const from = 500;
    const { scores } = (await fitted).detect(dearer(from), TRAINING).get('cpu')!;
    const broken = from - TRAINING;
    expect(above(scores.subarray(0, broken), 2.5)).toBeLessThan(0.2);
    expect(above(scores.subarray(broken, broken + 100), 4)).toBeGreaterThan(0.9);
    // From 84 steps later on the own past of the CPU, 72 steps before, is as high.
    expect(above(scores.subarray(broken + 100), 4)).toBeGreaterThan(0.9);
  });

  it('says that the CPU was expected by the requests', async () => {
    const detector = await fitted;
    const row = LENGTH - 20;
    const { expected } = detector.detect(HEALTHY, row).get('cpu')!;
    const explanation = detector.explain(HEALTHY, 'cpu', row)!;
    expect(explanation.contributions[0]?.feature).toMatch(/^requests_/);
    expect(detector.importance('cpu')[0]?.feature).toMatch(/^requests_/);
    const sum = explanation.contributions.reduce(
      (total, { contribution }) => total + contribution,
      explanation.base,
    );
    expect(explanation.expected).toBe(expected[0]);
    expect(Math.abs(sum / explanation.expected - 1)).toBeLessThan(1e-6);
  });

  it('judges by rows that the trees have not seen', async () => {
    // Nothing tells the queue: nobody can be off by less than 0.8 on average (a spread of 1), and on its
    // own training rows a deep ensemble is. The spread of 100 errors is known within about 10 %.
    const boosting = { ...SMALL.boosting, max_depth: 8, rounds: 40 };
    const deep = await reconstruction({ boosting, metrics: ['queue'], folds: 1 }).fit(HISTORY);
    const { expected } = deep.detect(HISTORY).get('queue')!;
    const { queue } = service();
    const seen = Float64Array.from({ length: TRAINING }, (_, i) =>
      Math.abs(queue[i]! - expected[i]!),
    );
    expect(seen.reduce((sum, error) => sum + error, 0) / TRAINING).toBeLessThan(0.7);
    for (const { scale } of deep.toState().targets[0]!.errors) expect(scale).toBeGreaterThan(0.8);
  });

  it('has the same scores after JSON', async () => {
    const detector = await fitted;
    const state = ReconstructionStateSchema.parse(JSON.parse(JSON.stringify(detector.toState())));
    expect(restoreReconstruction(state).detect(HEALTHY, 700)).toEqual(
      detector.detect(HEALTHY, 700),
    );
  });

  it('scores a row by itself and what lies before it', async () => {
    const detector = await fitted;
    const change = 600;
    const now = detector.detect(HEALTHY, TRAINING);
    const later = detector.detect(dearer(change), TRAINING);
    for (const [metric, { scores, expected }] of now) {
      const other = later.get(metric)!;
      const same = change - TRAINING;
      expect(other.scores.subarray(0, same)).toEqual(scores.subarray(0, same));
      expect(other.expected.subarray(0, same)).toEqual(expected.subarray(0, same));
    }
    expect(later.get('cpu')?.scores[change - TRAINING]).not.toBe(
      now.get('cpu')?.scores[change - TRAINING],
    );
  });

  it('is the same for the same data and seed', async () => {
    const learn = (seed: number) =>
      reconstruction({ boosting: { rounds: 3 }, metrics: ['cpu'], folds: 1 }).fit(
        sliceFrame(HEALTHY, 0, 300),
        { random: seededRandom(seed, 'fit') },
      );
    const [first, again, other] = await Promise.all([learn(1), learn(1), learn(2)]);
    expect(again.toState()).toEqual(first.toState());
    expect(other.toState()).not.toEqual(first.toState());
  });

  it('predicts no metric from a copy of it', async () => {
    const { requests, cpu } = service();
    const percent = cpu.map((value) => 100 * value);
    const copied = sliceFrame(frameOf({ requests, cpu, cpu_percent: percent }), 0, 300);
    const { targets } = (
      await reconstruction({ boosting: { rounds: 2 }, folds: 1 }).fit(copied)
    ).toState();
    expect(targets.map(({ metric, excluded }) => [metric, excluded])).toEqual([
      ['requests', []],
      ['cpu', ['cpu_percent']],
      ['cpu_percent', ['cpu']],
    ]);
  });

  it('learns from what can be learned from', async () => {
    const { requests, cpu } = service();
    const spoilt = requests.map((value, i) => {
      if (i >= 200 && i < 488) return Number.NaN;
      return [Infinity, -Infinity, 1e308, -1e308, 1e30][i % 100] ?? value;
    });
    const frame = frameOf({
      requests: spoilt,
      cpu,
      flat: cpu.map(() => 7),
      missing: cpu.map(() => Number.NaN),
      huge: cpu.map(() => 1e308),
      young: cpu.map((value, i) => (i < LENGTH - 150 ? Number.NaN : value)),
    });
    const detector = await reconstruction({ ...SMALL, folds: 1 }).fit(frame);
    expect(detector.toState().targets.map(({ metric }) => metric)).toEqual(['requests', 'cpu']);
    expect(detector.skipped).toEqual([
      { metric: 'flat', reason: 'constant' },
      { metric: 'missing', reason: 'too_few_values' },
      { metric: 'huge', reason: 'too_few_values' },
      { metric: 'young', reason: 'too_few_values' },
    ]);
    const { scores } = detector.detect(frame).get('cpu')!;
    expect(scores.every(Number.isFinite)).toBe(true);
    expect(above(scores, 4)).toBeLessThan(0.02);
  });

  it('predicts nothing of two points', async () => {
    const detector = await reconstruction(SMALL).fit(sliceFrame(HEALTHY, 0, 2));
    expect(detector.skipped).toHaveLength(3);
    expect(detector.detect(HEALTHY).size).toBe(0);
  });

  it('ends when it is told to, and refuses a zone that does not exist', async () => {
    const signal = AbortSignal.abort(new Error('no longer wanted'));
    await expect(reconstruction(SMALL).fit(HISTORY, { signal })).rejects.toThrow(
      'no longer wanted',
    );
    const checkpoint = () => {
      throw new Error('out of time');
    };
    await expect(reconstruction(SMALL).fit(HISTORY, { checkpoint })).rejects.toThrow('out of time');
    const nowhere = reconstruction({ timeZone: 'Nowhere/Land' }).fit(HISTORY);
    expect(await rejectionOf(nowhere)).toBe('CONFIG_INVALID');
  });

  it.each([{ folds: 0 }, { maxRows: 0.5 }])('refuses %p', (parameters) => {
    expect(() => reconstruction(parameters)).toThrow(RangeError);
  });
});

describe('what the trees are trained on', () => {
  const random = seededRandom(2, 'labels');
  const noise = Float64Array.from({ length: 2_000 }, () => normal(random));

  it('are distances from the median of a metric that returns to it', () => {
    const levels = noise.map(() => 5);
    const { center, scale } = labelScaling(
      noise.map((value) => 5 + 2 * value),
      levels,
    )!;
    expect(Math.abs(center! - 5)).toBeLessThan(0.2);
    expect(Math.abs(scale - 2)).toBeLessThan(0.2);
  });

  it('are distances from its own level of a metric that wanders', () => {
    const grows = noise.map((value, i) => i + value);
    const levels = grows.map((_, i) => i - 72);
    const { center, scale } = labelScaling(grows, levels)!;
    expect(center).toBeNull();
    expect(Math.abs(scale - 1)).toBeLessThan(0.1);
  });

  it('reach as far as a batch job that is idle most of the day', () => {
    // Idle at 0.01 ± 0.001, and at 1 in one row of twenty: a twentieth of the range is 0.05.
    const job = noise.map((value, i) => (i % 20 === 0 ? 1 : 0.01 + 0.001 * value));
    const { scale } = labelScaling(
      job,
      noise.map(() => Number.NaN),
    )!;
    expect(Math.abs(scale - 0.05)).toBeLessThan(0.001);
  });

  it('are nothing for a constant', () => {
    const flat = new Float64Array(300).fill(7);
    expect(labelScaling(flat, flat)).toBeUndefined();
    expect(
      labelScaling(
        flat.map((value, i) => value + 1e-12 * (i % 2)),
        flat,
      ),
    ).toBeUndefined();
  });
});

function frameOf(columns: Readonly<Record<string, Float64Array>>): Frame {
  const series = Object.entries(columns).map(([id, values]) => {
    const parts = { id, unit: 'unspecified', start: epochMs(0), step: DEFAULT_STEP } as const;
    return [id, makeSeries({ ...parts, values })] as const;
  });
  return makeFrame(new Map(series));
}
