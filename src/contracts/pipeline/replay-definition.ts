import { invoke } from './definition.ts';

/** The functions of a replay's state machine; `${<Name>FunctionArn}` in the definition. */
export const REPLAY_FUNCTIONS = ['simulate'] as const;

const RUN_ID = '{% $states.context.Execution.Name %}';

/**
 * The state machine of one replay, in the same form as `TRAINING_PIPELINE`: a task that may take
 * minutes, and a record of how it failed. Its input is empty: the request lies in the object store under
 * the name of the execution, because demand that a caller sends is larger than an input may be.
 */
export const REPLAY_PIPELINE = {
  Comment: 'Helios replay: what scaling would have done in the past',
  QueryLanguage: 'JSONata',
  StartAt: 'Simulate',
  TimeoutSeconds: 3_600,
  States: {
    Simulate: {
      ...invoke('simulate', { run_id: RUN_ID }),
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Output: {
            run_id: RUN_ID,
            error: '{% $states.errorOutput.Error %}',
            cause: '{% $states.errorOutput.Cause %}',
          },
          Next: 'RecordFailure',
        },
      ],
      End: true,
    },
    RecordFailure: { ...invoke('simulate', '{% $states.input %}'), Next: 'ReplayFailed' },
    ReplayFailed: { Type: 'Fail', Error: 'ReplayFailed', Cause: 'see the run in the catalog' },
  },
};
