import { PIPELINE_FUNCTIONS, TRAINING_PIPELINE } from '#contracts/pipeline/definition.ts';
import { REPLAY_FUNCTIONS, REPLAY_PIPELINE } from '#contracts/pipeline/replay-definition.ts';

/** A state machine of the local process. */
export interface LocalMachine {
  /** As it is deployed, placeholders and all. */
  readonly definition: typeof TRAINING_PIPELINE | typeof REPLAY_PIPELINE;
  readonly functions: readonly string[];
  /** Where in the catalog its unfinished executions are kept. */
  readonly partition: string;
}

export const TRAINING_MACHINE: LocalMachine = {
  definition: TRAINING_PIPELINE,
  functions: PIPELINE_FUNCTIONS,
  partition: 'local-executions',
};

export const REPLAY_MACHINE: LocalMachine = {
  definition: REPLAY_PIPELINE,
  functions: REPLAY_FUNCTIONS,
  partition: 'local-replays',
};
