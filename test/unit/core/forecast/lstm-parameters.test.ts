import { describe, expect, it } from '@jest/globals';
import { weightCount } from '#core/forecast/lstm-network.ts';
import {
  type LstmParameters,
  LstmParametersSchema,
  networkOf,
  stepsOfMinutes,
} from '#core/forecast/lstm-parameters.ts';
import { moraParameters, multiHorizonParameters } from '#core/forecast/lstm-presets.ts';
import { durationMs, HOUR } from '#core/time.ts';
import { lstm } from '#engines/lstm/lstm.ts';

const FIFTEEN_SECONDS = durationMs(15_000);
const FIVE_MINUTES = durationMs(300_000);

describe('the preset of MOrA', () => {
  const parameters = moraParameters();

  it('is its network: 30 steps of 14 inputs, 64, 32, 16, 1', () => {
    const network = networkOf(parameters, parameters.maxInputs);
    expect(parameters.window).toBe(30);
    expect(network).toEqual({
      inputs: 14,
      layers: [
        { units: 64, bidirectional: false },
        { units: 32, bidirectional: false },
      ],
      heads: [{ units: 16, outputs: 1 }],
    });
    // 4·64·(14+64+1) + 4·32·(64+32+1) + 33·16 + 17, as Keras counts.
    expect(weightCount(network)).toBe(20_224 + 12_416 + 528 + 17);
  });

  it('has 14 inputs with covariates and without', () => {
    expect(parameters.features.length + parameters.spareFeatures.length).toBe(14);
    expect(parameters.maxInputs).toBe(14);
  });
});

describe('the multi-horizon preset', () => {
  it('has a head for 5, 15 and 30 minutes, and each step in one of them', () => {
    const parameters = multiHorizonParameters(FIFTEEN_SECONDS);
    const { heads } = networkOf(parameters, parameters.maxInputs);
    // 20, 40 and 60 steps of three quantiles; 128 units each way, half of 256 in the heads.
    expect(heads).toEqual([60, 120, 180].map((outputs) => ({ units: 128, outputs })));
    expect(LstmParametersSchema.safeParse(parameters).success).toBe(true);
  });

  it('takes more horizons, in any order', () => {
    expect(multiHorizonParameters(FIVE_MINUTES, [60, 5, 15, 16]).goal).toMatchObject({
      horizons: [1, 3, 4, 12],
      weights: [1, 1, 1, 1],
    });
  });
});

describe('minutes in steps', () => {
  it.each([
    [5, FIFTEEN_SECONDS, 20],
    [30, FIVE_MINUTES, 6],
    [6, FIVE_MINUTES, 2],
    [5, HOUR, 1],
    [0.1, durationMs(2_000), 3],
  ])('%d minutes on a grid of %d ms are %d', (minutes, step, steps) => {
    expect(stepsOfMinutes(minutes, step)).toBe(steps);
  });
});

describe('parameters', () => {
  const path = { form: 'path' as const, horizons: [1, 3], weights: [1, 1], loss: 'mse' as const };

  it.each<[string, Partial<LstmParameters>]>([
    ['a window of 0', { window: 0 }],
    ['horizons that descend', { goal: { ...path, horizons: [3, 1] } }],
    ['a weight too few', { goal: { ...path, weights: [1] } }],
    ['shares above 1', { split: { training: 0.8, validation: 0.3 } }],
    ['fewer inputs than features', { maxInputs: 6 }],
    ['a dropout of everything', { dropout: 1 }],
    ['too large a network', { layers: [{ units: 1_000, bidirectional: false }] }],
  ])('are refused with %s', (_, wrong) => {
    expect(() => lstm(moraParameters(wrong))).toThrow(RangeError);
  });
});
