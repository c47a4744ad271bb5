import type { DurationMs } from '../time.ts';
import type { Feature } from './lstm-features.ts';
import { type LstmParameters, stepsOfMinutes } from './lstm-parameters.ts';

const CALENDAR: readonly Feature[] = [
  { of: 'day-sine' },
  { of: 'day-cosine' },
  { of: 'week-sine' },
  { of: 'week-cosine' },
  { of: 'weekend' },
];

/**
 * The network of MOrA: LSTM 64 → dropout .2 → LSTM 32 → dropout .2 → dense 16 → 1, over 30 steps of 14
 * inputs, 50 epochs in batches of 32, the last 20 % to validate.
 *
 * MOrA's 14 were two counts and twelve metrics of a service. Here they are the value and its last
 * change, the day, the week and the weekend (7); then the other metrics of the workload by name, 7 at
 * most; and where there are fewer, statistics of the last 4, 12 and 24 values.
 */
export function moraParameters(overrides: Partial<LstmParameters> = {}): LstmParameters {
  return {
    goal: { form: 'one-step', rollOut: 288 },
    window: 30,
    stride: 1,
    features: [{ of: 'value' }, { of: 'change' }, ...CALENDAR],
    spareFeatures: [
      { of: 'mean', steps: 4 },
      { of: 'mean', steps: 12 },
      { of: 'mean', steps: 24 },
      { of: 'deviation', steps: 12 },
      { of: 'deviation', steps: 24 },
      { of: 'minimum', steps: 24 },
      { of: 'maximum', steps: 24 },
    ],
    maxInputs: 14,
    normalisation: 'minmax',
    layers: [
      { units: 64, bidirectional: false },
      { units: 32, bidirectional: false },
    ],
    dropout: 0.2,
    headUnits: 16,
    headDropout: 0,
    split: { training: 0.8, validation: 0.2 },
    epochs: 50,
    batchSize: 32,
    learningRate: 0.001,
    weightDecay: 0,
    clipNorm: 1,
    minDelta: 0,
    patience: 10,
    plateau: { patience: 5, factor: 0.5, minimum: 1e-6 },
    saveEveryEpochs: 1,
    ...overrides,
  };
}

/** Which inputs a multi-horizon network reads beside the value. */
export interface FeatureGroups {
  /** Day, week and weekend. */
  readonly temporal: boolean;
  /** The change, and the values 4, 12 and 24 steps before. */
  readonly lags: boolean;
  /** Mean, deviation, minimum and maximum of the last 4, 12, 24 and 60 values. */
  readonly rolling: boolean;
}

/** The inputs of the groups that are on, the value first. */
export function featuresOf({ temporal, lags, rolling }: FeatureGroups): Feature[] {
  return [
    { of: 'value' },
    ...(temporal ? CALENDAR : []),
    ...(lags ? [{ of: 'change' as const }, ...[4, 12, 24].map(lag)] : []),
    ...(rolling ? [4, 12, 24, 60].flatMap(statistics) : []),
  ];
}

/** A window below this says too little, however long its steps are. */
const SHORTEST_WINDOW = 12;
const WINDOW_MINUTES = 60;
const STRIDE_MINUTES = 1;

/**
 * The multi-horizon network: two bidirectional layers of 128 units, dropout .3, a window of an hour
 * (12 steps at least), one head a horizon, quantiles by pinball loss, 100 epochs in batches of 32.
 *
 * @param horizonMinutes - ends of the heads; those that fall on one step of the grid are one
 * @example
 * ```ts
 * const { goal } = multiHorizonParameters(durationMs(300_000));
 * goal; // => { form: 'path', horizons: [1, 3, 6], weights: [1, 1, 1], loss: 'quantile' }
 * ```
 */
export function multiHorizonParameters(
  step: DurationMs,
  horizonMinutes: readonly number[] = [5, 15, 30],
  overrides: Partial<LstmParameters> = {},
): LstmParameters {
  const ends = horizonMinutes.map((minutes) => stepsOfMinutes(minutes, step));
  const horizons = [...new Set(ends)].sort((a, b) => a - b);
  const features = featuresOf({ temporal: true, lags: true, rolling: true });
  return {
    goal: { form: 'path', horizons, weights: horizons.map(() => 1), loss: 'quantile' },
    window: Math.max(SHORTEST_WINDOW, stepsOfMinutes(WINDOW_MINUTES, step)),
    stride: stepsOfMinutes(STRIDE_MINUTES, step),
    features,
    spareFeatures: [],
    maxInputs: features.length,
    normalisation: 'minmax',
    layers: Array.from({ length: 2 }, () => ({ units: 128, bidirectional: true })),
    dropout: 0.3,
    headUnits: 128,
    headDropout: 0.3,
    split: { training: 0.7, validation: 0.15 },
    epochs: 100,
    batchSize: 32,
    learningRate: 0.001,
    weightDecay: 0,
    clipNorm: 1,
    minDelta: 1e-4,
    patience: 15,
    plateau: { patience: 10, factor: 0.5, minimum: 1e-7 },
    saveEveryEpochs: 10,
    ...overrides,
  };
}

function lag(steps: number): Feature {
  return { of: 'lag', steps };
}

function statistics(steps: number): readonly Feature[] {
  return [
    { of: 'mean', steps },
    { of: 'deviation', steps },
    { of: 'minimum', steps },
    { of: 'maximum', steps },
  ];
}
