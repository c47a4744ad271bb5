/**
 * How trees are boosted: XGBoost's parameters under its names, with the same meaning. The built-in
 * booster takes all of them; the engine `xgboost` (version 0.7) refuses those marked *built-in only*.
 */
export interface BoostingParameters {
  /** Trees. */
  readonly rounds?: number;
  /** Levels of a tree. */
  readonly max_depth?: number;
  /** Share of each tree's answer that is added: the learning rate. */
  readonly eta?: number;
  /** Share of the rows drawn for each tree. */
  readonly subsample?: number;
  /** Share of the columns drawn for each tree. */
  readonly colsample_bytree?: number;
  /** L2 and L1 penalty on the leaves' values. */
  readonly lambda?: number;
  readonly alpha?: number;
  /** Least gain of a split. */
  readonly gamma?: number;
  /** Least sum of hessians (of weights, where there are none: of rows) in a leaf. */
  readonly min_child_weight?: number;
  /**
   * `hist` looks at cuts between `max_bin` bins a column. Only the engine `xgboost` can look at every
   * value (`exact`) or at sketches of them (`approx`).
   */
  readonly tree_method?: 'hist' | 'exact' | 'approx';
  /** Bins of a column; at most 256 built in, which makes 255 and one for missing values. */
  readonly max_bin?: number;
  /** Prediction before the first tree; the mean (median, quantile) of the labels unless given. */
  readonly base_score?: number;
  readonly seed?: number;
  /** What is made small: squares, sizes, or pinball losses of the errors. *Built-in only* but for the first. */
  readonly objective?: 'reg:squarederror' | 'reg:absoluteerror' | 'reg:quantileerror';
  /** The quantile that `reg:quantileerror` predicts, in (0, 1). *Built-in only.* */
  readonly quantile_alpha?: number;
  /**
   * `depthwise` splits whatever gains; `lossguide` the leaf that gains most, until there are
   * `max_leaves`. *Built-in only* but for the first.
   */
  readonly grow_policy?: 'depthwise' | 'lossguide';
  /** Leaves of a tree grown by `lossguide`. *Built-in only.* */
  readonly max_leaves?: number;
  /**
   * Ends after so many trees that did not lower the loss of the validation part, and leaves them out.
   * *Built-in only.*
   */
  readonly early_stopping_rounds?: number;
  /**
   * Share of the rows, the last ones, that early stopping validates on and no tree sees: rows come in
   * the order of time then. *Built-in only.*
   */
  readonly validation_share?: number;
}

const DEFAULTS = {
  rounds: 100,
  max_depth: 6,
  eta: 0.1,
  subsample: 1,
  colsample_bytree: 1,
  lambda: 1,
  alpha: 0,
  gamma: 0,
  min_child_weight: 1,
  tree_method: 'hist',
  max_bin: 256,
  seed: 0,
  objective: 'reg:squarederror',
  quantile_alpha: 0.5,
  grow_policy: 'depthwise',
  max_leaves: 31,
  early_stopping_rounds: 0,
  validation_share: 0.2,
} as const satisfies BoostingParameters;

/** Parameters with nothing left open but where to start. */
export type CompleteParameters = Required<Omit<BoostingParameters, 'base_score'>> &
  Pick<BoostingParameters, 'base_score'>;

/**
 * Completes parameters and checks what holds for every engine.
 *
 * @throws {RangeError} when a parameter is out of range
 */
export function completeParameters(given: BoostingParameters): CompleteParameters {
  const all: CompleteParameters = { ...DEFAULTS, ...given };
  checkInteger('rounds', all.rounds, 1, 2_000);
  checkInteger('max_depth', all.max_depth, 1, 12);
  checkInteger('max_bin', all.max_bin, 2, 65_536);
  checkInteger('seed', all.seed, 0, 2_147_483_647);
  checkInteger('max_leaves', all.max_leaves, 2, 4_096);
  checkInteger('early_stopping_rounds', all.early_stopping_rounds, 0, 2_000);
  for (const name of ['eta', 'subsample', 'colsample_bytree'] as const) {
    if (!(all[name] > 0 && all[name] <= 1)) {
      throw new RangeError(`${name} must be above 0 and at most 1, got ${all[name]}`);
    }
  }
  for (const name of ['quantile_alpha', 'validation_share'] as const) {
    if (!(all[name] > 0 && all[name] < 1)) {
      throw new RangeError(`${name} must lie between 0 and 1, got ${all[name]}`);
    }
  }
  for (const name of ['lambda', 'alpha', 'gamma', 'min_child_weight'] as const) {
    if (!(all[name] >= 0 && all[name] < Infinity)) {
      throw new RangeError(`${name} must be finite and at least 0, got ${all[name]}`);
    }
  }
  if (all.base_score !== undefined && !Number.isFinite(Math.fround(all.base_score))) {
    throw new RangeError(`base_score must be finite, got ${all.base_score}`);
  }
  return all;
}

/**
 * Parameters of the built-in booster.
 *
 * @throws {RangeError} when one is out of range or only for the engine `xgboost`
 */
export function builtInParameters(given: BoostingParameters): CompleteParameters {
  const all = completeParameters(given);
  checkInteger('max_bin', all.max_bin, 2, 256);
  if (all.tree_method !== 'hist') {
    throw new RangeError(
      `tree_method must be hist without the engine xgboost, got ${all.tree_method}`,
    );
  }
  if (given.max_leaves !== undefined && all.grow_policy !== 'lossguide') {
    throw new RangeError(`max_leaves needs the grow_policy lossguide, got ${all.grow_policy}`);
  }
  return all;
}

/** Those of which the engine `xgboost` knows nothing. */
const BUILT_IN_ONLY = [
  'quantile_alpha',
  'max_leaves',
  'early_stopping_rounds',
  'validation_share',
] as const;

/**
 * Refuses what the engine `xgboost` cannot do.
 *
 * @throws {RangeError} naming the parameter
 */
export function refuseBuiltInOnly(given: BoostingParameters): void {
  const { objective = DEFAULTS.objective, grow_policy = DEFAULTS.grow_policy } = given;
  const asked = BUILT_IN_ONLY.find((name) => given[name] !== undefined);
  if (asked !== undefined) throw new RangeError(`the engine xgboost takes no ${asked}`);
  if (objective !== DEFAULTS.objective) {
    throw new RangeError(`the engine xgboost has no objective ${objective}`);
  }
  if (grow_policy !== DEFAULTS.grow_policy) {
    throw new RangeError(`the engine xgboost has no grow_policy ${grow_policy}`);
  }
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}, got ${value}`);
  }
}
