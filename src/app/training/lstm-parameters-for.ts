import { lstmParametersOf } from '#contracts/config/lstm-config.ts';
import type { TrainParameters } from '#contracts/http/train.ts';
import type { LstmParameters } from '#core/forecast/lstm-parameters.ts';
import { moraParameters, multiHorizonParameters } from '#core/forecast/lstm-presets.ts';
import type { DurationMs } from '#core/time.ts';

/** Unless a request says otherwise: the horizons people ask for by name. */
const DEFAULT_HORIZONS_MINUTES = [5, 15, 30, 60];

/**
 * What is trained when nothing is said: the multi-horizon network at the size that its own cpu
 * configuration has, 24 units instead of 128. Minutes a metric without libtensorflow, not hours.
 */
const COMPACT = {
  layers: [{ units: 24, bidirectional: true }],
  headUnits: 24,
  dropout: 0.2,
  stride: 3,
  epochs: 30,
  patience: 5,
};

/** The network of a request on this grid: a preset with what it overrides, or a configuration file. */
export function lstmParametersFor(
  step: DurationMs,
  options?: TrainParameters['lstm'],
): LstmParameters {
  if (options === undefined) return multiHorizonParameters(step, DEFAULT_HORIZONS_MINUTES, COMPACT);
  if (!('preset' in options)) return lstmParametersOf(options, step);
  const overrides = {
    ...(options.epochs === undefined ? {} : { epochs: options.epochs }),
    ...(options.batch_size === undefined ? {} : { batchSize: options.batch_size }),
    ...(options.learning_rate === undefined ? {} : { learningRate: options.learning_rate }),
    ...(options.dropout === undefined ? {} : { dropout: options.dropout }),
    ...(options.window === undefined ? {} : { window: options.window }),
  };
  if (options.preset === 'mora') return moraParameters(overrides);
  const minutes = options.horizons_minutes ?? DEFAULT_HORIZONS_MINUTES;
  return multiHorizonParameters(step, minutes, overrides);
}
