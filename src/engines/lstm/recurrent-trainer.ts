import { DomainError } from '#core/errors.ts';
import type { History } from '#core/forecast/forecaster.ts';
import type { LstmParameters } from '#core/forecast/lstm-parameters.ts';
import { LstmCheckpointSchema } from './checkpoint.ts';
import { type LstmSlice, lstm, trainLstmSlice } from './lstm.ts';

/** Trains recurrent networks slice by slice, with checkpoints as plain JSON. */
export function recurrentTrainer() {
  return {
    minHistory: (parameters: LstmParameters): number => lstm(parameters).capabilities.minHistory,

    async advance(
      history: History,
      parameters: LstmParameters,
      options: {
        readonly seed: number;
        readonly checkpoint?: unknown;
        readonly shouldStop: () => boolean;
      },
    ): Promise<LstmSlice> {
      const { checkpoint: stored, ...rest } = options;
      if (stored === undefined) return trainLstmSlice(history, parameters, rest);
      const parsed = LstmCheckpointSchema.safeParse(stored);
      if (!parsed.success) {
        throw new DomainError('STATE_INCOMPATIBLE', 'the checkpoint is of another form', {
          seriesId: history.target.id,
        });
      }
      return trainLstmSlice(history, parameters, { ...rest, checkpoint: parsed.data });
    },
  };
}
