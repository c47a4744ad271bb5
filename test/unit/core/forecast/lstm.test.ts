import { describe, expect, it } from '@jest/globals';
import {
  conditionLstm,
  type LearnedLstm,
  type LstmState,
  LstmStateSchema,
  restoreLstm,
} from '#core/forecast/lstm.ts';
import { encodeFloat32 } from '#core/math/float32-base64.ts';
import { makeFrame } from '#core/series/frame.ts';
import { codeOf } from '#test/helpers/error-code.ts';
import { historyOf, seriesOf } from '#test/helpers/series-of.ts';

const { NaN: gap } = Number;

/** Biases that leave a gate wide open or shut. */
const [OPEN, SHUT] = [100, -100];

const TRAINING = {
  backend: 'none',
  seed: 1,
  epochs: 1,
  bestEpoch: 1,
  trainingLoss: 0,
  validationLoss: null,
  testLoss: null,
  windows: { training: 1, validation: 0, test: 0 },
};

/** A network of one unit without memory: its state is `tanh(tanh(kernel · inputs))` of the last step. */
function learned(
  kernel: readonly number[],
  head: readonly number[],
  rest: Pick<LearnedLstm, 'features' | 'output'> & { readonly outputs?: number },
): LearnedLstm {
  const { features, output, outputs = 1 } = rest;
  const candidate = kernel.flatMap((weight) => [0, 0, weight, 0]);
  return {
    kind: 'lstm',
    version: 1,
    window: 2,
    features,
    inputs: { shift: features.map(() => 0), scale: features.map(() => 1) },
    output,
    network: {
      inputs: features.length,
      layers: [{ units: 1, bidirectional: false }],
      heads: [{ units: 1, outputs }],
    },
    weights: encodeFloat32(
      Float32Array.of(...candidate, 0, 0, 0, 0, OPEN, SHUT, 0, OPEN, 1, 0, ...head),
    ),
    training: TRAINING,
  };
}

const state = (value: number) => Math.tanh(Math.tanh(value));
const pointsOf = (of: LstmState, horizon: number) => [
  ...restoreLstm(of).predict({ horizon }).point,
];

/** Its next value is 10 + 4 × the state that the last change brought about. */
const ONE_STEP = learned([1], [4, 0], {
  features: [{ of: 'change' }],
  output: { form: 'one-step', shift: 10, scale: 1, rollOut: 3 },
});

/** Two steps: medians 0.5 and 1 above the last value, ln 2 up and down, at scale 2. */
const PATH = learned([0], [0, 0, 0, 0, 0, 0, 0.5, 1, 0, 0, 0, 0], {
  features: [{ of: 'value' }],
  output: { form: 'path', scales: [2], quantiles: true },
  outputs: 6,
});

describe('a network that forecasts one step', () => {
  it('feeds its answers back, and holds the last beyond its reach', () => {
    // The last change is 1 (from 9 to 10).
    const first = 10 + 4 * state(1);
    const second = 10 + 4 * state(first - 10);
    const third = 10 + 4 * state(second - first);
    const expected = [first, second, third, third, third];
    pointsOf(conditionLstm(ONE_STEP, historyOf([7, 9, 10])), 5).forEach((value, h) => {
      expect(value).toBeCloseTo(expected[h]!, 6);
    });
  });

  it('takes a gap as no change', () => {
    // -> 10, then the change from 10 (held) to 10.
    const [first] = pointsOf(conditionLstm(ONE_STEP, historyOf([7, 10, gap])), 1);
    expect(first).toBeCloseTo(10, 12);
  });

  it('fills a gap with a value that it has already forgotten', () => {
    const known = restoreLstm(conditionLstm(ONE_STEP, historyOf([4, 8])));
    const silent = known.update(historyOf(new Array(20).fill(gap), { from: 2 }));
    // Nothing of what it keeps is present any more; 9 follows 8.
    expect(silent.toState().memory.target).toEqual({ before: 8, values: [null, null, null] });
    const [first] = silent.update(historyOf([9], { from: 22 })).predict({ horizon: 1 }).point;
    expect(first).toBeCloseTo(10 + 4 * state(1), 6);
  });

  it('keeps a window and what the features reach back, no more', () => {
    const { memory } = conditionLstm(ONE_STEP, historyOf([1, 2, 3, 4, 5, 6]));
    expect(memory.target).toEqual({ before: 3, values: [4, 5, 6] });
  });

  it('has no quantiles', () => {
    const fitted = restoreLstm(conditionLstm(ONE_STEP, historyOf([7, 9, 10])));
    const request = { horizon: 1, quantiles: [0.5] };
    expect(codeOf(() => fitted.predict(request))).toBe('QUANTILES_UNSUPPORTED');
  });
});

