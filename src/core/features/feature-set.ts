import type { Frame } from '../series/frame.ts';
import { documentedFeatures, targetFeatures } from './documented.ts';
import type { FeatureMatrix, FeatureOptions } from './feature-matrix.ts';
import { originalFeatures, originalTargetFeatures } from './original.ts';

/** The two sets of 108: that of the Helios documents, and that which its code made. */
export const FEATURE_SETS = ['documented', 'original'] as const;
export type FeatureSet = (typeof FEATURE_SETS)[number];

/**
 * The features of a set by its name; with `target` as a model may see them that predicts it.
 *
 * @throws {DomainError} `CONFIG_INVALID` for a time zone that does not exist
 * @throws {RangeError} when `target` is not one of the metrics, or `from` not a row of the frame
 */
export function featuresOf(
  set: FeatureSet,
  frame: Frame,
  { target, ...options }: FeatureOptions & { readonly target?: string } = {},
): FeatureMatrix {
  if (target === undefined) {
    return set === 'documented'
      ? documentedFeatures(frame, options)
      : originalFeatures(frame, options);
  }
  return set === 'documented'
    ? targetFeatures(frame, target, options)
    : originalTargetFeatures(frame, target, options);
}
