import type { ReconstructionTrainer } from '#app/ports/reconstruction-trainer.ts';
import type { RecurrentTrainer } from '#app/ports/recurrent-trainer.ts';
import { DomainError } from '#core/errors.ts';
import type { PooledForecaster } from '#core/forecast/forecaster.ts';
import { prophetFromOptions } from '#engines/prophet/from-options.ts';

/** The engines of the pipeline as tests use them: those that take seconds refuse by name. */
export const TEST_ENGINES = {
  prophet: prophetFromOptions,
  pooled: (): PooledForecaster => ({
    kind: 'xgboost-pool',
    async fitPool() {
      throw new DomainError('HISTORY_TOO_SHORT', 'this test trains no pool', {});
    },
  }),
  recurrent: {
    minHistory: () => 24,
    async advance() {
      throw new DomainError('FIT_DID_NOT_CONVERGE', 'this test trains no network', {});
    },
  } satisfies RecurrentTrainer,
  reconstruction: {
    async fit() {
      throw new DomainError('FIT_DID_NOT_CONVERGE', 'this test boosts no trees', {});
    },
  } satisfies ReconstructionTrainer,
};