describe('a network with covariates', () => {
  /** The state of the last value of `memory`, times 4. */
  const model = learned([1], [4, 0], {
    features: [{ of: 'covariate', name: 'memory' }],
    output: { form: 'one-step', shift: 0, scale: 1, rollOut: 3 },
  });
  const withMemory = (values: readonly number[], from = 0) => {
    const target = seriesOf(new Array(values.length).fill(5), { from });
    const memory = { ...seriesOf(values, { from }), id: 'w/memory' };
    return { target, covariates: makeFrame(new Map([['memory', memory]])) };
  };

  it('reads them, and holds them over the horizon', () => {
    const points = pointsOf(conditionLstm(model, withMemory([0.1, 0.2])), 3);
    for (const value of points) expect(value).toBeCloseTo(4 * state(0.2), 6);
  });

  it('moves them on with the target', () => {
    const fitted = restoreLstm(conditionLstm(model, withMemory([0.1, 0.2])));
    const [next] = fitted.update(withMemory([0.9, 0.7], 1)).predict({ horizon: 1 }).point;
    expect(next).toBeCloseTo(4 * state(0.7), 6);
  });

  it('holds the last when they do not come any more', () => {
    const fitted = restoreLstm(conditionLstm(model, withMemory([0.1, 0.2])));
    const [next] = fitted.update(historyOf([5, 5], { from: 2 })).predict({ horizon: 1 }).point;
    expect(next).toBeCloseTo(4 * state(0.2), 6);
  });

  it('takes 0 for one that never came', () => {
    const [next] = pointsOf(conditionLstm(model, historyOf([5, 5])), 1);
    expect(next).toBe(0);
  });

  it('refuses them on another grid', () => {
    const { target } = withMemory([1, 2]);
    const memory = { ...target, id: 'w/memory', start: (target.start + 1) as typeof target.start };
    const covariates = makeFrame(new Map([['memory', memory]]));
    expect(codeOf(() => conditionLstm(model, { target, covariates }))).toBe('SERIES_MISALIGNED');
  });
});

describe('a multi-horizon network', () => {
  const fitted = restoreLstm(conditionLstm(PATH, historyOf([3, 4, 100])));

  it('adds its path to the last value and holds its end', () => {
    expect([...fitted.predict({ horizon: 4 }).point]).toEqual([101, 102, 102, 102]);
  });

  it('answers the quantiles it has learned, and between them', () => {
    const { quantiles } = fitted.predict({ horizon: 2, quantiles: [0.1, 0.3, 0.5, 0.9] });
    const expected = [
      [101 - 2 * Math.LN2, 102 - 2 * Math.LN2],
      [101 - Math.LN2, 102 - Math.LN2],
      [101, 102],
      [101 + 2 * Math.LN2, 102 + 2 * Math.LN2],
    ];
    expect(quantiles.map(({ q }) => q)).toEqual([0.1, 0.3, 0.5, 0.9]);
    quantiles.forEach(({ values }, k) => {
      values.forEach((value, h) => {
        expect(value).toBeCloseTo(expected[k]![h]!, 6);
      });
    });
    expect(fitted.predict({ horizon: 1, quantiles: [0.5] }).quantiles[0]?.values).toHaveLength(1);
  });

  it('refuses quantiles of which it has learned nothing', () => {
    const ask = (horizon: number, q: number) =>
      codeOf(() => fitted.predict({ horizon, quantiles: [q] }));
    expect(ask(3, 0.5)).toBe('HORIZON_OUT_OF_RANGE');
    expect(ask(2, 0.05)).toBe('QUANTILE_OUT_OF_RANGE');
    expect(ask(2, 0.95)).toBe('QUANTILE_OUT_OF_RANGE');
  });
});

describe('the state of an lstm', () => {
  const whole = conditionLstm(PATH, historyOf([3, 4, 100]));

  it.each<[string, Partial<LstmState>]>([
    ['weights of another network', { weights: 'AACAPw==' }],
    ['more features than inputs', { features: [{ of: 'value' }, { of: 'change' }] }],
    ['a scale too many', { inputs: { shift: [0], scale: [1, 1] } }],
    ['a scale of zero', { inputs: { shift: [0], scale: [0] } }],
    ['a head without a scale', { output: { form: 'path', scales: [1, 1], quantiles: true } }],
  ])('is refused with %s', (_, wrong) => {
    expect(LstmStateSchema.safeParse(whole).success).toBe(true);
    expect(LstmStateSchema.safeParse({ ...whole, ...wrong }).success).toBe(false);
  });
});
