import { DomainError } from '#core/errors.ts';
import type { History } from '#core/forecast/forecaster.ts';
import type { LstmParameters } from '#core/forecast/lstm-parameters.ts';
import { LstmCheckpointSchema } from './checkpoint.ts';
import { kernelEngine } from './kernel-engine.ts';
import { type LstmSlice, lstm, trainLstmSlice } from './lstm.ts';
import { tensorflowEngine } from './tensorflow-engine.ts';

/** What trains: the kernels of Helios, or TensorFlow.js, with libtensorflow where that is installed. */
export type RecurrentEngine = 'built-in' | 'tensorflow';

/**
 * Trains recurrent networks slice by slice, with checkpoints as plain JSON.
 * @param preferred - the engine where none is asked for
 */
export function recurrentTrainer(preferred: RecurrentEngine = 'built-in') {
  return {
    minHistory: (parameters: LstmParameters): number => lstm(parameters).capabilities.minHistory,

    async advance(
      history: History,
      parameters: LstmParameters,
      options: {
        readonly seed: number;
        readonly checkpoint?: unknown;
        readonly engine?: RecurrentEngine | undefined;
        readonly shouldStop: () => boolean;
      },
    ): Promise<LstmSlice> {
      const { checkpoint: stored, engine: name = preferred, ...rest } = options;
      const engine = name === 'tensorflow' ? tensorflowEngine : kernelEngine;
      const slice = { ...rest, engine: () => engine() };
      if (stored === undefined) return trainLstmSlice(history, parameters, slice);
      const parsed = LstmCheckpointSchema.safeParse(stored);
      if (!parsed.success) {
        throw new DomainError('STATE_INCOMPATIBLE', 'the checkpoint is of another form', {
          seriesId: history.target.id,
        });
      }
      return trainLstmSlice(history, parameters, { ...slice, checkpoint: parsed.data });
    },
  };
}
