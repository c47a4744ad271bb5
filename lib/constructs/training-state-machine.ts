import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { DefinitionBody, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import {
  BUCKET_PLACEHOLDER,
  functionPlaceholder,
  PIPELINE_FUNCTIONS,
  type PipelineFunction,
  TRAINING_PIPELINE,
} from '#contracts/pipeline/definition.ts';
import { acknowledgeWildcard } from '../checks/acknowledge.ts';
import { OBJECTS_REASON, type ObjectBucket } from './object-bucket.ts';
import type { ServiceFunction } from './service-function.ts';
import { acknowledgeUnlogged } from './state-machine-findings.ts';

export interface TrainingStateMachineProps {
  readonly functions: Readonly<Record<PipelineFunction, ServiceFunction>>;
  readonly objects: ObjectBucket;
}

/**
 * The training pipeline: the definition that the local interpreter runs, deployed as it is, with
 * its placeholders bound to this deployment's functions and bucket.
 *
 * No log group: delivery to one takes eight actions on every resource of the account, while the
 * history of a standard execution is kept for 90 days anyway and each failure is written into the
 * catalog by `finish`.
 */
export class TrainingStateMachine extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: TrainingStateMachineProps) {
    super(scope, id);
    const functionArns = PIPELINE_FUNCTIONS.map(
      (name) => [name, props.functions[name].function.functionArn] as const,
    );
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', {
      description: 'What the Helios training pipeline may do',
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: functionArns.map(([, arn]) => arn),
      }),
    );
    // The map reads its manifest and writes its results, in parts where they are large.
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          's3:GetObject',
          's3:PutObject',
          's3:ListMultipartUploadParts',
          's3:AbortMultipartUpload',
        ],
        resources: [props.objects.arnOf('runs')],
      }),
    );

    acknowledgeWildcard(role, props.objects.arnOf('runs'), OBJECTS_REASON);
    for (const statement of props.objects.keyStatements(this, 'write')) {
      role.addToPolicy(new PolicyStatement(statement));
    }

    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(JSON.stringify(TRAINING_PIPELINE)),
      definitionSubstitutions: {
        ...Object.fromEntries(functionArns.map(([name, arn]) => [functionPlaceholder(name), arn])),
        [BUCKET_PLACEHOLDER]: props.objects.bucket.bucketName,
      },
      role,
    });

    acknowledgeUnlogged(this.stateMachine);

    // A distributed map runs its items as executions of the machine itself. A policy of its own:
    // the role's default one must exist before the machine, which this one names.
    const { stateMachineArn, stateMachineName } = this.stateMachine;
    const executions = stack.formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: stateMachineName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const ofMachine = [`${executions}:*`, `${executions}/*`];
    const distributedMap = new Policy(this, 'DistributedMap', {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachineArn] }),
        new PolicyStatement({
          actions: ['states:DescribeExecution', 'states:StopExecution'],
          // The first are the machine's executions, the second those of its map's items.
          resources: ofMachine,
        }),
      ],
    });
    for (const resource of ofMachine) {
      const reason = 'executions are named when they start; these are of this state machine alone';
      acknowledgeWildcard(distributedMap, resource, reason);
    }
  }

  /** Allows `fn` to start trainings. */
  grantStart(fn: ServiceFunction): void {
    fn.allow({
      actions: ['states:StartExecution'],
      resources: [this.stateMachine.stateMachineArn],
    });
  }
}
