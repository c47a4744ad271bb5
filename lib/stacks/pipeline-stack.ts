import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import { STAGES } from '#contracts/http/train.ts';
import type { PipelineFunction } from '#contracts/pipeline/definition.ts';
import { schedulesOf } from '#contracts/schedules.ts';
import { ConfigLayer } from '../constructs/config-layer.ts';
import { NumericsLayer } from '../constructs/numerics-layer.ts';
import { ServiceFunction, type ServiceFunctionProps } from '../constructs/service-function.ts';
import { type Stores, storeEnvironment } from '../constructs/stores.ts';
import { Timer } from '../constructs/timer.ts';
import { trainingEnvironment } from '../constructs/training-environment.ts';
import { TrainingStateMachine } from '../constructs/training-state-machine.ts';
import { DeadLetterQueue } from '../constructs/work-queue.ts';

export interface PipelineStackProps extends StackProps {
  readonly stores: Stores;
  readonly alarmTopic: ITopic;
  readonly config: HeliosConfig;
  /** Takes the place of the function `fit-recurrent`, where it is deployed. */
  readonly fitRecurrent?: ServiceFunction;
}

/** Seconds and MiB of each task. Fitting and its evaluation get a whole core (1769 MiB). */
const TASKS: Readonly<
  Record<PipelineFunction, { description: string; seconds: number; mebibytes: number }>
> = {
  plan: { description: 'Writes the manifest of a run', seconds: 300, mebibytes: 512 },
  validate: { description: 'Judges a workload’s history', seconds: 300, mebibytes: 1_024 },
  engineer: { description: 'Prepares the training data', seconds: 300, mebibytes: 1_024 },
  'fit-statistical': { description: 'Fits the statistical models', seconds: 900, mebibytes: 1_769 },
  'fit-boosting': { description: 'Fits the shared boosted trees', seconds: 900, mebibytes: 3_008 },
  'fit-recurrent': { description: 'Fits the recurrent networks', seconds: 900, mebibytes: 3_008 },
  'fit-detectors': { description: 'Fits the anomaly detectors', seconds: 900, mebibytes: 1_769 },
  evaluate: { description: 'Backtests the models', seconds: 900, mebibytes: 1_769 },
  register: { description: 'Stores a version, promotes a winner', seconds: 300, mebibytes: 512 },
  finish: { description: 'Records how a run ended', seconds: 120, mebibytes: 512 },
};

/** Training: the state machine, its tasks, and the function that starts it. */
export class PipelineStack extends Stack {
  readonly training: TrainingStateMachine;
  readonly train: ServiceFunction;
  readonly functions: readonly ServiceFunction[];
  readonly failedEvents: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, { description: 'Helios: the training pipeline', ...props });
    const { stores } = props;
    const common = storeEnvironment(stores);
    const { alarmTopic } = props;

    const settings = props.config.training;
    const numerics = new NumericsLayer(this, 'Numerics');

    const task = (
      name: PipelineFunction,
      constructId: string,
      own: Partial<Pick<ServiceFunctionProps, 'environment' | 'layers'>> = {},
    ) =>
      new ServiceFunction(this, constructId, {
        name,
        description: `Helios pipeline: ${TASKS[name].description}`,
        timeout: Duration.seconds(TASKS[name].seconds),
        memoryMebibytes: TASKS[name].mebibytes,
        environment: {
          ...common,
          ...trainingEnvironment(props.config),
          ...own.environment,
        },
        alarmTopic,
        ...(own.layers === undefined ? {} : { layers: own.layers }),
      });
    const engines = { layers: [numerics.layer] };
    // Without the workloads, of which there may be thousands to parse at each cold start.
    const known = new ConfigLayer(this, 'Config', { ...props.config, workloads: [] });
    // Models learn the usual course, so known events are taken out before they do.
    const configured = { layers: [known.layer], environment: { CONFIG_PATH: known.path } };
    const tracking =
      settings.mlflow_tracking_uri === undefined
        ? {}
        : { environment: { MLFLOW_TRACKING_URI: settings.mlflow_tracking_uri } };
    const tasks: Readonly<Record<PipelineFunction, ServiceFunction>> = {
      plan: task('plan', 'Plan'),
      validate: task('validate', 'Validate'),
      engineer: task('engineer', 'Engineer', configured),
      'fit-statistical': task('fit-statistical', 'FitStatistical', engines),
      'fit-boosting': task('fit-boosting', 'FitBoosting', engines),
      'fit-recurrent': props.fitRecurrent ?? task('fit-recurrent', 'FitRecurrent', engines),
      'fit-detectors': task('fit-detectors', 'FitDetectors', engines),
      evaluate: task('evaluate', 'Evaluate'),
      register: task('register', 'Register', tracking),
      finish: task('finish', 'Finish'),
    };
    this.training = new TrainingStateMachine(this, 'Training', {
      functions: tasks,
      objects: stores.objects,
    });

    this.failedEvents = new DeadLetterQueue(this, 'FailedEvents', { functionName: 'train' });
    this.train = new ServiceFunction(this, 'Train', {
      name: 'train',
      description: 'Helios: starts training runs',
      timeout: Duration.seconds(29),
      memoryMebibytes: 512,
      environment: {
        ...common,
        STATE_MACHINE_ARN: this.training.stateMachine.stateMachineArn,
      },
      alarmTopic,
      failedEvents: this.failedEvents.queue,
    });
    new Timer(this, 'Timer', {
      target: this.train,
      schedules: schedulesOf(props.config.schedules).filter(
        (schedule) => schedule.function === 'train',
      ),
      failedEvents: this.failedEvents.queue,
    });
    this.functions = [...Object.values(tasks), this.train];

    this.#grant(stores, tasks);
    new CfnOutput(this, 'StateMachineArn', {
      description: 'The training pipeline',
      value: this.training.stateMachine.stateMachineArn,
    });
  }

  #grant(
    { observations, catalog, objects }: Stores,
    tasks: Readonly<Record<PipelineFunction, ServiceFunction>>,
  ): void {
    catalog.grant(this.train, 'GetItem', 'UpdateItem');
    this.training.grantStart(this.train);

    catalog.grant(tasks.plan, 'GetItem', 'UpdateItem', 'Query');
    objects.grant(tasks.plan, 'runs', 'PutObject');

    observations.grant(tasks.validate, 'Query');
    for (const name of STAGES) {
      catalog.grant(tasks[name], 'GetItem', 'UpdateItem');
      // The last stage hands nothing on: what it makes is a model.
      const writing = name === 'register' ? [] : (['PutObject'] as const);
      objects.grant(tasks[name], 'runs', 'GetObject', ...writing);
    }
    // The pools of a run are trained from many workloads at once.
    observations.grant(tasks['fit-boosting'], 'Query');
    catalog.grant(tasks['fit-boosting'], 'Query');
    objects.grant(tasks['fit-boosting'], 'models', 'GetObject', 'PutObject');
    objects.grant(tasks['fit-recurrent'], 'checkpoints', 'GetObject', 'PutObject');
    objects.grant(tasks['fit-detectors'], 'detectors', 'GetObject', 'PutObject');
    objects.grant(tasks.evaluate, 'models', 'GetObject');
    objects.grant(tasks.register, 'models', 'GetObject', 'PutObject');

    catalog.grant(tasks.finish, 'GetItem', 'UpdateItem', 'Query');
    // How the batches of the map ended.
    objects.grant(tasks.finish, 'runs', 'GetObject');
  }
}
