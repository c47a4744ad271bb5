import type { ModelBundle } from '#contracts/artifacts/model-bundle.ts';
import { assembleBlend } from '#core/forecast/blend-spec.ts';
import type { FittedForecaster, PoolLookup } from '#core/forecast/forecaster.ts';
import { restore } from '#core/forecast/registry.ts';

/** The names a bundle can answer for: its members and its blends. */
export function modelsIn(bundle: Pick<ModelBundle, 'states' | 'blends'>): readonly string[] {
  return [...Object.keys(bundle.states), ...Object.keys(bundle.blends)];
}

/**
 * A member or blend of a bundle, ready to `update` and `predict`.
 * @throws {DomainError} `STATE_INCOMPATIBLE`
 */
export function modelOfBundle(
  bundle: Pick<ModelBundle, 'states' | 'blends'>,
  name: string,
  pools: PoolLookup,
): FittedForecaster {
  const blend = Object.hasOwn(bundle.blends, name) ? bundle.blends[name] : undefined;
  const memberOf = (member: string) => restore(bundle.states[member], pools);
  return blend ? assembleBlend(blend, memberOf) : memberOf(name);
}
