import { describe, expect, it } from '@jest/globals';
import type { History } from '#core/forecast/forecaster.ts';
import type { LstmParameters } from '#core/forecast/lstm-parameters.ts';
import { makeFrame } from '#core/series/frame.ts';
import { HOUR } from '#core/time.ts';
import { splitWindows } from '#engines/lstm/split-windows.ts';
import { prepareTraining, stepsNeeded } from '#engines/lstm/training-set.ts';
import { codeOf } from '#test/helpers/error-code.ts';
import { daysWithNoise } from '#test/helpers/histories.ts';
import { historyOf, seriesOf } from '#test/helpers/series-of.ts';
import { tinyMora, tinyMultiHorizon } from '#test/helpers/tiny-lstm.ts';

const { NaN: gap } = Number;
const plain = (values: Iterable<number>) => [...values];

/** Windows of two steps with the value as the only input. */
const ONE_STEP = tinyMora({
  window: 2,
  features: [{ of: 'value' }],
  spareFeatures: [],
  maxInputs: 1,
  batchSize: 1,
});

function pathOf(horizons: number[], changes: Partial<LstmParameters> = {}): LstmParameters {
  return tinyMultiHorizon({
    goal: { form: 'path', horizons, weights: horizons.map(() => 1), loss: 'mse' },
    window: 2,
    features: [{ of: 'value' }],
    maxInputs: 1,
    batchSize: 1,
    ...changes,
  });
}

describe('splitting windows', () => {
  const shares = { training: 0.6, validation: 0.4 };

  it('purges the windows whose targets the next part asks for', () => {
    // Reach 2: window 2 has the targets 3 and 4, of which 4 is a target of window 3.
    expect(splitWindows([0, 1, 2, 3, 4], shares, 2)).toEqual({
      training: [0, 1],
      validation: [3, 4],
      test: [],
    });
    expect(splitWindows([0, 1, 2, 3, 4], shares, 1).training).toEqual([0, 1, 2]);
  });

  it('keeps the rest as test, purging the validation too', () => {
    const windows = Array.from({ length: 20 }, (_, i) => i);
    // 14, 3 and 3: training up to 13, of which 12 and 13 reach beyond 14; validation 14..16.
    const split = splitWindows(windows, { training: 0.7, validation: 0.15 }, 3);
    expect(split.training).toEqual(windows.slice(0, 12));
    expect(split.validation).toEqual([14]);
    expect(split.test).toEqual([17, 18, 19]);
  });

  it('never lets a target of one part be a target of another', () => {
    const windows = Array.from({ length: 200 }, (_, i) => i * 3);
    for (const reach of [1, 2, 7, 50]) {
      const { training, validation, test } = splitWindows(
        windows,
        { training: 0.7, validation: 0.15 },
        reach,
      );
      expect(training.at(-1)! + reach).toBeLessThan(validation[0]! + 1);
      expect(validation.at(-1)! + reach).toBeLessThan(test[0]! + 1);
    }
  });

  it('trains on everything when there is too little to hold some back', () => {
    expect(splitWindows([4, 5], shares, 9)).toEqual({ training: [4, 5], validation: [], test: [] });
  });
});

describe('the training set of a network that forecasts one step', () => {
  // Windows end at 1..8; four fifths of eight are six: 1..6, which know the values up to 7.
  const history = historyOf([10, 12, 14, 16, 18, 20, 22, 18, 99, -99]);
  const set = prepareTraining(history, ONE_STEP);

  it('cuts windows in the order of time', () => {
    expect(set.windows).toEqual({ training: [1, 2, 3, 4, 5, 6], validation: [7, 8], test: [] });
  });

  it('scales by the range of the training rows alone', () => {
    // Inputs are read up to 6, targets up to 7: both from 10 to 22.
    expect(set.inputs).toEqual({ shift: [10], scale: [12] });
    expect(set.output).toEqual({ form: 'one-step', shift: 10, scale: 12, rollOut: 288 });
  });

  it('pairs the last values with the next', () => {
    const { windows, actuals, isPresent } = set.batchOf([1, 6]);
    expect(plain(windows)).toEqual([0, 2 / 12, 10 / 12, 1].map(Math.fround));
    expect(plain(actuals)).toEqual([4 / 12, 8 / 12].map(Math.fround));
    expect(plain(isPresent)).toEqual([1, 1]);
  });

  it('fills gaps in what it reads and skips those in what it should answer', () => {
    const holed = prepareTraining(historyOf([gap, 2, gap, 4, 6, gap, 8, 0]), ONE_STEP);
    // Windows end with a value whose next is there: 3 (4, then 6) and 6 (8, then 0).
    expect([...holed.windows.training, ...holed.windows.validation]).toEqual([3, 6]);
    // Window 3 reads the gap as 2.
    const { shift, scale } = holed.inputs;
    const [first, second] = holed.batchOf([3]).windows;
    expect(first! * scale[0]! + shift[0]!).toBeCloseTo(2, 5);
    expect(second! * scale[0]! + shift[0]!).toBeCloseTo(4, 5);
  });

  it('takes covariates by name, then spare features, up to the number of inputs', () => {
    const target = daysWithNoise(40, HOUR);
    const like = (id: string) => ({ ...target, id });
    const covariates = makeFrame(
      new Map([
        ['requests', like('requests')],
        ['cpu', target],
        ['memory', like('memory')],
        ['silent', { ...like('silent'), values: new Float64Array(40).fill(gap) }],
      ]),
    );
    const featuresFor = (history: History, maxInputs: number) =>
      prepareTraining(history, tinyMora({ maxInputs })).features.slice(7);
    // The target itself and a metric without values are no covariates.
    expect(featuresFor({ target, covariates }, 10)).toEqual([
      { of: 'covariate', name: 'memory' },
      { of: 'covariate', name: 'requests' },
      { of: 'mean', steps: 4 },
    ]);
    expect(featuresFor({ target, covariates }, 8)).toEqual([{ of: 'covariate', name: 'memory' }]);
    expect(featuresFor({ target }, 14)).toHaveLength(7);
  });
});

