import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Executions } from '#app/ports/executions.ts';
import { DomainError } from '#core/errors.ts';

/** Starts the training pipeline on Step Functions; the execution's name is its idempotency key. */
export function createSfnExecutions(options: {
  readonly client: SFNClient;
  readonly stateMachineArn: string;
}): Executions {
  return {
    async start(name, input) {
      try {
        await options.client.send(
          new StartExecutionCommand({
            stateMachineArn: options.stateMachineArn,
            name,
            input: JSON.stringify(input),
          }),
        );
        return 'started';
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return 'exists';
        const isThrottled = error instanceof Error && error.name === 'ThrottlingException';
        throw new DomainError(
          isThrottled ? 'THROTTLED' : 'STORE_UNAVAILABLE',
          'the training pipeline could not be started',
          { run_id: name },
          error,
        );
      }
    },
  };
}
