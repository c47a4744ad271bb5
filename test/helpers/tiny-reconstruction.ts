import {
  type FittedReconstruction,
  type ReconstructionState,
  restoreReconstruction,
} from '#core/detect/reconstruction.ts';
import { predictorLayout } from '#core/detect/reconstruction-predictors.ts';
import type { Frame } from '#core/series/frame.ts';

/** A state that expects 0 of the first metric, with a spread of 1, and predicts no other. */
export function tinyReconstruction(
  { series, step }: Pick<Frame, 'series' | 'step'>,
  changes: Partial<ReconstructionState> = {},
): FittedReconstruction {
  const metrics = [...series.keys()];
  const [metric = '', ...others] = metrics;
  const columns = predictorLayout(metrics, metric, []).names.length;
  const leaf = { splits: [-1], values: [0], covers: [1] };
  return restoreReconstruction({
    kind: 'reconstruction',
    version: 1,
    features: 'documented/1',
    ownDelay: 72,
    step,
    timeZone: 'utc',
    metrics,
    targets: [
      {
        metric,
        excluded: [],
        center: 0,
        scale: 1,
        trees: { columns, base: 0, trees: [leaf], gains: new Array<number>(columns).fill(0) },
        errors: [{ predicted: 0, bias: 0, scale: 1 }],
        heldOut: 50,
        seed: 1,
      },
    ],
    skipped: others.map((each) => ({ metric: each, reason: 'constant' })),
    ...changes,
  });
}
