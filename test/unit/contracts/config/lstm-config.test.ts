import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import {
  ignoredLstmKeys,
  LstmConfigSchema,
  lstmParametersOf,
} from '#contracts/config/lstm-config.ts';
import { multiHorizonParameters } from '#core/forecast/lstm-presets.ts';
import { durationMs, HOUR } from '#core/time.ts';
import { codeOf } from '#test/helpers/error-code.ts';
import { readRepositoryFile, repositoryFiles } from '#test/helpers/repository.ts';

const FIFTEEN_SECONDS = durationMs(15_000);
const FIVE_MINUTES = durationMs(300_000);

/** The example that the documents of the multi-horizon predictor show. */
const SHOWN = `
metric_name: cpu
container_name: webapp
data:
  window_size: 240
  prediction_horizons: [20, 60, 120]  # 5, 15, 30 minutes
  train_split: 0.7
model:
  model_type: lstm
  hidden_size: 128
  num_layers: 2
  dropout: 0.3
training:
  epochs: 100
  batch_size: 32
  learning_rate: 0.001
`;

const config = (changes: object = {}) => LstmConfigSchema.parse({ metric_name: 'cpu', ...changes });

describe('the configuration file of a multi-horizon network', () => {
  it('reads the documented example; what it leaves out is as it says', () => {
    const shown = LstmConfigSchema.parse(parse(SHOWN));
    expect(shown).toEqual(config({ container_name: 'webapp' }));
    expect(ignoredLstmKeys(shown)).toEqual([]);
  });

  it('keeps its steps on a grid of 15 seconds', () => {
    const parameters = lstmParametersOf(LstmConfigSchema.parse(parse(SHOWN)), FIFTEEN_SECONDS);
    expect(parameters).toEqual({
      ...multiHorizonParameters(FIFTEEN_SECONDS),
      split: { training: 0.7, validation: expect.closeTo(0.15, 12) },
    });
    expect(parameters.window).toBe(240);
    expect(parameters.stride).toBe(4);
    expect(parameters.goal).toMatchObject({ horizons: [20, 60, 120] });
  });

  it('keeps its times on a coarser grid: 5, 15 and 30 minutes, 12 steps of window at least', () => {
    expect(lstmParametersOf(config(), FIVE_MINUTES)).toMatchObject({
      goal: { horizons: [1, 3, 6], weights: [1, 1, 1], loss: 'quantile' },
      window: 12,
      stride: 1,
    });
    expect(lstmParametersOf(config(), HOUR)).toMatchObject({
      goal: { horizons: [1], weights: [3] },
      window: 12,
    });
  });

  it('joins horizons that fall on one step, with their weights', () => {
    // 1, 3, 5, 10, 15 and 20 minutes: 1, 1, 1, 2, 3 and 4 steps of five minutes.
    const data = { prediction_horizons: [4, 12, 20, 40, 60, 80] };
    const training = { horizon_weights: { 40: 1.5, 4: 0.5 } };
    expect(lstmParametersOf(config({ data, training }), FIVE_MINUTES).goal).toEqual({
      form: 'path',
      horizons: [1, 2, 3, 4],
      weights: [2.5, 1.5, 1, 1],
      loss: 'quantile',
    });
  });

  it('counts in other steps when it says so', () => {
    const data = { step_seconds: 300, window_size: 48, prediction_horizons: [1, 12], stride: 2 };
    expect(lstmParametersOf(config({ data }), FIVE_MINUTES)).toMatchObject({
      goal: { horizons: [1, 12] },
      window: 48,
      stride: 2,
    });
  });

  it('turns the remaining keys into parameters', () => {
    const parameters = lstmParametersOf(
      config({
        data: {
          train_split: 0.6,
          val_split: 0.3,
          normalization: 'robust',
          include_lag_features: false,
          include_rolling_features: false,
          include_temporal_features: false,
        },
        model: { hidden_size: 9, num_layers: 3, bidirectional: false, dropout: 0.1 },
        training: {
          epochs: 7,
          batch_size: 8,
          learning_rate: 0.01,
          weight_decay: 0.001,
          patience: 3,
          min_delta: 0.5,
          loss_function: 'huber',
          save_every_n_epochs: 2,
        },
      }),
      FIVE_MINUTES,
    );
    expect(parameters).toMatchObject({
      goal: { loss: 'huber' },
      features: [{ of: 'value' }],
      maxInputs: 1,
      normalisation: 'robust',
      layers: [1, 2, 3].map(() => ({ units: 9, bidirectional: false })),
      dropout: 0.1,
      headUnits: 4,
      headDropout: 0.1,
      split: { training: 0.6, validation: 0.3 },
      epochs: 7,
      batchSize: 8,
      learningRate: 0.01,
      weightDecay: 0.001,
      patience: 3,
      minDelta: 0.5,
      saveEveryEpochs: 2,
    });
  });

  it('shares what the training leaves between validation and test', () => {
    const splitOf = (data: object) => lstmParametersOf(config({ data }), HOUR).split.validation;
    expect(splitOf({ train_split: 0.6 })).toBeCloseTo(0.2, 12);
    expect(splitOf({ train_split: 0.6, test_split: 0.1 })).toBeCloseTo(0.3, 12);
    expect(splitOf({ train_split: 1 })).toBe(0);
  });

  it('names the keys that decide nothing', () => {
    const given = config({
      data: { raw_data_path: 'data/raw', outlier_threshold: 3 },
      model: { arima_order: [1, 1, 1], num_containers: 1 },
      training: { device: 'cuda', log_interval: 10 },
    });
    expect(ignoredLstmKeys(given)).toEqual([
      'data.raw_data_path',
      'data.outlier_threshold',
      'model.num_containers',
      'training.device',
      'training.log_interval',
    ]);
  });

  it.each([
    { metric_name: '' },
    { surplus: 1 },
    { data: { windowsize: 240 } },
    { data: { window_size: 0 } },
    { data: { prediction_horizons: [] } },
    { data: { prediction_horizons: [60, 20] } },
    { data: { train_split: 0.7, val_split: 0.2, test_split: 0.2 } },
    { data: { train_split: 0.7, val_split: 0.1, test_split: 0.1 } },
    { data: { train_split: 0.7, val_split: 0.4 } },
    { data: { normalization: 'zscore' } },
    { model: { model_type: 'gru' } },
    { model: { dropout: 1 } },
    { model: { output_size: 2 } },
    { training: { optimizer: 'sgd' } },
    { training: { loss_function: 'mape' } },
    { training: { horizon_weights: { 21: 1 } } },
    { training: { horizon_weights: { 20: 0 } } },
  ])('refuses %j', (wrong) => {
    expect(LstmConfigSchema.safeParse({ metric_name: 'cpu', ...wrong }).success).toBe(false);
  });

  it('is refused for another model, and when the network is too large', () => {
    const mapped = (model: object) => codeOf(() => lstmParametersOf(config({ model }), HOUR));
    expect(mapped({ model_type: 'prophet' })).toBe('CONFIG_INVALID');
    expect(mapped({ hidden_size: 1_024 })).toBe('CONFIG_INVALID');
  });
});

describe('the files under examples/lstm', () => {
  const paths = repositoryFiles().filter((path) => path.startsWith('examples/lstm/'));

  it('are there for the six metrics', () => {
    expect(paths.map((path) => path.slice('examples/lstm/'.length))).toEqual([
      'cpu.yaml',
      'disk_reads.yaml',
      'disk_writes.yaml',
      'memory.yaml',
      'network_rx.yaml',
      'network_tx.yaml',
    ]);
  });

  it.each(paths)('%s is valid, complete and for the metric of its name', (path) => {
    const file = LstmConfigSchema.parse(parse(readRepositoryFile(path)));
    expect(path).toBe(`examples/lstm/${file.metric_name}.yaml`);
    expect(ignoredLstmKeys(file)).toEqual([]);
    expect(lstmParametersOf(file, FIFTEEN_SECONDS).goal).toMatchObject({
      horizons: [20, 60, 120],
      weights: [1, 1.5, 1],
    });
    expect(lstmParametersOf(file, FIVE_MINUTES).goal).toMatchObject({ horizons: [1, 3, 6] });
  });
});
