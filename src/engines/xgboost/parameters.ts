import {
  type BoostingParameters,
  completeParameters,
  refuseBuiltInOnly,
} from '#engines/boosting/parameters.ts';

/** Parameters as the engine takes them. */
export interface EngineParameters {
  readonly rounds: number;
  readonly named: readonly (readonly [name: string, value: string])[];
}

/** The names that the engine (XGBoost 0.7) honours whatever the tree method: `colsample_bylevel` is none. */
const HONOURED = [
  'max_depth',
  'eta',
  'subsample',
  'colsample_bytree',
  'lambda',
  'alpha',
  'gamma',
  'min_child_weight',
  'tree_method',
  'max_bin',
  'seed',
] as const;

/**
 * Completes and checks parameters for the engine: squared error (`reg:linear`), `gbtree`, `depthwise`.
 *
 * @param meanLabel - where the trees start unless a `base_score` is given
 * @throws {RangeError} when a parameter is out of range, or nothing the engine can do
 */
export function engineParameters(given: BoostingParameters, meanLabel: number): EngineParameters {
  refuseBuiltInOnly(given);
  const all = completeParameters(given);
  const fixed = [
    ['booster', 'gbtree'],
    ['objective', 'reg:linear'],
    ['silent', '1'],
    ['base_score', String(all.base_score ?? meanLabel)],
  ] as const;
  const named = HONOURED.map((name) => [name, String(all[name])] as const);
  return { rounds: all.rounds, named: [...fixed, ...named] };
}
