/**
 * How trees are boosted: XGBoost's parameters under its names. These are the ones that the engine
 * (XGBoost 0.7) honours whatever the tree method (`colsample_bylevel` is none: `hist` ignores it).
 * The objective is squared error (`reg:linear`), the booster `gbtree`.
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
  /** Least rows (sum of hessians) in a leaf. */
  readonly min_child_weight?: number;
  /** `hist` looks at `max_bin` cuts a column, `exact` at every value, `approx` at sketches of them. */
  readonly tree_method?: 'hist' | 'exact' | 'approx';
  readonly max_bin?: number;
  /** Prediction before the first tree; the mean of the labels unless given. */
  readonly base_score?: number;
  readonly seed?: number;
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
} as const satisfies BoostingParameters;

/** Parameters as the engine takes them. */
export interface EngineParameters {
  readonly rounds: number;
  readonly named: readonly (readonly [name: string, value: string])[];
}

/**
 * Completes and checks parameters.
 *
 * @param meanLabel - where the trees start unless a `base_score` is given
 * @throws {RangeError} when a parameter is out of range
 */
export function engineParameters(given: BoostingParameters, meanLabel: number): EngineParameters {
  const { rounds, ...rest } = { ...DEFAULTS, base_score: meanLabel, ...given };
  checkInteger('rounds', rounds, 1, 2_000);
  checkInteger('max_depth', rest.max_depth, 1, 12);
  checkInteger('max_bin', rest.max_bin, 2, 65_536);
  checkInteger('seed', rest.seed, 0, 2_147_483_647);
  for (const name of ['eta', 'subsample', 'colsample_bytree'] as const) {
    if (!(rest[name] > 0 && rest[name] <= 1)) {
      throw new RangeError(`${name} must be above 0 and at most 1, got ${rest[name]}`);
    }
  }
  for (const name of ['lambda', 'alpha', 'gamma', 'min_child_weight'] as const) {
    if (!(rest[name] >= 0 && rest[name] < Infinity)) {
      throw new RangeError(`${name} must be finite and at least 0, got ${rest[name]}`);
    }
  }
  if (!Number.isFinite(rest.base_score)) {
    throw new RangeError(`base_score must be finite, got ${rest.base_score}`);
  }
  const named = Object.entries(rest).map(([name, value]) => [name, String(value)] as const);
  return {
    rounds,
    named: [['booster', 'gbtree'], ['objective', 'reg:linear'], ['silent', '1'], ...named],
  };
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}, got ${value}`);
  }
}
