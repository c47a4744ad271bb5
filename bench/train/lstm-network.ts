import type { LstmNetwork } from '#core/forecast/lstm-network.ts';
import { type LstmParameters, networkOf } from '#core/forecast/lstm-parameters.ts';
import { moraParameters } from '#core/forecast/lstm-presets.ts';

/** The preset `mora`: 30 steps of 14 inputs, layers of 64 and 32 units, dropout .2, batches of 32. */
export function lstmBenchParameters(): LstmParameters {
  return moraParameters();
}

export function lstmBenchNetwork(): LstmNetwork {
  const parameters = lstmBenchParameters();
  return networkOf(parameters, parameters.maxInputs);
}
