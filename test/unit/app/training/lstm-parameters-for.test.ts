import { describe, expect, it } from '@jest/globals';
import { lstmParametersFor } from '#app/training/lstm-parameters-for.ts';
import { lstmParametersOf } from '#contracts/config/lstm-config.ts';
import { LstmOptionsSchema, type TrainParameters } from '#contracts/http/train.ts';
import { moraParameters, multiHorizonParameters } from '#core/forecast/lstm-presets.ts';
import { DEFAULT_STEP, HOUR } from '#core/time.ts';

/** The network of options as a request gives them. */
const networkOf = (options: unknown) =>
  lstmParametersFor(DEFAULT_STEP, LstmOptionsSchema.parse(options));

describe('the network of a request', () => {
  it('forecasts the horizons people ask for by name unless it says otherwise', () => {
    // 5, 15, 30 and 60 minutes on five-minute steps.
    expect(lstmParametersFor(DEFAULT_STEP).goal).toMatchObject({ horizons: [1, 3, 6, 12] });
    expect(networkOf({}).goal).toMatchObject({ horizons: [1, 3, 6, 12] });
    // By the hour all of them are the next step.
    expect(lstmParametersFor(HOUR).goal).toMatchObject({ horizons: [1] });
  });

  it('is a smaller one than the preset when nothing is said', () => {
    const unsaid = lstmParametersFor(DEFAULT_STEP);
    expect(unsaid.layers).toEqual([{ units: 24, bidirectional: true }]);
    expect(unsaid.epochs).toBeLessThan(networkOf({}).epochs);
  });

  it('is a preset as it stands', () => {
    expect(networkOf({ preset: 'mora' })).toEqual(moraParameters());
    expect(networkOf({ preset: 'multi-horizon', horizons_minutes: [10, 120] })).toEqual(
      multiHorizonParameters(DEFAULT_STEP, [10, 120]),
    );
  });

  it.each(['mora', 'multi-horizon'])('is the preset %s with what a request overrides', (preset) => {
    const overridden = networkOf({
      preset,
      epochs: 3,
      batch_size: 8,
      learning_rate: 0.5,
      dropout: 0,
      window: 20,
    });
    const plain = networkOf({ preset });
    const overrides = { epochs: 3, batchSize: 8, learningRate: 0.5, dropout: 0, window: 20 };
    expect(overridden).toEqual({ ...plain, ...overrides });
  });

  it('is that of a configuration file', () => {
    const file: TrainParameters['lstm'] = LstmOptionsSchema.parse({
      metric_name: 'cpu',
      training: { epochs: 7 },
    });
    if (!file || 'preset' in file) throw new Error('this is not read as a file');
    expect(lstmParametersFor(DEFAULT_STEP, file)).toEqual(lstmParametersOf(file, DEFAULT_STEP));
    expect(lstmParametersFor(DEFAULT_STEP, file).epochs).toBe(7);
  });
});