describe('the training set of a multi-horizon network', () => {
  const history = historyOf([0, 1, 3, 6, 10, 15, 21, 28, 36, 45]);

  it('has differences to the last value, scaled by head', () => {
    const set = prepareTraining(history, pathOf([1, 3]));
    // Windows end at 1..8; seven tenths are five, 1..5, of which 4 and 5 are purged (their targets
    // reach 7 and 8, those of 6 begin at 7): 4 + 3 > 6.
    expect(set.windows.training).toEqual([1, 2, 3]);
    if (set.output.form !== 'path') throw new Error('not a path');
    // One step ahead: 2, 3, 4. Two and three ahead: 5, 9, 7, 12, 9, 15.
    const [first, second] = set.output.scales;
    expect(first).toBeCloseTo(Math.sqrt((4 + 9 + 16) / 3), 12);
    expect(second).toBeCloseTo(Math.sqrt((25 + 81 + 49 + 144 + 81 + 225) / 6), 12);
    const { actuals } = set.batchOf([2]);
    expect(actuals[0]).toBeCloseTo(3 / first!, 6);
    expect(actuals[1]).toBeCloseTo(7 / second!, 6);
    expect(actuals[2]).toBeCloseTo(12 / second!, 6);
  });

  it('reads levels relative to the last value', () => {
    const set = prepareTraining(history, pathOf([1, 3]));
    // The training windows read -1 0, -2 0, -3 0.
    expect(set.inputs).toEqual({ shift: [-3], scale: [3] });
    expect(plain(set.batchOf([3]).windows)).toEqual([0, 1]);
  });

  it('leaves out single targets that are missing or not there yet', () => {
    const set = prepareTraining(historyOf([1, 2, 3, 4, 5, gap, 7, 8, 9]), pathOf([1, 3]));
    expect(plain(set.batchOf([3]).isPresent)).toEqual([1, 0, 1]);
    expect(plain(set.batchOf([7]).isPresent)).toEqual([1, 0, 0]);
    expect(set.batchOf([3]).actuals[1]).toBe(0);
  });

  it('moves on by its stride, the newest window being one', () => {
    const { windows } = prepareTraining(history, pathOf([1], { stride: 3 }));
    expect([...windows.training, ...windows.validation, ...windows.test]).toEqual([2, 5, 8]);
  });

  it.each([
    ['minmax', -3, 3],
    // -3, -2, -1 and three zeros: mean -1; squares 4 + 1 + 0 + 3 over 6.
    ['standard', -1, Math.sqrt(8 / 6)],
    // Sorted -3 -2 -1 0 0 0: median -0.5, quartiles at 1.25 and 3.75: -1.75 and 0.
    ['robust', -0.5, 1.75],
  ] as const)('scales its inputs by %s', (normalisation, shift, scale) => {
    const { inputs } = prepareTraining(history, pathOf([1, 3], { normalisation }));
    expect(inputs.shift[0]).toBeCloseTo(shift, 12);
    expect(inputs.scale[0]).toBeCloseTo(scale, 12);
  });
});

describe('a history for training', () => {
  it('must give two windows', () => {
    const values = [...new Array(20).fill(gap), 5, 6];
    expect(codeOf(() => prepareTraining(historyOf(values), ONE_STEP))).toBe('HISTORY_TOO_SHORT');
  });

  it('must be as long as a batch of windows needs', () => {
    const parameters = pathOf([1, 3], { batchSize: 8, stride: 2 });
    // A window of 2, and (8 × 2 + 3) / 0.7 = 27.1 steps.
    expect(stepsNeeded(parameters)).toBe(30);
    const { windows } = prepareTraining({ target: daysWithNoise(30, HOUR) }, parameters);
    expect(windows.training.length).toBeGreaterThanOrEqual(7);
  });

  it('has a fingerprint of its values, its grid and the parameters', () => {
    const of = (values: number[], parameters = ONE_STEP, from = 0) =>
      prepareTraining({ target: seriesOf(values, { from }) }, parameters).fingerprint;
    const values = [1, 2, 3, 4, 5, 6];
    expect(of(values)).toBe(of([...values]));
    const others = [
      of([1, 2, 3, 4, 5, 7]),
      of(values, ONE_STEP, 24),
      of(values, { ...ONE_STEP, epochs: 4 }),
      of([1, 2, 2, 4, 5, 6]),
      of([1, 2, gap, 4, 5, 6]),
    ];
    expect(new Set([of(values), ...others]).size).toBe(6);
  });
});
