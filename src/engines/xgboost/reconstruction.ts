import {
  type FittedReconstruction,
  type ReconstructionState,
  restoreReconstruction,
} from '#core/detect/reconstruction.ts';
import { describeFrame, OWN_DELAY } from '#core/detect/reconstruction-predictors.ts';
import { DOCUMENTED_SCHEMA } from '#core/features/documented.ts';
import type { FitOptions } from '#core/forecast/forecaster.ts';
import { checkCount } from '#core/forecast/parameters.ts';
import { seededRandom } from '#core/math/random.ts';
import type { Frame } from '#core/series/frame.ts';
import { type BoostingEngine, boosterOf } from '#engines/boosting/booster-of.ts';
import type { BoostingParameters } from '#engines/boosting/parameters.ts';
import { learnTarget } from './reconstruction-target.ts';

export interface ReconstructionParameters {
  /** The metrics to look at; all of the frame unless given. */
  readonly metrics?: readonly string[];
  /** How the trees are boosted, where it differs from `RECONSTRUCTION_BOOSTING`. */
  readonly boosting?: BoostingParameters;
  /** Blocks of held-out rows. */
  readonly folds?: number;
  /** Rows that trees are grown from at most; of more, as many are taken at even distances. */
  readonly maxRows?: number;
  /** Whose clocks the calendar features read: an IANA name or an offset. */
  readonly timeZone?: string;
}

/** Number, depth and rate of the seeds' detector; the rest makes it faster. */
export const RECONSTRUCTION_BOOSTING = {
  rounds: 100,
  max_depth: 6,
  eta: 0.1,
  colsample_bytree: 0.5,
  min_child_weight: 5,
  tree_method: 'hist',
  // With 64 or 128 the half hour of a nightly backup falls between two cuts of the day.
  max_bin: 256,
} as const satisfies BoostingParameters;

/** An unfitted reconstruction detector. */
export interface Reconstruction {
  readonly kind: ReconstructionState['kind'];
  /**
   * Learns each metric of `frame`. One that is constant or has too few values is skipped and named so.
   *
   * @throws {DomainError} `FIT_DID_NOT_CONVERGE` when the engine fails, `CONFIG_INVALID` for a time
   *   zone that does not exist
   */
  fit(
    frame: Frame,
    options?: FitOptions & {
      readonly signal?: AbortSignal;
      /** What grows the trees; the built-in booster unless given. */
      readonly engine?: BoostingEngine | undefined;
    },
  ): Promise<FittedReconstruction>;
}

const SEEDS = 2 ** 31;

/**
 * The detector of the seeds made right: boosted trees predict every metric from the others and its own past
 * (`restoreReconstruction` says from what, and what a score is), and what it judges by are errors on
 * rows that it has not seen.
 *
 * ```text
 * rows with a value   0 ────────────── ½ ────── ¾ ────── 1
 * fold 1              train ────── gap │ errors │
 * fold 2              train ─────────────── gap │ errors │
 * what is kept        train ──────────────────────────────
 * ```
 * The gap (`CONTEXT_STEPS` + 1) keeps every row that a held-out row reads out of the training before it.
 *
 * @throws {RangeError} when a parameter is out of range
 */
export function reconstruction(parameters: ReconstructionParameters = {}): Reconstruction {
  const { metrics, boosting, folds = 2, maxRows = 8_064, timeZone = 'utc' } = parameters;
  checkCount('folds', folds);
  checkCount('maxRows', maxRows);
  return {
    kind: 'reconstruction',
    async fit(frame, options = {}) {
      const { random = seededRandom(0, 'reconstruction'), checkpoint, signal } = options;
      const booster = boosterOf(options.engine ?? 'built-in');
      const names = [...new Set(metrics ?? frame.series.keys())];
      const described = describeFrame(frame, { metrics: names, timeZone });
      const targets: ReconstructionState['targets'] = [];
      const skipped: ReconstructionState['skipped'] = [];
      for (const metric of names) {
        const seed = Math.floor(random() * SEEDS);
        const learned = await learnTarget(
          { frame, described, metrics: names, metric },
          { folds, maxRows, booster, boosting: { seed, ...RECONSTRUCTION_BOOSTING, ...boosting } },
          { ...(checkpoint && { checkpoint }), ...(signal && { signal }) },
        );
        if (typeof learned === 'string') skipped.push({ metric, reason: learned });
        else targets.push({ metric, seed, ...learned });
      }
      return restoreReconstruction({
        kind: 'reconstruction',
        version: 1,
        features: DOCUMENTED_SCHEMA,
        ownDelay: OWN_DELAY,
        step: frame.step,
        timeZone,
        metrics: names,
        targets,
        skipped,
      });
    },
  };
}
