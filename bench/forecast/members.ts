import { lstmParametersFor } from '#app/training/lstm-parameters-for.ts';
import type { Forecaster, ModelState } from '#core/forecast/forecaster.ts';
import { lineUp } from '#core/forecast/line-up.ts';
import type { Series } from '#core/series/series.ts';
import type { TrainingMember } from '#core/training/fit-members.ts';
import { lstm } from '#engines/lstm/lstm.ts';
import { prophetFromOptions } from '#engines/prophet/from-options.ts';
import { POOLED } from './models.ts';
import { pooledForecaster } from './pools.ts';

/**
 * The members of these names on a grid, ready to be fitted, each with the product's defaults.
 *
 * @param pool - the state behind `xgboost`; null: it is left out
 */
export function membersOf(
  { step, values }: Series,
  names: readonly string[],
  pool: ModelState | null,
): readonly TrainingMember[] {
  const engines: Readonly<Record<string, () => Forecaster | null>> = {
    [POOLED]: () => pool && pooledForecaster(pool),
    prophet: () => prophetFromOptions({}),
    lstm: () => lstm(lstmParametersFor(step)),
  };
  const local = lineUp(step, { steps: values.length }).filter(({ name }) => names.includes(name));
  const trained = Object.entries(engines).flatMap(([name, create]) => {
    const forecaster = names.includes(name) ? create() : null;
    return forecaster ? [{ name, forecaster }] : [];
  });
  return [...local, ...trained];
}
