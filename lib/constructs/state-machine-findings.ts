import { Validations } from 'aws-cdk-lib';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';

/** Says why the state machines of Helios neither log nor trace. */
export function acknowledgeUnlogged(stateMachine: StateMachine): void {
  Validations.of(stateMachine).acknowledge(
    {
      id: 'AwsSolutions::AwsSolutions-SF1',
      reason:
        'delivery to a log takes eight actions on every resource of the account; the history of a standard execution is kept for 90 days, and every failure is written into the catalog',
    },
    {
      id: 'AwsSolutions::AwsSolutions-SF2',
      reason:
        'the tasks are not traced, so a trace would hold the times of the states alone, which the history of the execution holds, too',
    },
  );
}
