import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { DefinitionBody, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { functionPlaceholder } from '#contracts/pipeline/definition.ts';
import { REPLAY_PIPELINE } from '#contracts/pipeline/replay-definition.ts';
import type { ServiceFunction } from './service-function.ts';
import { acknowledgeUnlogged } from './state-machine-findings.ts';

/**
 * Replays: the definition that the local interpreter runs, deployed as it is. As for trainings there is
 * no log group: the history of a standard execution is kept for 90 days, and failures are written into
 * the catalog.
 */
export class ReplayStateMachine extends Construct {
  readonly stateMachine: StateMachine;

  /** @param options.simulate - the only function it may call */
  constructor(scope: Construct, id: string, options: { readonly simulate: ServiceFunction }) {
    super(scope, id);
    const { functionArn } = options.simulate.function;
    const role = new Role(this, 'Role', {
      description: 'What a Helios replay may do',
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }),
    );
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(JSON.stringify(REPLAY_PIPELINE)),
      definitionSubstitutions: { [functionPlaceholder('simulate')]: functionArn },
      role,
    });
    acknowledgeUnlogged(this.stateMachine);
  }

  /** Allows `fn` to start replays. */
  grantStart(fn: ServiceFunction): void {
    fn.allow({
      actions: ['states:StartExecution'],
      resources: [this.stateMachine.stateMachineArn],
    });
  }
}
