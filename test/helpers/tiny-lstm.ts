import type { LstmParameters } from '#core/forecast/lstm-parameters.ts';
import { moraParameters, multiHorizonParameters } from '#core/forecast/lstm-presets.ts';
import { HOUR } from '#core/time.ts';

/** Both presets, so small that they train within moments. */
export function tinyMora(overrides: Partial<LstmParameters> = {}): LstmParameters {
  return moraParameters({
    window: 6,
    layers: [
      { units: 5, bidirectional: false },
      { units: 4, bidirectional: false },
    ],
    headUnits: 3,
    batchSize: 16,
    epochs: 3,
    ...overrides,
  });
}

/** Heads at 3 and 30 steps of an hour, bidirectional, with dropout in the heads. */
export function tinyMultiHorizon(overrides: Partial<LstmParameters> = {}): LstmParameters {
  return multiHorizonParameters(HOUR, [3 * 60, 30 * 60], {
    window: 6,
    layers: [
      { units: 4, bidirectional: true },
      { units: 3, bidirectional: true },
    ],
    headUnits: 3,
    batchSize: 16,
    epochs: 3,
    ...overrides,
  });
}
