import { DomainError } from '#core/errors.ts';
import { restoreXgboost, XgboostStateSchema, xgboost } from '#core/forecast/xgboost.ts';
import { DEFAULT_STEP } from '#core/time.ts';
import { tinyPool } from '#test/helpers/pooled-histories.ts';
import { describeForecaster } from './forecaster-contract.ts';

const pool = await tinyPool();
const poolState = pool.toState();

const contract = {
  create: () => xgboost(pool),
  restore(state: unknown) {
    const parsed = XgboostStateSchema.safeParse(state);
    if (!parsed.success) throw new DomainError('STATE_INCOMPATIBLE', 'no state of this model');
    return restoreXgboost(parsed.data, () => poolState);
  },
};

describeForecaster({ name: 'the pooled xgboost', ...contract });
describeForecaster({
  name: 'the pooled xgboost on five-minute steps',
  ...contract,
  step: DEFAULT_STEP,
});
