import type { Forecaster } from '#core/forecast/forecaster.ts';
import { conditionLstm, restoreLstm } from '#core/forecast/lstm.ts';
import { type LstmParameters, networkOf } from '#core/forecast/lstm-parameters.ts';
import { encodeFloat32 } from '#core/math/float32-base64.ts';
import { initialWeights } from '#engines/lstm/initial-weights.ts';
import { lstm } from '#engines/lstm/lstm.ts';
import { prepareTraining } from '#engines/lstm/training-set.ts';
import { tinyMora, tinyMultiHorizon } from '#test/helpers/tiny-lstm.ts';
import { describeForecaster } from './forecaster-contract.ts';

/**
 * The forecaster without its gradients: checks, inputs, scales and everything after the training are
 * the real ones, the weights those a training starts from. (Sixty trainings would take minutes; that
 * training is reproducible is tested beside it.)
 */
function untrained(parameters: LstmParameters): Forecaster {
  const { kind, capabilities } = lstm(parameters);
  return {
    kind,
    capabilities,
    async fit(history) {
      const { features, inputs, output, windows } = prepareTraining(history, parameters);
      const network = networkOf(parameters, features.length);
      const learned = {
        kind: 'lstm' as const,
        version: 1 as const,
        window: parameters.window,
        features: [...features],
        inputs,
        output,
        network,
        weights: encodeFloat32(initialWeights(network, 7, 'random')),
        training: {
          backend: 'none',
          seed: 7,
          epochs: 0,
          bestEpoch: 1,
          trainingLoss: 0,
          validationLoss: null,
          testLoss: null,
          windows: { training: windows.training.length, validation: 0, test: 0 },
        },
      };
      return restoreLstm(conditionLstm(learned, history));
    },
  };
}

describeForecaster({
  name: 'lstm, one step',
  create: () => untrained(tinyMora()),
});
describeForecaster({
  name: 'lstm, multi-horizon',
  create: () => untrained(tinyMultiHorizon()),
});
