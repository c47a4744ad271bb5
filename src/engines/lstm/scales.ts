import type { LearnedLstm } from '#core/forecast/lstm.ts';
import { type Feature, isLevel } from '#core/forecast/lstm-features.ts';
import type { LstmParameters } from '#core/forecast/lstm-parameters.ts';
import { mean, quantileOfSorted } from '#core/math/statistics.ts';

/** What scales are fitted on: the training windows of a history. */
export interface ScaleFit {
  /** NaN = missing. */
  readonly values: Float64Array;
  /** Steps × features, unscaled. */
  readonly rows: Float64Array;
  readonly features: readonly Feature[];
  readonly window: number;
  readonly reach: number;
  /** The last steps the training windows read, ascending. */
  readonly origins: readonly number[];
}

type Scale = { readonly shift: number; readonly scale: number };

/** Enough to know a distribution by; more windows are thinned out evenly. */
const MOST_SAMPLES = 500_000;

/**
 * How each feature is scaled, from what the training windows show of it. For a path, levels are taken
 * relative to the last value of their window.
 */
export function fitInputScale(
  fit: ScaleFit,
  form: LstmParameters['goal']['form'],
  normalisation: LstmParameters['normalisation'],
): LearnedLstm['inputs'] {
  const scales = fit.features.map((feature, f) => {
    const isAnchored = form === 'path' && isLevel(feature);
    const samples = isAnchored ? anchoredSamples(fit, f) : rowSamples(fit, f);
    return normalise(samples, normalisation);
  });
  return { shift: scales.map(({ shift }) => shift), scale: scales.map(({ scale }) => scale) };
}

/**
 * How the targets are scaled: one step by its range on the training rows; a path, head by head, by the
 * root mean square of the differences to the last value, without a shift, so that 0 is "no change".
 */
export function fitTargetScales(
  fit: ScaleFit,
  goal: LstmParameters['goal'],
): LearnedLstm['output'] {
  if (goal.form === 'one-step') {
    const last = fit.origins.at(-1)! + fit.reach;
    const known = fit.values.slice(0, last + 1).filter((value) => !Number.isNaN(value));
    return { form: 'one-step', ...range(known), rollOut: goal.rollOut };
  }
  const scales = goal.horizons.map((end, k) => rootMeanSquare(fit, goal.horizons[k - 1] ?? 0, end));
  return { form: 'path', scales, quantiles: goal.loss === 'quantile' };
}

function rowSamples({ rows, features, origins, window }: ScaleFit, f: number): Float64Array {
  const from = origins[0]! + 1 - window;
  const width = features.length;
  const length = origins.at(-1)! + 1 - from;
  return Float64Array.from({ length }, (_, i) => rows[(from + i) * width + f]!);
}

function anchoredSamples(
  { rows, values, features, origins, window }: ScaleFit,
  f: number,
): Float64Array {
  const width = features.length;
  const every = Math.ceil((origins.length * window) / MOST_SAMPLES);
  const used = origins.filter((_, i) => i % every === 0);
  const samples = new Float64Array(used.length * window);
  let at = 0;
  for (const origin of used) {
    for (let i = origin + 1 - window; i <= origin; i++) {
      samples[at++] = rows[i * width + f]! - values[origin]!;
    }
  }
  return samples;
}

function normalise(samples: Float64Array, by: LstmParameters['normalisation']): Scale {
  switch (by) {
    case 'minmax':
      return range(samples);
    case 'standard': {
      const shift = mean(samples);
      const squares = samples.reduce((sum, value) => sum + (value - shift) ** 2, 0);
      return { shift, scale: orOne(Math.sqrt(squares / samples.length)) };
    }
    case 'robust': {
      const sorted = samples.slice().sort();
      const quartiles = quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25);
      return { shift: quantileOfSorted(sorted, 0.5), scale: orOne(quartiles) };
    }
  }
}

function range(samples: Float64Array): Scale {
  let [least, most] = [Infinity, -Infinity];
  for (const value of samples) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { shift: least, scale: orOne(most - least) };
}

function rootMeanSquare({ values, origins }: ScaleFit, from: number, to: number): number {
  let [squares, count] = [0, 0];
  for (const origin of origins) {
    for (let h = from + 1; h <= to; h++) {
      const difference = (values[origin + h] ?? Number.NaN) - values[origin]!;
      if (Number.isNaN(difference)) continue;
      squares += difference ** 2;
      count++;
    }
  }
  return orOne(Math.sqrt(squares / Math.max(1, count)));
}

/** What never moves has no scale: any will do. */
function orOne(scale: number): number {
  return scale > 0 ? scale : 1;
}
